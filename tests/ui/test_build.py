"""What the built front end weighs and says. Needs a build of the sources as they are: `make test` makes one first."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from helpdesk.stack import frontend
from helpdesk.ui.build_plugin import SameOriginPlugin
from helpdesk.ui.guard.http import inline_scripts

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".web" / "build" / "client"
BUDGET = 300 * 1024  # bytes of compressed JavaScript and CSS on first load
PAGES = {"index", "new", "my", "queue", "home", "admin/people", "admin/tree", "admin/notifications", "404"}

built = pytest.mark.skipif(
    not frontend.is_built(ROOT), reason="the front end is not built from these sources: helpdesk build"
)


def first_load(page: Path) -> int:
    """Bytes on the wire of the scripts and sheets that a page names, as the server sends them (gzip)."""
    html = page.read_text(encoding="utf-8")
    named = set(re.findall(r'(?:href|src)="(/[^"]+\.(?:js|css))"', html))
    assert named, "a page without scripts"
    return sum(len(gzip.compress((BUILT / path.lstrip("/")).read_bytes())) for path in named)


@built
def test_the_first_load_of_each_page_keeps_the_budget() -> None:
    pages = {page.relative_to(BUILT).with_suffix("").as_posix(): page for page in BUILT.rglob("*.html")}
    assert set(pages) >= PAGES
    weights = {name: first_load(page) for name, page in pages.items()}
    assert {name: weight for name, weight in weights.items() if weight > BUDGET} == {}


@built
def test_the_built_front_end_talks_to_its_own_origin() -> None:
    chunks = list(BUILT.glob("assets/reflex-env-*.js"))
    assert chunks
    for chunk in chunks:
        text = chunk.read_text(encoding="utf-8")
        assert "location.origin" in text
        assert not re.search(r"https?://[^'\"`/]+:\d+", text)


@built
def test_every_inline_script_is_known_to_the_policy() -> None:
    assert 2 <= len(inline_scripts(BUILT)) <= 60


def test_a_chunk_of_another_shape_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no environment chunk"):
        SameOriginPlugin().post_build(static_dir=tmp_path)
    (tmp_path / "assets").mkdir()
    chunk = tmp_path / "assets" / "reflex-env-abc.js"
    chunk.write_text("var e={EVENT:null}")
    with pytest.raises(RuntimeError, match="holds no address"):
        SameOriginPlugin().post_build(static_dir=tmp_path)
    chunk.write_text("var e={PING:`http://localhost:8000/ping`,EVENT:`ws://localhost:8000/_event`}")
    SameOriginPlugin().post_build(static_dir=tmp_path)
    assert "'/_event'" in chunk.read_text()
    assert "localhost:8000" not in chunk.read_text()


def test_inline_scripts_are_found(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text("<script>let a</script><script src='/x.js'></script><script>let a</script>")
    assert inline_scripts(tmp_path) == ["'sha256-IfEXP/8HLuXoAiy0hZVrCAcjcLsZqYFpLOHDGj8enqE='"]

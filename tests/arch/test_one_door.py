"""User text must not reach Reflex's script-like events: they evaluate `<reflex.Var>` and hang a worker.

`rx.toast`, `rx.redirect`, `rx.call_script` and their like are called in one place, which cleans what it gets.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources import parsed

DOORS = ("toast", "redirect", "call_script", "call_function", "run_script", "console_log", "set_clipboard")
DOORS += ("download", "set_value", "window_alert", "set_title")


def _calls(root: Path) -> Iterator[tuple[str, int, str]]:
    for path in sorted((root / "helpdesk").rglob("*.py")):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Attribute) and node.attr in DOORS:
                base = ast.unparse(node.value)
                if base in {"rx", "reflex"} or base.startswith(("rx.event", "reflex.event", "rx.toast")):
                    yield path.relative_to(root).as_posix(), node.lineno, f"{base}.{node.attr}"
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("reflex"):
                for alias in node.names:
                    if alias.name in DOORS:
                        yield path.relative_to(root).as_posix(), node.lineno, alias.name


THE_DOOR = "helpdesk/ui/app_state.py"  # go_to(), put_into()


def test_one_door(root: Path) -> None:
    outside = [f"{path}:{line}: {name}" for path, line, name in _calls(root) if path != THE_DOOR]
    assert outside == []


@pytest.mark.parametrize("name", ["rx.toast('x')", "from reflex.event import redirect"])
def test_the_search_finds_them(tmp_path: Path, name: str) -> None:
    (tmp_path / "helpdesk").mkdir()
    (tmp_path / "helpdesk" / "a.py").write_text(name)
    assert len(list(_calls(tmp_path))) == 1

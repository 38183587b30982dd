"""The docs name everything that programs rely on: endpoints, settings, commands, tasks."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from helpdesk.core.config import Settings
from tests.sources import parsed


@pytest.fixture(scope="module")
def docs(root: Path) -> str:
    """README and docs/ in one text."""
    return "\n".join(
        path.read_text() for path in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    )


def test_every_setting(docs: str) -> None:
    names = {
        str(field.validation_alias or f"HELPDESK_{name.upper()}")
        for name, field in Settings.model_fields.items()
    }
    assert sorted(name for name in names if not re.search(rf"\b{name}\b", docs)) == []


def test_no_setting_that_does_not_exist(docs: str) -> None:
    names = {
        str(field.validation_alias or f"HELPDESK_{name.upper()}")
        for name, field in Settings.model_fields.items()
    }
    named = set(re.findall(r"\bHELPDESK_[A-Z0-9_]*[A-Z0-9]\b", docs))
    assert sorted(named - names) == []


def test_every_endpoint(docs: str) -> None:
    from tests.client import app

    paths = {re.sub(r"\{[^}]+\}", "{}", path).removeprefix("/api/v1") for path in app().openapi()["paths"]}
    documented = re.sub(r"\{[^}]+\}", "{}", docs)
    assert sorted(path for path in paths if path not in documented) == []


def test_every_command(docs: str) -> None:
    from helpdesk.cli import _parser

    usage = _parser()._subparsers
    assert usage is not None
    commands = {name for action in usage._group_actions for name in (action.choices or ())}
    assert "up" in commands
    assert sorted(name for name in commands if f"helpdesk {name}" not in docs) == []


def test_every_task(docs: str, root: Path) -> None:
    names = {
        node.name
        for path in (root / "helpdesk/worker").glob("*.py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef) and any("task" in ast.unparse(d) for d in node.decorator_list)
    }
    assert names, "no task found"
    assert sorted(name for name in names if name not in docs) == []


def test_every_metric_as_the_page_says_it(root: Path) -> None:
    from helpdesk.services._metrics import metrics

    page = (root / "docs/reports.md").read_text()
    assert [key for key, one in metrics().items() if f"| {one.title} | {one.says} |" not in page] == []


def _tests_of(path: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_threat_has_a_row_and_every_test_in_it_exists(root: Path) -> None:
    page = (root / "docs/threats.md").read_text()
    rows = [line.split(" | ") for line in page.splitlines() if re.match(r"\| \d+ \|", line)]
    assert [int(row[0].removeprefix("| ")) for row in rows] == list(range(1, 117))
    without = [
        row[0] for row in rows if "`tests/" not in row[3] and not row[2].startswith(("not built: ", "open: "))
    ]
    assert without == [], "neither a test nor a word that there is none"
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page)
    assert len(named) > 100
    assert page.count("`tests/") == len(named), "a name that is none"
    gone = [
        f"{file}::{name}"
        for file, name in named
        if not (root / file).exists() or (name and name not in _tests_of(root / file))
    ]
    assert gone == []

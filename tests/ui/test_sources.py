"""Rules that the sources of the UI keep, read from the sources."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from helpdesk.ui.icons import NAMES
from tests.sources import parsed

ROOT = Path(__file__).resolve().parents[2]
UI = ROOT / "helpdesk" / "ui"
ASSETS = ROOT / "assets"

# Server-sent scripts need a looser policy, and text in their arguments can hang the process.
DOORS = {
    "redirect": {"app_state.py"},
    "toast": set(), "call_script": set(), "call_function": set(), "set_clipboard": set(),
    "set_value": {"app_state.py"},
    "window_alert": set(), "console_log": set(), "download": set(), "html": set(), "markdown": set(), "upload": set(),
    "Cookie": set(), "LocalStorage": set(), "SessionStorage": set(), "SharedState": set(),
}  # fmt: skip


def _calls() -> Iterator[tuple[Path, str]]:
    for path in UI.rglob("*.py"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "rx":
                yield path, node.attr


def test_doors_that_evaluate_text_stay_closed() -> None:
    wrong = [
        f"{path.relative_to(UI)}: rx.{name}"
        for path, name in _calls()
        if name in DOORS and path.name not in DOORS[name]
    ]
    assert wrong == []


def test_chained_events_carry_no_text() -> None:
    """`return Other.handler(text)` sends text through the framework's marker search: arguments are numbers at most."""
    wrong: list[str] = []
    for path in UI.rglob("state.py"):
        for node in ast.walk(parsed(path)):
            value = node.value if isinstance(node, ast.Return | ast.Yield) else None
            chained = (
                isinstance(value, ast.Call)
                and isinstance(value.func, ast.Attribute)
                and isinstance(value.func.value, ast.Name)
                and value.func.value.id.endswith("State")
            )
            if chained and isinstance(value, ast.Call) and (value.args or value.keywords):
                wrong.append(f"{path.relative_to(UI)}:{node.lineno}")
    assert wrong == []


def test_services_are_called_in_a_thread() -> None:
    """A handler that calls a service by itself would block everybody's events (`transaction()` raises there too)."""
    wrong: list[str] = []
    for path in UI.rglob("state.py"):
        tree = parsed(path)
        services = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "helpdesk.services"
            for alias in node.names
        }
        wrong += [
            f"{path.relative_to(UI)}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in services
            and node.func.attr.islower()
        ]
    assert wrong == []


def test_the_sprite_has_every_name() -> None:
    symbols = set(re.findall(r'<symbol id="([^"]+)"', (ASSETS / "icons.svg").read_text(encoding="utf-8")))
    assert symbols == NAMES


def test_colours_live_in_the_tokens_alone() -> None:
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")
    wrong = [
        f"{sheet.name}: {match[0]}"
        for sheet in (ASSETS / "css").glob("*.css")
        if sheet.name != "tokens.css"
        for match in colour.finditer(sheet.read_text(encoding="utf-8"))
    ]
    wrong += [
        f"{path.relative_to(UI)}: {match[0]}"
        for path in UI.rglob("*.py")
        for match in re.finditer(r"[\"']#[0-9a-fA-F]{6}\b", path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_scripts_and_sheets_that_pages_name_exist() -> None:
    from helpdesk.ui import theme

    for path in [*theme.STYLESHEETS, *theme.SCRIPTS, theme.BLOCKING_SCRIPT]:
        assert (ASSETS / path.lstrip("/")).is_file(), path

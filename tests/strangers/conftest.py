"""Says at the end how much the strangers tried."""

from __future__ import annotations

from typing import Any

from tests.strangers import tally


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for line in tally.lines():
        terminalreporter.write_line(line)

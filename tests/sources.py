"""The package's sources as syntax trees, for the tests that look at them."""

from __future__ import annotations

import ast
import time
from functools import cache
from pathlib import Path

_TRIES = 5


@cache
def parsed(path: Path) -> ast.Module:
    """The file's syntax tree. CPython 3.11 loses count where another thread parses at the same moment: then again."""
    for _ in range(_TRIES - 1):
        try:
            return ast.parse(path.read_text())
        except SystemError:
            time.sleep(0.1)
    return ast.parse(path.read_text())

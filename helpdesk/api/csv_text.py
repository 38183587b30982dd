"""CSV (RFC 4180) that a spreadsheet opens without running anything of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

BEGINNING = "\ufeff"
"""First in every file: without it spreadsheets take names in UTF-8 for something else."""

MEDIA_TYPE = "text/csv; charset=utf-8"
_RUNS = ("=", "+", "-", "@", "\t", "\r")
Cell = str | int | float | None


def lines(rows: Iterable[Iterable[Cell]]) -> str:
    """The rows as text. Words that a spreadsheet would take for a formula get an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_safe(cell) for cell in row])
    return out.getvalue()


def _safe(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.startswith(_RUNS):
        return f"'{cell}"
    return cell

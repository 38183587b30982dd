"""Spans of time in an address: a day (UTC), from one to another, or from one minute to another."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

_MINUTE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_TO = ".."


def cleaned(text: str) -> str:
    """The span as it is written in addresses; "" for what is none."""
    first, to, last = text.partition(_TO)
    if not _is_time(first) or (to and not _is_time(last)):
        return ""
    since, before = bounds(text)
    return text if since < before else ""


def bounds(span: str) -> tuple[datetime, datetime]:
    """From when, and before when."""
    first, to, last = span.partition(_TO)
    return _at(first), _at(last if to else first, end=True)


def words(span: str) -> str:
    """As a filter shows it: "2026-11-24", "2026-11-01 to 2026-11-24"."""
    return span.replace(_TO, " to ").replace("T", " ")


def _is_time(text: str) -> bool:
    try:
        found = datetime.fromisoformat(text) if _MINUTE.fullmatch(text) else date.fromisoformat(text)
    except ValueError:
        return False
    return (len(text) == 10 or "T" in text) and 1 < found.year < 9999


def _at(text: str, *, end: bool = False) -> datetime:
    found = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return found + timedelta(days=1) if end and "T" not in text else found

"""Pages of short lists: cursors over a few plain columns, and capped counts."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from helpdesk.core.errors import Invalid
from helpdesk.services._text import clean_number

MOST_COUNTED = 10_000
PAGE_SIZE_MAX = 100


def encode(sort: str, values: list[str | int]) -> str:
    """The place behind a row, opaque to the caller and bound to its order."""
    return base64.urlsafe_b64encode(json.dumps([sort, *values]).encode()).rstrip(b"=").decode()


def decode(cursor: object, sort: str, types: tuple[type, ...]) -> list[Any]:
    """The values of a cursor made by `encode` for the same `sort`. Raises Invalid for any other."""
    wrong = Invalid.at("cursor", "This cursor belongs to another list or order.")
    if not isinstance(cursor, str) or len(cursor) > 2000:
        raise wrong
    try:
        parsed: object = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise wrong from None
    if not isinstance(parsed, list):
        raise wrong
    found, *values = cast("list[object]", parsed) or [None]
    fits = len(values) == len(types) and all(type(v) is t for v, t in zip(values, types, strict=True))
    if found != sort or not fits or not all(map(_storable, values)):
        raise wrong
    return values


def clean_page(page: object, page_size: object) -> tuple[int, int]:
    """The page, from 1, and its size.

    Raises:
        Invalid: out of range, or deeper than 10,000 rows, which only a cursor reaches.
    """
    size = clean_number("page_size", page_size, 1, PAGE_SIZE_MAX)
    number = clean_number("page", page, 1, 2**31 - 1)
    if number * size > MOST_COUNTED:
        raise Invalid.at("page", f"Pages reach {MOST_COUNTED:,} rows deep: use `cursor` beyond.")
    return number, size


def capped_count(s: Session, statement: Select[*tuple[Any, ...]]) -> tuple[int, bool]:
    """How many rows `statement` yields, exact to 10,000; the flag says that there are more."""
    some = statement.order_by(None).limit(MOST_COUNTED + 1).subquery()
    found = s.scalar(select(func.count()).select_from(some)) or 0
    return min(found, MOST_COUNTED), found > MOST_COUNTED


def _storable(value: object) -> bool:
    if isinstance(value, int):
        return abs(value) < 2**63
    return (
        isinstance(value, str) and "\x00" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
    )

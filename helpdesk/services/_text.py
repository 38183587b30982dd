"""The one gate of values that come from outside: faces pass raw values of any type, services check them here.

What is accepted is kept exactly as typed: nothing is trimmed or rewritten (product rules §7, §8). Each
function raises `Invalid`, which names the field and says in one sentence what is wanted.
"""

from __future__ import annotations

import re
import unicodedata
import zoneinfo
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast

from helpdesk.core.errors import Invalid

TITLE_MAX = 255
TEXT_MAX = 20_000
NAME_MAX = 150
TAG_MAX = 50
MAX_ID = 2**63 - 1

E = TypeVar("E", bound=StrEnum)

_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_NOT_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_JOINERS = "\u200c\u200d"  # Persian words and emoji need them
# Separators, controls and invisible formatting: a text of nothing else is blank to the eye.
_BLANK_CATEGORIES = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})


def clean_line(field: str, value: object, max_length: int, required: bool = True) -> str:
    """One line of at most `max_length` characters without any control character.

    Returns "" for a value that is not given, where it is not `required`.
    """
    return _clean(field, value, max_length, required, _NOT_IN_LINE, "line breaks or control characters")


def clean_text(field: str, value: object, max_length: int, required: bool = True) -> str:
    """Text of several lines: like `clean_line`, with tabs and line breaks."""
    return _clean(field, value, max_length, required, _NOT_IN_TEXT, "control characters")


def clean_optional_line(field: str, value: object, max_length: int) -> str | None:
    """A line for a column that may be empty: None for none and for blank."""
    line = clean_line(field, value, max_length, required=False)
    return None if is_blank(line) else line


def clean_optional_text(field: str, value: object, max_length: int) -> str | None:
    """A text for a column that may be empty: None for none and for blank."""
    text = clean_text(field, value, max_length, required=False)
    return None if is_blank(text) else text


def clean_id(field: str, value: object) -> int:
    """A key of the database: a whole number from 1 to 2^63 - 1, no numeral and no bool."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_ID:
        raise Invalid.at(field, "That is not a valid id.")
    return value


def clean_optional_id(field: str, value: object) -> int | None:
    return None if value is None else clean_id(field, value)


def clean_ids(field: str, value: object, at_most: int) -> tuple[int, ...]:
    """Distinct ids in the order given, at most `at_most` of them."""
    if not isinstance(value, Iterable) or isinstance(value, str | bytes | dict):
        raise Invalid.at(field, "A list of ids is needed here.")
    found = tuple(dict.fromkeys(clean_id(field, item) for item in cast("Iterable[object]", value)))
    if len(found) > at_most:
        raise Invalid.at(field, f"At most {at_most} are possible here.")
    return found


def clean_number(field: str, value: object, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Invalid.at(field, f"A whole number from {low} to {high} is needed here.")
    return value


def clean_flag(field: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise Invalid.at(field, "This is either true or false.")
    return value


def clean_enum(field: str, value: object, values: type[E], allowed: Iterable[E] | None = None) -> E:
    """A member of `values`, given as such or by its API value; `allowed` narrows the choice."""
    choice = list(values) if allowed is None else [item for item in values if item in set(allowed)]
    for item in choice:
        if isinstance(value, str) and value == item.value:
            return item
    raise Invalid.at(field, f"Possible here: {', '.join(choice)}.")


def clean_when(field: str, value: object) -> datetime:
    """An aware moment, in UTC."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise Invalid.at(field, "A time with its zone is needed here.")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise Invalid.at(field, "That time is out of range.") from None


def clean_zone(field: str, value: object) -> str:
    """The name of an IANA time zone."""
    if not isinstance(value, str) or value not in _zones():
        raise Invalid.at(field, "An IANA time zone such as Europe/Berlin is needed here.")
    return value


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def clean_tag(field: str, value: object) -> str:
    """A tag in its one spelling: composed, in lower case, single spaces, without invisible characters."""
    line = unicodedata.normalize("NFC", clean_line(field, value, TAG_MAX))
    seen = "".join(c for c in line if c in _JOINERS or unicodedata.category(c) != "Cf")
    return clean_line(field, unicodedata.normalize("NFC", " ".join(seen.lower().split())), TAG_MAX)


def clean_email(field: str, value: object) -> str:
    """An address as `name@domain` in ASCII, at most 255 characters; letters keep their case."""
    address = clean_line(field, value, 255)
    local, _, _ = address.partition("@")
    if not _EMAIL.fullmatch(address) or len(local) > 64:
        raise Invalid.at(field, "That is not a valid e-mail address.")
    return address


def is_blank(text: str) -> bool:
    """Whether nothing in `text` can be seen."""
    return all(unicodedata.category(character) in _BLANK_CATEGORIES for character in text)


def _clean(
    field: str, value: Any, max_length: int, required: bool, forbidden: re.Pattern[str], kind: str
) -> str:
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise Invalid.at(field, "Text is needed here.")
    if len(value) > max_length:
        raise Invalid.at(field, f"At most {max_length:,} characters are possible here.")
    if forbidden.search(value):
        raise Invalid.at(field, f"This can't contain {kind}.")
    if required and is_blank(value):
        raise Invalid.at(field, "This can't be empty.")
    return value

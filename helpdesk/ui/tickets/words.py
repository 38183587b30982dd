"""Words for numbers, codes and recipients on a ticket's page. Plain functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypedDict

from helpdesk.domain.enums import ClockKind, HoldReason, ResolutionCode

CODE_WORDS: dict[str, str] = {
    ResolutionCode.SOLVED: "Solved",
    ResolutionCode.WORKAROUND: "Solved with a workaround",
    ResolutionCode.NOT_REPRODUCIBLE: "Not reproducible",
    ResolutionCode.WONT_FIX: "Won't be fixed",
    ResolutionCode.DUPLICATE: "Duplicate",
    ResolutionCode.WITHDRAWN: "Withdrawn",
    ResolutionCode.MERGED: "Merged",
}
HOLD_FOR_REQUESTER: dict[str, str] = {
    HoldReason.REQUESTER: "Waiting for you",
    HoldReason.THIRD_PARTY: "Waiting for a third party",
    HoldReason.APPROVAL: "Waiting for an approval",
    HoldReason.SCHEDULED: "Scheduled for later",
}
CLOCK_WORDS: dict[str, str] = {
    ClockKind.FIRST_RESPONSE: "First response",
    ClockKind.NEXT_RESPONSE: "Next response",
    ClockKind.RESOLUTION: "Resolution",
}
_TOKEN = re.compile(r"(?P<url>https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}])|(?P<at>(?<![\w@])@\w[\w.\-]*)")
_MOST_TOKENS = 200


class Part(TypedDict):
    """A piece of a line. `kind`: "" plain, "b" bold, "at" mention, "url", "arrow", "bad" failure, "retry" (text is the
    message's id), or the glyph of a status or priority whose word is `text`."""

    kind: str
    text: str


def part(text: str, kind: str = "") -> Part:
    return {"kind": kind, "text": text}


def span(seconds: float) -> str:
    """A length of time as people say it: "8 min", "5 h 15 min", "3 d 4 h"."""
    minutes = max(0, round(seconds / 60))
    if minutes < 1:
        return "less than 1 min"
    hours, minutes_left = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    days, hours_left = divmod(hours, 24)
    if days:
        return f"{days} d {hours_left} h" if hours_left else f"{days} d"
    return f"{hours} h {minutes_left:02} min" if minutes_left else f"{hours} h"


def size(count: int) -> str:
    """Bytes as people say them."""
    if count < 1024 * 1024:
        return f"{max(1, round(count / 1024))} KB"
    megabytes = count / 1024 / 1024
    return f"{megabytes:.1f} MB" if megabytes < 10 else f"{megabytes:.0f} MB"


def first_name(name: str) -> str:
    return name.split()[0] if name.split() else name


def listed(names: Sequence[str]) -> str:
    """ "Lena", "Lena and Yuki", "Lena, Yuki and 3 more"."""
    if len(names) <= 1:
        return "".join(names)
    if len(names) == 2:
        return f"{names[0]} and {names[1]}"
    return f"{names[0]}, {names[1]} and {len(names) - 2} more"


def message_parts(text: str, *, mentions: bool) -> list[Part]:
    """What somebody wrote, with addresses (and in a note mentions) as pieces of their own; no character lost."""
    found: list[Part] = []
    at = 0
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup or ""
        if kind == "at" and not mentions:
            continue
        if len(found) >= _MOST_TOKENS:
            break
        if token.start() > at:
            found.append(part(text[at : token.start()]))
        found.append(part(token.group(), kind))
        at = token.end()
    if at < len(text):
        found.append(part(text[at:]))
    return found

"""A reply that is held, because others wrote since its writer last looked. Plain functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from helpdesk.services.views import CommentView
from helpdesk.ui.rows import iso
from helpdesk.ui.tickets.words import listed

_EXCERPT = 240


class Held(TypedDict):
    """What was written meanwhile: by whom, when, the beginning of the last message. `seen` "" is not held."""

    seen: str  # the message that counts as read by who sends anyway
    entry: str  # where it stands on the page
    who: str
    at: str
    text: str
    more: int


NOT_HELD: Held = {"seen": "", "entry": "", "who": "", "at": "", "text": "", "more": 0}


def held(newer: Sequence[CommentView]) -> Held:
    """The notice about messages of others, oldest first; there is at least one."""
    last = newer[-1]
    text = " ".join(last.message.split())
    return {
        "seen": str(last.id),
        "entry": f"entry-c{last.id}",
        "who": listed(list(dict.fromkeys(one.author.name for one in reversed(newer)))),
        "at": iso(last.created_at),
        "text": text if len(text) <= _EXCERPT else text[: _EXCERPT - 1].rstrip() + "…",
        "more": len(newer) - 1,
    }


def seen_of(form_value: object, begun: int | None, shown: int) -> int:
    """The last message that a reply's writer knows: the one they were told of, had when they began, or have now."""
    text = str(form_value)
    if text.isascii() and text.isdigit() and len(text) < 20:
        return int(text)
    return shown if begun is None else begun

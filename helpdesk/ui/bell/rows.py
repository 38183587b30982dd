"""What the bell shows of a notification."""

from __future__ import annotations

from typing import TypedDict

from helpdesk.domain.enums import NotificationEvent
from helpdesk.services.views import BellRow
from helpdesk.ui.rows import iso

# A sentence that begins with who did it; the system is not named, so that its sentences begin with a capital.
_WORDS: dict[str, str] = {
    NotificationEvent.TICKET_CREATED: "filed a request",
    NotificationEvent.TICKET_RECEIPT: "filed this for you",
    NotificationEvent.ASSIGNED: "assigned this to you",
    NotificationEvent.UNASSIGNED: "took this from you",
    NotificationEvent.HOLD_STARTED: "put this on hold",
    NotificationEvent.HOLD_ENDED: "ended the hold",
    NotificationEvent.PUBLIC_COMMENT: "replied",
    NotificationEvent.INTERNAL_NOTE: "mentioned you in a note",
    NotificationEvent.SLA_WARNING: "SLA at risk",
    NotificationEvent.SLA_BREACH: "SLA breached",
    NotificationEvent.RESOLVED: "solved this. Is it?",
    NotificationEvent.CLOSED: "closed this",
    NotificationEvent.REOPENED: "reopened this",
}
_BY_ITSELF: dict[str, str] = {
    NotificationEvent.ASSIGNED: "Assigned to you",
    NotificationEvent.UNASSIGNED: "No longer yours",
    NotificationEvent.HOLD_STARTED: "On hold",
    NotificationEvent.HOLD_ENDED: "The hold is over",
    NotificationEvent.RESOLVED: "Solved. Is it?",
    NotificationEvent.CLOSED: "Closed",
    NotificationEvent.REOPENED: "Reopened",
}
_GLYPHS: dict[str, str] = {
    NotificationEvent.TICKET_CREATED: "inbox",
    NotificationEvent.TICKET_RECEIPT: "ticket",
    NotificationEvent.ASSIGNED: "user-check",
    NotificationEvent.UNASSIGNED: "user-x",
    NotificationEvent.STATUS_CHANGED: "activity",
    NotificationEvent.HOLD_STARTED: "circle-pause",
    NotificationEvent.HOLD_ENDED: "circle-play",
    NotificationEvent.PUBLIC_COMMENT: "message-square",
    NotificationEvent.INTERNAL_NOTE: "at-sign",
    NotificationEvent.SLA_WARNING: "alarm-clock",
    NotificationEvent.SLA_BREACH: "circle-alert",
    NotificationEvent.RESOLVED: "circle-check",
    NotificationEvent.CLOSED: "archive",
    NotificationEvent.REOPENED: "rotate-ccw",
}


class Bell(TypedDict):
    id: int
    who: str  # "" where nobody is named
    words: str
    glyph: str
    number: str
    title: str
    at: str
    unread: bool


def bell_row(view: BellRow) -> Bell:
    by_itself = view.actor.role is None or view.event in {
        NotificationEvent.SLA_WARNING,
        NotificationEvent.SLA_BREACH,
    }
    words = _WORDS.get(view.event, view.event)
    if view.event == NotificationEvent.STATUS_CHANGED:
        words = f"Now {view.status}" if by_itself else f"set it to {view.status}"
    elif by_itself:
        words = _BY_ITSELF.get(view.event, words)
    return {
        "id": view.id,
        "who": "" if by_itself else view.actor.name,
        "words": words,
        "glyph": _GLYPHS.get(view.event, "bell"),
        "number": view.ticket_no,
        "title": view.title,
        "at": iso(view.created_at),
        "unread": view.read_at is None,
    }


def merged(shown: list[Bell], now: list[Bell]) -> tuple[list[Bell], int]:
    """The shown rows as they are now, and how many new ones wait. One that is no longer told of goes."""
    if not shown:
        return now, 0
    fresh = {row["id"]: row for row in now}
    known = {row["id"] for row in shown}
    # what is older than the page that was read again stays as it was
    edge = now[-1]["at"] if now else ""
    kept = [fresh.get(row["id"], row) for row in shown if row["id"] in fresh or row["at"] < edge]
    return kept, sum(row_id not in known for row_id in fresh)


def read(rows: list[Bell], row_id: int | None = None) -> list[Bell]:
    """The rows with one of them, or all, taken as read."""
    return [{**row, "unread": False} if row_id in (None, row["id"]) else row for row in rows]

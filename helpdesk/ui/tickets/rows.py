"""From a `TicketDetail` to what the page's State holds: exactly the fields that are shown."""

from __future__ import annotations

from typing import TypedDict

from helpdesk.domain.enums import HoldReason, Status
from helpdesk.services.views import (
    AttachmentView,
    NamedRef,
    TicketDetail,
    TicketRow,
)
from helpdesk.ui.rows import HOLD_WORDS, NOBODY, Person, iso, person
from helpdesk.ui.tickets.words import (
    CODE_WORDS,
    HOLD_FOR_REQUESTER,
    first_name,
    size,
)

_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_LARGEST_PICTURE = 8 * 1024 * 1024


class Ticket(TypedDict):
    """The head, the rail and what can be done; empty strings and zeros stand for "none"."""

    id: int
    number: str
    title: str
    staff: bool
    version: int
    status: str
    priority: str
    group: str
    topic: str
    above: str
    group_id: int
    category_id: int
    subcategory_id: int
    requester: Person
    requester_first: str
    requester_where: str
    requester_load: str
    creator: Person
    assignee: Person
    helper_first: str
    hold: str
    hold_reason: str
    hold_until: str
    hold_since: str
    your_turn: bool
    policy: str
    status_since: str
    closed_at: str
    resolved_at: str
    closes_at: str
    resolution: str
    resolution_text: str
    rating: int
    rating_comment: str
    merged_into: str
    mine: bool
    watching: bool
    tags: list[str]


class Can(TypedDict):
    reply: bool
    note: bool
    assign: bool
    take: bool
    set_hold: bool
    edit: bool
    resolve: bool
    confirm: bool
    withdraw: bool
    reopen: bool
    rate: bool
    watch: bool
    leave: bool


class File(TypedDict):
    id: str
    name: str
    size: str
    glyph: str
    href: str
    shown: bool  # as a picture


NO_TICKET: Ticket = {
    "id": 0, "number": "", "title": "", "staff": False, "version": 0, "status": "", "priority": "", "group": "",
    "topic": "", "above": "", "group_id": 0, "category_id": 0, "subcategory_id": 0, "requester": NOBODY,
    "requester_first": "", "requester_where": "", "requester_load": "", "creator": NOBODY, "assignee": NOBODY,
    "helper_first": "", "hold": "", "hold_reason": "", "hold_until": "", "hold_since": "", "your_turn": False,
    "policy": "", "status_since": "", "closed_at": "", "resolved_at": "", "closes_at": "", "resolution": "",
    "resolution_text": "", "rating": 0, "rating_comment": "", "merged_into": "", "mine": False, "watching": False,
    "tags": [],
}  # fmt: skip
NOTHING: Can = {
    "reply": False, "note": False, "assign": False, "take": False, "set_hold": False, "edit": False, "resolve": False,
    "confirm": False, "withdraw": False, "reopen": False, "rate": False, "watch": False, "leave": False,
}  # fmt: skip


def ticket(seen: TicketDetail, viewer: int) -> Ticket:
    """What the head and the rail show of a ticket, in the words of this viewer."""
    row, hold = seen.ticket, seen.ticket.hold
    staff = seen.view == "staff"
    mine = row.requested_for.id == viewer
    topic, above = _place(row)
    steps = {step.status: step.at for step in seen.steps}
    words = HOLD_WORDS if staff or not mine else HOLD_FOR_REQUESTER
    return {
        "id": row.id,
        "number": row.ticket_no,
        "title": row.title,
        "staff": staff,
        "version": row.version,
        "status": row.status,
        "priority": row.priority,
        "group": row.group.name,
        "topic": topic,
        "above": above,
        "group_id": row.group.id,
        "category_id": _id(row.category),
        "subcategory_id": _id(row.subcategory),
        "requester": person(row.requested_for),
        "requester_first": first_name(row.requested_for.name),
        "requester_where": ", ".join(filter(None, (seen.requester_department, seen.requester_location))),
        "requester_load": _load(seen),
        "creator": person(row.created_by if row.created_by.id != row.requested_for.id else None),
        "assignee": person(row.assigned_to),
        "helper_first": first_name(row.assigned_to.name) if row.assigned_to else row.group.name,
        "hold": words[HoldReason(hold.reason)] if hold else "",
        "hold_reason": hold.reason if hold else "",
        "hold_until": iso(hold.until) if hold else "",
        "hold_since": iso(hold.since) if hold else "",
        "your_turn": bool(hold and hold.reason == HoldReason.REQUESTER and mine),
        "policy": seen.policy or "",
        "status_since": iso(steps.get(row.status) or row.updated_at),
        "closed_at": iso(row.closed_at),
        "resolved_at": iso(row.resolved_at),
        "closes_at": iso(seen.closes_at),
        "resolution": CODE_WORDS.get(row.resolution_code or "", ""),
        "resolution_text": row.resolution_text or "",
        "rating": row.rating or 0,
        "rating_comment": seen.rating_comment or "",
        "merged_into": seen.merged_into or "",
        "mine": mine,
        "watching": any(one.id == viewer for one in row.watchers),
        "tags": list(row.tags),
    }


def can(seen: TicketDetail, viewer: int) -> Can:
    """The buttons: what the service says is possible now."""
    able = seen.abilities
    watcher = any(one.id == viewer for one in seen.ticket.watchers)
    return {
        "reply": able.reply,
        "note": able.note,
        "assign": able.assign,
        "take": able.take,
        "set_hold": able.set_hold,
        "edit": able.edit,
        "resolve": str(Status.RESOLVED) in able.statuses,
        "confirm": able.confirm,
        "withdraw": able.withdraw,
        "reopen": able.reopen,
        "rate": able.rate,
        "watch": able.watch,
        "leave": watcher,
    }


def _place(row: TicketRow) -> tuple[str, str]:
    names = [node.name for node in (row.group, row.category, row.subcategory) if node]
    return names[-1], " › ".join(names[:-1])


def _id(node: NamedRef | None) -> int:
    return node.id if node else 0


def _load(seen: TicketDetail) -> str:
    if seen.requester_open is None:
        return ""
    return f"{seen.requester_open} open, {seen.requester_closed or 0} closed"


def file(view: AttachmentView) -> File:
    """A file's row. Pictures of a kind that can't carry a script are shown, if they are not too large to be read."""
    kind = view.content_type
    image = kind.startswith("image/")
    archive = any(word in kind for word in ("zip", "7z", "gzip"))
    return {
        "id": str(view.id),
        "name": view.filename,
        "size": size(view.size),
        "glyph": "image" if image else "file-archive" if archive else "file-text",
        "href": f"/api/v1/attachments/{view.id}",
        "shown": kind in _PICTURES and view.size <= _LARGEST_PICTURE,
    }

"""One timeline of what was written, changed and sent, as the page's entries. Plain functions of a `TicketDetail`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import TypedDict

from helpdesk.services.views import CommentView, DeliveryView, HistoryView, PersonView, TicketDetail
from helpdesk.ui.rows import NOBODY, Person, iso, person
from helpdesk.ui.tickets.lines import Names, line_of
from helpdesk.ui.tickets.rows import File, file
from helpdesk.ui.tickets.words import Part, first_name, listed, message_parts, part

TABS = {"all": "All", "conversation": "Conversation", "internal": "Internal", "changes": "Changes"}
_KIND_OF_TAB = {"conversation": "message", "internal": "note", "changes": "event"}
STEP = 100
"""How many entries are shown at a time."""


class Entry(TypedDict):
    """`kind` is message, note or event; an event has no person, a message no glyph."""

    key: str
    kind: str
    person: Person
    where: str
    at: str
    glyph: str
    parts: list[Part]
    files: list[File]


class Timeline(TypedDict):
    entries: list[Entry]
    counts: dict[str, str]
    earlier: str  # ISO: what lies before it is not among the entries; "" for nothing


def timeline(seen: TicketDetail, viewer: int, tab: str, names: Names) -> Timeline:
    """The newest entries of a tab within what was read, how many each tab has, and where earlier ones go on."""
    every = sorted(_entries(seen, viewer, names), key=lambda pair: pair[0])
    kind = _KIND_OF_TAB.get(tab)
    chosen = [(at, entry) for (at, _), entry in every if kind is None or entry["kind"] == kind]
    earlier = seen.earlier
    if len(chosen) > STEP:
        # whole moments, so that what happened at once is not torn apart
        torn = chosen[-STEP - 1][0]
        chosen = [one for one in chosen[-STEP:] if one[0] > torn] or chosen[-STEP:]
        earlier = chosen[0][0]
    return {
        "entries": [entry for _, entry in chosen],
        "counts": _counts(seen, every),
        "earlier": earlier.isoformat() if earlier else "",
    }


def _counts(seen: TicketDetail, every: list[tuple[tuple[datetime, int], Entry]]) -> dict[str, str]:
    changes = sum(entry["kind"] == "event" for _, entry in every)
    told = "" if seen.earlier and not changes else f"{changes}+" if seen.earlier else str(changes)
    described = bool(seen.ticket.description.strip())
    return {"conversation": str(seen.messages + described), "internal": str(seen.notes), "changes": told}


def _entries(seen: TicketDetail, viewer: int, names: Names) -> Iterator[tuple[tuple[datetime, int], Entry]]:
    """Each with its place in time; at the same moment the change comes before the words, the mail after them."""
    filed = None if seen.earlier else _description(seen, viewer)
    if filed is not None:
        yield (seen.ticket.created_at, 1), filed
    for comment in seen.comments:
        yield (comment.created_at, 1), _message(comment, seen, viewer)
    for rows in _acts(seen.history):
        entry = _change(rows, seen, viewer, names)
        if entry is not None:
            yield (rows[0].changed_at, 0), entry
    for batch in _batches(seen.deliveries):
        yield (batch[0].created_at, 2), _delivery(batch)


def _description(seen: TicketDetail, viewer: int) -> Entry | None:
    row = seen.ticket
    files = [file(one) for one in seen.attachments if one.comment_id is None]
    if not row.description.strip() and not files:
        return None
    return {
        "key": "description",
        "kind": "message",
        "person": person(row.created_by),
        "where": _whence(row.created_by, seen, viewer, "web"),
        "at": iso(row.created_at),
        "glyph": "",
        "parts": message_parts(row.description, mentions=False),
        "files": files,
    }


def _message(comment: CommentView, seen: TicketDetail, viewer: int) -> Entry:
    return {
        "key": f"c{comment.id}",
        "kind": "note" if comment.is_internal else "message",
        "person": person(comment.author),
        "where": _whence(comment.author, seen, viewer, comment.source, from_staff=comment.from_staff),
        "at": iso(comment.created_at),
        "glyph": "",
        "parts": message_parts(comment.message, mentions=comment.is_internal),
        "files": [file(one) for one in comment.attachments],
    }


def _whence(
    author: PersonView, seen: TicketDetail, viewer: int, source: str, *, from_staff: bool = False
) -> str:
    """The grey words after a name: where from, and to whom."""
    row = seen.ticket
    words: list[str] = []
    if author.id == viewer:
        words.append("you")
    elif from_staff:
        words.append(row.group.name)
    elif author.id == row.requested_for.id:
        words += [text for text in (seen.requester_department, seen.requester_location) if text]
    if source == "email":
        words.append("via e-mail")
    return ", ".join(words)


# ---- changes


def _acts(history: Iterable[HistoryView]) -> Iterator[list[HistoryView]]:
    """What one person changed at one moment is one line."""
    for _, rows in groupby(history, key=lambda row: (row.changed_at, row.changed_by.id)):
        yield list(rows)


def _change(rows: list[HistoryView], seen: TicketDetail, viewer: int, names: Names) -> Entry | None:
    line = line_of(rows, seen, viewer, names)
    if line is None:
        return None
    return {
        "key": f"h{rows[0].id}",
        "kind": "event",
        "person": NOBODY,
        "where": "",
        "at": iso(rows[0].changed_at),
        "glyph": line.glyph,
        "parts": line.parts,
        "files": [],
    }


# ---- mails


def _batches(deliveries: Iterable[DeliveryView]) -> Iterator[list[DeliveryView]]:
    """What one change told people of. What a rehearsal suppressed was never meant to be sent."""
    told = [one for one in deliveries if one.status != "suppressed"]
    for _, batch in groupby(told, key=lambda one: one.created_at):
        yield list(batch)


def _delivery(batch: list[DeliveryView]) -> Entry:
    by_state: dict[str, dict[str, DeliveryView]] = {}
    for one in batch:
        by_state.setdefault(one.status, {}).setdefault(one.recipient, one)
    parts: list[Part] = [part("E-mail ")]
    for index, (status, people) in enumerate(sorted(by_state.items(), key=lambda pair: pair[0] == "failed")):
        if index:
            parts.append(part(", "))
        parts += _failures(people) if status == "failed" else _arrivals(status, people)
    return {
        "key": f"d{batch[0].id}",
        "kind": "event",
        "person": NOBODY,
        "where": "",
        "at": iso(batch[0].created_at),
        "glyph": "mail",
        "parts": parts,
        "files": [],
    }


def _arrivals(status: str, people: Mapping[str, DeliveryView]) -> list[Part]:
    words = {"sent": " delivered", "queued": " on its way", "sending": " on its way"}
    return [part("to "), part(listed(list(people)), "b"), part(words.get(status, f" {status}"))]


def _failures(people: Mapping[str, DeliveryView]) -> list[Part]:
    parts: list[Part] = []
    for name, one in people.items():
        reason = f"failed: {one.last_error}" if one.last_error else "failed"
        parts += [part("to "), part(name, "b"), part(" "), part(reason, "bad"), part(" ")]
        parts.append(part(str(one.id), "retry"))
    return parts


def known_names(seen: TicketDetail) -> dict[int, str]:
    """Everybody whom the ticket names, by id."""
    row = seen.ticket
    people = [row.requested_for, row.created_by, *row.watchers]
    people += [row.assigned_to] if row.assigned_to else []
    people += [one.author for one in seen.comments] + [one.changed_by for one in seen.history]
    return {one.id: one.name for one in people}


def placeholder(seen: TicketDetail, viewer: int) -> str:
    """What an empty reply box says."""
    row = seen.ticket
    if seen.view == "staff" and row.requested_for.id != viewer:
        return f"Write to {first_name(row.requested_for.name)}"
    whom = first_name(row.assigned_to.name) if row.assigned_to else row.group.name
    return f"Write to {whom}. Paste a screenshot if it helps."

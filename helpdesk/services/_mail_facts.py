"""What a mail may say, read anew at the moment of sending:
a queued row keeps no text, so that nothing outlives a right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, RowMapping
from sqlalchemy.orm import Session

from helpdesk.domain.access import Actor, TicketFacts, view_of
from helpdesk.domain.enums import NotificationEvent, Role, View
from helpdesk.domain.telling import STAFF_EVENTS
from helpdesk.services import _mail_statements as sql


@dataclass(frozen=True, slots=True)
class Comment:
    author: str
    message: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the outbox with all that may be told of it.

    `ticket`: columns of the ticket with the names of people and places; `then`: the event's own snapshot;
    `dues`: clock kind to due time; `reader`: the recipient's id, None for a queue address.
    """

    id: int
    event: NotificationEvent
    data: Mapping[str, Any]
    actor: str
    ticket: Mapping[str, Any]
    then: Mapping[str, Any]
    dues: Mapping[str, datetime | None]
    view: View
    reader: int | None
    comment: Comment | None
    reopen_reason: str


@dataclass(frozen=True, slots=True)
class Recipient:
    address: str
    name: str
    time_zone: str | None


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent to one recipient, and what must not be, with the reason."""

    recipient: Recipient
    items: tuple[Item, ...]
    refused: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read of several mails; each is judged and put together on its own, so that one that can't be
    spoils no other.
    """

    _rows: Mapping[int, RowMapping]
    _tickets: Mapping[int, Mapping[str, Any]]
    _watchers: Mapping[int, frozenset[int]]
    _people: Mapping[int, Any]
    _groups: Mapping[int, frozenset[int]]
    _comments: Mapping[int, RowMapping]
    _around: _Around

    def letter(self, ids: Iterable[int]) -> Letter:
        """Judge the rows `ids` of one recipient, all of which were read, by the rights that were read with
        them.
        """
        rows = [self._rows[row_id] for row_id in sorted(ids)]
        reader = self._reader(rows[0]["recipient_id"])
        items: list[Item] = []
        refused: dict[int, str] = {}
        for row in rows:
            ticket = self._tickets[row["ticket_id"]]
            comment = self._comments.get(row["comment_id"])
            view, reason = _judge(row, ticket, self._watchers[row["ticket_id"]], reader, comment)
            if view is None:
                refused[row["id"]] = reason
            else:
                items.append(_item(row, ticket, view, comment, self._around))
        return Letter(_recipient(rows[0], reader), tuple(items), refused)

    def _reader(self, person: int | None) -> _Reader | None:
        if person is None:
            return None
        row = self._people[person]
        actor = Actor(person, Role(row.role), self._groups[person], name=row.name)
        return _Reader(actor, row.email, row.is_active, row.time_zone)


def gather(s: Session, ids: Iterable[int]) -> Facts:
    """Read all that the rows `ids` may tell, and the rights of this moment (product rules §5): in as many
    statements for many mails as for one.
    """
    rows = list(s.execute(sql.ROWS, {"ids": list(ids)}).mappings())
    ticket_ids, people = _ids(rows, "ticket_id"), _ids(rows, "recipient_id")
    return Facts(
        {row["id"]: row for row in rows},
        {row["id"]: dict(row) for row in s.execute(sql.TICKETS, {"ids": ticket_ids}).mappings()},
        _sets(s.execute(sql.WATCHERS, {"ids": ticket_ids})),
        {row.id: row for row in s.execute(sql.PEOPLE, {"ids": people})} if people else {},
        _sets(s.execute(sql.MEMBERS, {"ids": people}) if people else ()),
        _comments(s, _ids(rows, "comment_id")),
        _around(s, rows, ticket_ids),
    )


def _ids(rows: Iterable[RowMapping], name: str) -> list[int]:
    return sorted({row[name] for row in rows if row[name] is not None})


@dataclass(frozen=True, slots=True)
class _Reader:
    actor: Actor
    email: str
    active: bool
    time_zone: str | None


def _recipient(row: RowMapping, reader: _Reader | None) -> Recipient:
    if reader is None:
        return Recipient(row["address"], "", None)
    return Recipient(reader.email, reader.actor.name, reader.time_zone)


def _judge(
    row: RowMapping,
    ticket: Mapping[str, Any],
    watchers: frozenset[int],
    reader: _Reader | None,
    comment: RowMapping | None,
) -> tuple[View | None, str]:
    """The view in which the recipient may be told now, or None and why not."""
    if reader is None:
        if row["address"].lower() != (ticket["queue_email"] or "").lower():
            return None, "no longer the queue address of the ticket's group"
        view: View | None = View.STAFF
    elif not reader.active:
        return None, "the recipient is deactivated"
    else:
        facts = TicketFacts(
            ticket["group_id"],
            ticket["restricted"],
            ticket["created_by"],
            ticket["requested_for"],
            ticket["assigned_to"],
            watchers,
        )
        view = view_of(reader.actor, facts)
    internal = row["event"] in STAFF_EVENTS or (comment is not None and comment["is_internal"])
    if view is None or (internal and view is not View.STAFF):
        return None, "the recipient may not see this any more"
    return view, ""


def _sets(pairs: Iterable[Row[int, int]]) -> Mapping[int, frozenset[int]]:
    """What belongs to each: an empty set where nothing does."""
    found: dict[int, set[int]] = defaultdict(set)
    for of, one in pairs:
        found[of].add(one)
    return defaultdict(frozenset, {of: frozenset(ones) for of, ones in found.items()})


def _comments(s: Session, ids: list[int]) -> dict[int, RowMapping]:
    if not ids:
        return {}
    return {row["id"]: row for row in s.execute(sql.COMMENTS, {"ids": ids}).mappings()}


@dataclass(frozen=True, slots=True)
class _Around:
    """What belongs to the rows, however many tickets they are about."""

    events: Mapping[tuple[int, int], Mapping[str, Any]]
    dues: Mapping[int, Mapping[str, datetime | None]]
    actors: Mapping[int, str]
    files: Mapping[int, tuple[str, ...]]
    reasons: Mapping[int, str]


def _around(s: Session, rows: Sequence[RowMapping], ticket_ids: list[int]) -> _Around:
    of_events = {"tickets": [row["ticket_id"] for row in rows], "seqs": [row["event_seq"] for row in rows]}
    events = s.execute(sql.EVENTS, of_events).mappings()
    dues: dict[int, dict[str, datetime | None]] = defaultdict(dict)
    for row in s.execute(sql.DUES, {"ids": ticket_ids}):
        dues[row.ticket_id][row.kind] = row.due_at
    actors = s.execute(sql.ACTORS, {"ids": _ids(rows, "actor_id")})
    files: dict[int, tuple[str, ...]] = defaultdict(tuple)
    comment_ids = _ids(rows, "comment_id")
    for row in s.execute(sql.FILES, {"ids": comment_ids}) if comment_ids else ():
        files[row.comment_id] += (row.filename,)
    return _Around(
        {(row["ticket_id"], row["seq"]): {str(name): value for name, value in row.items()} for row in events},
        dues,
        # the system is never named
        {row.id: "" if row.role == Role.SYSTEM else row.name for row in actors},
        files,
        _reopen_reasons(
            s, _ids((row for row in rows if row["event"] == NotificationEvent.REOPENED), "ticket_id")
        ),
    )


def _reopen_reasons(s: Session, ids: list[int]) -> dict[int, str]:
    """The latest reason of each ticket, from its history."""
    if not ids:
        return {}
    return {row.ticket_id: row.new_value or "" for row in s.execute(sql.REOPEN_REASONS, {"ids": ids})}


def _item(
    row: RowMapping, ticket: Mapping[str, Any], view: View, comment: RowMapping | None, around: _Around
) -> Item:
    return Item(
        id=row["id"],
        event=NotificationEvent(row["event"]),
        data=row["data"],
        actor=around.actors[row["actor_id"]],
        ticket=ticket,
        then=around.events[row["ticket_id"], row["event_seq"]],
        dues=around.dues.get(row["ticket_id"], {}),
        view=view,
        reader=row["recipient_id"],
        comment=None
        if comment is None
        else Comment(comment["author"], comment["message"], around.files.get(comment["id"], ())),
        reopen_reason=around.reasons.get(row["ticket_id"], ""),
    )

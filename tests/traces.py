"""What an act on a ticket leaves in the database, in a form in which two acts can be compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, select

from helpdesk.core.db import transaction
from helpdesk.models.notification import notification_logs
from helpdesk.models.ticket import (
    attachments,
    ticket_comments,
    ticket_events,
    ticket_history,
    ticket_history_texts,
    ticket_holds,
    ticket_tags,
    ticket_watchers,
    tickets,
)

# What differs between two equal acts: keys, times, hashes, and by which face it was done.
_OWN = {
    "id",
    "ticket_id",
    "ticket_no",
    "hash",
    "prev_hash",
    "history_hash",
    "salt",
    "text_digest",
    "batch_id",
}
_OWN |= {
    "bell_key",
    "comment_id",
    "message_id",
    "source",
    "words",
    "file_path",
    "seen_comment_id",
    "next_attempt_at",
}
_TABLES = (ticket_history, ticket_history_texts, ticket_events, ticket_comments, attachments)
_TABLES += (ticket_holds, ticket_tags, ticket_watchers, notification_logs)


@dataclass(frozen=True)
class Traces:
    """The ticket's row, and the rows that hang on it, without what is their own."""

    ticket: dict[str, Any]
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])


def traces_of(ticket_id: int) -> Traces:
    """Read them."""
    with transaction() as s:
        row = s.execute(select(tickets).where(tickets.c.id == ticket_id)).mappings().one()
        comments = select(ticket_comments.c.id).where(ticket_comments.c.ticket_id == ticket_id)
        names = {str(one): "<comment>" for one in s.scalars(comments)}
        hanging = {
            table.name: [
                _plain(dict(one), names)
                for one in s.execute(
                    select(table).where(table.c.ticket_id == ticket_id).order_by(*_order(table))
                ).mappings()
            ]
            for table in _TABLES
        }
    return Traces(_plain(dict(row), names), hanging)


def _order(table: Table) -> list[Any]:
    known = ("seq", "event_seq", "recipient_key", "channel", "created_at", "user_id", "name", "id")
    return [table.c[name] for name in known if name in table.c]


def _plain(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Without keys and times; what names a comment says so."""
    return {
        name: _named(value, names)
        for name, value in row.items()
        if name not in _OWN and not name.endswith("_at") and name not in {"at", "since"}
    }


def _named(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _named(one, names) for key, one in value.items() if key != "source"}
    return names.get(str(value), value)

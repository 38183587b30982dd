"""Rows on their way into COPY, as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

NULL = "\\N"

# In the order of their references: a row comes after what it names.
COLUMNS: dict[str, tuple[str, ...]] = {
    "tickets": (
        *("id", "ticket_no", "created_by", "requested_for", "assigned_to", "group_id", "category_id"),
        *("subcategory_id", "title", "description", "priority", "status", "source", "resolution_code"),
        *("resolution_text", "reopen_count", "rating", "rating_comment", "policy_version_id", "version"),
        *("created_at", "updated_at", "staff_updated_at", "started_at", "resolved_at", "closed_at"),
        *("due_at", "risk_at", "breached_at", "held_until", "history_seq", "history_hash", "event_seq"),
        "event_at",
    ),
    "ticket_comments": (*("id", "ticket_id", "author_id", "message", "is_internal", "source", "created_at"),),
    "ticket_watchers": ("ticket_id", "user_id", "added_by", "created_at"),
    "ticket_tags": ("ticket_id", "name"),
    "ticket_holds": ("ticket_id", "reason", "since", "until", "set_by", "ended_at", "ended_by"),
    "ticket_history": (
        *("ticket_id", "seq", "changed_by", "on_behalf_of", "source", "field_name", "old_value"),
        *("new_value", "text_digest", "visibility", "changed_at", "prev_hash", "hash"),
    ),
    "ticket_history_texts": ("ticket_id", "seq", "salt", "old_value", "new_value"),
    "ticket_events": (
        *("ticket_id", "seq", "kind", "at", "actor_id", "data", "visibility", "status", "priority"),
        *("group_id", "category_id", "subcategory_id", "category_path", "assigned_to", "policy_version_id"),
    ),
    "ticket_clocks": (
        *("ticket_id", "kind", "run", "policy_version_id", "target_minutes", "business", "started_at"),
        *("due_at", "met_at", "stopped_at", "breached_at", "paused", "consumed_seconds", "as_of", "risk_at"),
        *("flagged", "next_step_at"),
    ),
    "ticket_clock_steps": ("ticket_id", "kind", "run", "step", "due_at", "fired_at", "late"),
    "notification_logs": (
        *("event", "ticket_id", "event_seq", "comment_id", "actor_id", "recipient_id", "address"),
        *("recipient_key", "status", "data", "batch_id", "created_at", "next_attempt_at"),
        *("channel", "bell_key", "read_at"),
    ),
}


class Sheets:
    """The lines of one part of the load, by table."""

    def __init__(self) -> None:
        self.lines: dict[str, list[str]] = {table: [] for table in COLUMNS}

    def add(self, table: str, row: Mapping[str, Any]) -> None:
        """A row by its columns' names."""
        self.lines[table].append("\t".join([cell(row[name]) for name in COLUMNS[table]]) + "\n")

    def copy(self, connection: psycopg.Connection) -> None:
        """Write all of it in the connection's transaction."""
        for table, lines in self.lines.items():
            if lines:
                statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
                    sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, COLUMNS[table]))
                )
                with connection.cursor().copy(statement) as copy:
                    copy.write("".join(lines))


def escaped(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return text.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def cell(value: object) -> str:
    """A value as COPY reads it."""
    return _FORMS.get(type(value), str)(value)


_FORMS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: NULL,
    str: escaped,
    datetime: datetime.isoformat,
    bytes: lambda value: "\\\\x" + value.hex(),
}

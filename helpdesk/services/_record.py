"""One change of one ticket, written whole: row, history, events, clocks and outbox in the caller's transaction.

Nothing else writes these tables, so no path can change a ticket and leave no trace (product rules §3).
"""

from __future__ import annotations

import uuid
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from helpdesk.core.clock import moved_to
from helpdesk.core.db import after_commit
from helpdesk.core.ids import new_uuid
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import EventKind, Visibility
from helpdesk.domain.queues import counts_of
from helpdesk.integrations import live, wake
from helpdesk.models.ticket import ticket_events, ticket_history, ticket_history_texts, tickets
from helpdesk.services import _chain, _clocks, _notify
from helpdesk.services._notify import Notice

TICK = timedelta(microseconds=1)
# Words of people that may have to be erased; everything else in the history is a fact.
WORDS = frozenset(
    {"title", "description", "resolution_text", "reopen_reason", "rating_comment", "attachment"}
)
# what the queue's counts and the figures of home are made of; and what says that a ticket is new or on hold
_COUNTED = frozenset({"status", "priority", "group_id", "assigned_to", "due_at", "risk_at", "breached_at"})
_COUNTED_EVENTS = frozenset({EventKind.CREATED, EventKind.HOLD_STARTED, EventKind.HOLD_ENDED})
_SNAPSHOT = (
    "status",
    "priority",
    "group_id",
    "category_id",
    "subcategory_id",
    "assigned_to",
    "policy_version_id",
)
# built once, as everywhere on the way of a change: to build a statement costs as much as to execute it
_INSERT_EVENTS = insert(ticket_events)
_INSERT_HISTORY = insert(ticket_history)
_INSERT_TEXTS = insert(ticket_history_texts)
_UPDATE_TICKET = update(tickets).where(tickets.c.id == bindparam("ticket"))  # of the columns it is given


@dataclass(slots=True)
class TicketWork:
    """Collects what one act does to a locked ticket; `flush` writes it.

    Args:
        row: the ticket's columns as they are now; changed in place.
        at: the act's moment, taken after the lock (`_lock`), or before it for what had happened already: a hold
            that ran out.
        path: group, category and subcategory by name.
        queues: the topics of the lists that show it to staff (`domain.queues`).
        audience: who has lists that show this ticket as their request: to be told that it changed.
        touched: whose own lists change, also by what the requester may not know of.
    """

    s: Session
    actor: Actor
    row: dict[str, Any]
    at: datetime
    path: str
    queues: frozenset[str]
    audience: frozenset[int] = frozenset()
    touched: frozenset[int] = frozenset()
    on_behalf_of: int | None = None
    _dirty: set[str] = field(default_factory=set[str])
    _history: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _texts: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _notices: list[tuple[int, Notice]] = field(default_factory=list[tuple[int, Notice]])
    _public: bool = False
    _counts: bool = False

    def set(self, name: str, value: Any) -> bool:
        """Change a column and write its history; False where it has that value already."""
        old = self.row[name]
        if old == value:
            return False
        self.put(**{name: value})
        self.log(name, _as_text(old), _as_text(value))
        return True

    def put(self, **columns: Any) -> None:
        """Change columns that follow from the act and need no history of their own."""
        self._counts |= any(self.row.get(name) != columns[name] for name in columns.keys() & _COUNTED)
        self.row.update(columns)
        self._dirty.update(columns)

    def log(
        self, name: str, old: str | None, new: str | None, visibility: Visibility = Visibility.PUBLIC
    ) -> None:
        """Append a history row, chained to the one before."""
        seq = self.row["history_seq"] + 1
        entry: dict[str, Any] = {
            "ticket_id": self.row["id"],
            "seq": seq,
            "changed_by": self.actor.user_id,
            "on_behalf_of": self.on_behalf_of,
            "source": str(self.actor.source),
            "field_name": name,
            "old_value": old,
            "new_value": new,
            "text_digest": None,
            "visibility": str(visibility),
            "changed_at": self.at,
            "prev_hash": self.row["history_hash"],
        }
        if name in WORDS:
            salt = _chain.new_salt()
            self._texts.append(
                {"ticket_id": self.row["id"], "seq": seq, "salt": salt, "old_value": old, "new_value": new}
            )
            entry |= {"old_value": None, "new_value": None, "text_digest": _chain.text_digest(salt, old, new)}
        entry["hash"] = _chain.link(entry, entry["prev_hash"])
        self._history.append(entry)
        self.row.update(history_seq=seq, history_hash=entry["hash"])
        self._public |= visibility is Visibility.PUBLIC

    def event(
        self,
        kind: EventKind,
        *notices: Notice,
        data: Mapping[str, Any] | None = None,
        visibility: Visibility = Visibility.PUBLIC,
    ) -> int:
        """Append an event with a snapshot of the ticket as `set` left it, and whom it tells. Returns its `seq`.

        Its moment is the act's, but always after the ticket's last event.
        """
        seq = self.row["event_seq"] + 1
        moment = max(self.at, self.row["event_at"] + TICK)
        snapshot = {name: self.row[name] for name in _SNAPSHOT}
        self._events.append(
            {
                "ticket_id": self.row["id"],
                "seq": seq,
                "kind": str(kind),
                "at": moment,
                "actor_id": self.actor.user_id,
                "data": dict(data or {}),
                "visibility": str(visibility),
                "category_path": self.path,
                **snapshot,
            }
        )
        self.row.update(event_seq=seq, event_at=moment)
        self._notices += [(seq, notice) for notice in notices]
        self._counts |= kind in _COUNTED_EVENTS
        self._public |= visibility is Visibility.PUBLIC
        return seq

    @property
    def changed(self) -> bool:
        return bool(self._dirty or self._history or self._events)

    def flush(self) -> None:
        """Write everything, or nothing where nothing changed. Call it once, at the end."""
        if not self.changed:
            return
        if self._events:
            self.s.execute(_INSERT_EVENTS, self._events)
            if any(event["visibility"] == Visibility.PUBLIC for event in self._events):
                self.put(**_clocks.refresh(self.s, self.row["id"], self.row["event_at"]))
        self._write_row()
        if self._history:
            self.s.execute(_INSERT_HISTORY, self._history)
        if self._texts:
            self.s.execute(_INSERT_TEXTS, self._texts)
        told = _notify.write(
            self.s,
            ticket_id=self.row["id"],
            actor_id=self.actor.user_id,
            notices=self._notices,
            at=self.at,
            batch_id=_batch_of(self.s),
        )
        self._announce(told)

    def _write_row(self) -> None:
        self.put(staff_updated_at=max(self.at, self.row["staff_updated_at"]))
        if self._public:
            self.put(version=self.row["version"] + 1, updated_at=max(self.at, self.row["updated_at"]))
        columns = self._dirty | {"history_seq", "history_hash", "event_seq", "event_at"}
        values = {name: self.row[name] for name in columns}
        self.s.execute(_UPDATE_TICKET, {"ticket": self.row["id"], **values})

    def _announce(self, told: _notify.Told) -> None:
        """After the commit: open pages that may know of it read again. A note stirs no requester's page."""
        ticket_id, version = self.row["id"], self.row["version"]
        topics = [*sorted(self.queues), f"ticket_staff:{ticket_id}"]
        topics += [f"person:{person}" for person in sorted(self.touched)]
        topics += [f"bell:{person}" for person in sorted(told.bells)]
        if self._counts:
            topics += counts_of(self.queues)
        versions: dict[int, int] = {}
        if self._public:
            topics.append(f"ticket:{ticket_id}")
            topics += [f"person:{person}" for person in sorted(self.audience)]
            versions = {ticket_id: version}
        _gather(self.s, topics, versions, told.messages)


@contextmanager
def savepoint(s: Session) -> Generator[None]:
    """A part of the transaction that may be taken back alone; what it would have announced goes with it."""
    kept = deepcopy(s.info.get("announcement"))
    try:
        with s.begin_nested():
            yield
    except BaseException:
        if "announcement" in s.info:
            s.info["announcement"] = kept or _nothing()
        raise


def _batch_of(s: Session) -> uuid.UUID:
    """What changes in one transaction is one batch: each person gets one mail for it."""
    batch: uuid.UUID = s.info.setdefault("batch_id", new_uuid())
    return batch


def _gather(s: Session, topics: list[str], versions: dict[int, int], told: int) -> None:
    """One announcement and one wake-up for the whole transaction, however many tickets it changes."""
    pending: dict[str, Any] | None = s.info.get("announcement")
    if pending is None:
        pending = _nothing()
        s.info["announcement"] = pending
        after_commit(s, lambda: _send(s.info.pop("announcement")))
    pending["topics"].update(dict.fromkeys(topics))
    pending["versions"].update(versions)
    pending["told"] += told


def _nothing() -> dict[str, Any]:
    return {"topics": {}, "versions": {}, "told": 0}


def _send(pending: Mapping[str, Any]) -> None:
    if pending["topics"]:
        live.publish(pending["topics"], pending["versions"])
    # what a seed writes is suppressed: thousands of wake-ups would find nothing to send
    if pending["told"] and moved_to() is None:
        wake.wake()


def _as_text(value: Any) -> str | None:
    return None if value is None else str(value)

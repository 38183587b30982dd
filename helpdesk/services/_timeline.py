"""What a ticket's page lists: comments, files, changes and messages, all of them or a window of the newest.

A window holds whole moments: where a kind has more than it reads, everything older than the oldest moment that is
complete for all kinds is left to the earlier window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, RowMapping, Select, bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from helpdesk.domain.enums import Channel, Visibility
from helpdesk.models.notification import notification_logs
from helpdesk.models.ticket import attachments, ticket_comments, ticket_history, ticket_history_texts
from helpdesk.services.views import Window

MOST = 2000  # entries of each kind, without a window
_ROWS_PER_ENTRY = 4  # a change is several rows, a batch of mails too
Rows = Sequence[RowMapping]
Statement = Select[*tuple[Any, ...]]
_COMMENT = [
    ticket_comments.c[name] for name in ("id", "author_id", "message", "is_internal", "created_at", "source")
]
_FILE = [
    attachments.c[name]
    for name in ("id", "filename", "content_type", "size", "uploaded_by", "comment_id", "created_at")
]
# the statements are built once: to build one takes longer than to execute it
_TICKET = bindparam("ticket", type_=BigInteger)
_MOST_ROWS = bindparam("most", type_=Integer)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Rows in the order of time. `earlier`: what lies before it was left out. `whole`: it has all changes."""

    comments: Rows
    history: Rows
    deliveries: Rows
    earlier: datetime | None
    whole: bool


def read(s: Session, ticket_id: int, *, staff: bool, window: Window | None) -> Timeline:
    """The part of the timeline that somebody with this view may see; nothing of the staff's is read for others."""
    part = "all" if window is None else window.part
    before = window is not None and window.before is not None
    comments = changes = deliveries = _NOTHING
    if part != "changes":
        comments = _newest(s, _comments(staff, part, before), ticket_id, window, 1)
    if part in {"all", "changes"}:
        changes = _newest(s, _history(staff, before), ticket_id, window, _ROWS_PER_ENTRY)
        if staff:
            deliveries = _newest(s, _deliveries(before), ticket_id, window, _ROWS_PER_ENTRY)
    floors = [one.floor for one in (comments, changes, deliveries) if one.floor is not None]
    floor = max(floors, default=None)
    whole = changes is not _NOTHING and not before and floor is None and len(changes.rows) < MOST
    return Timeline(comments.since(floor), changes.since(floor), deliveries.since(floor), floor, whole)


@dataclass(frozen=True, slots=True)
class _Read:
    rows: Rows
    moments: tuple[datetime, ...]
    floor: datetime | None  # the oldest moment read, where there are older ones

    def since(self, floor: datetime | None) -> Rows:
        if floor is None:
            return self.rows
        return [row for row, at in zip(self.rows, self.moments, strict=True) if at >= floor]


_NOTHING = _Read((), (), None)


def _newest(
    s: Session, statement: Statement, ticket_id: int, window: Window | None, rows_per_entry: int
) -> _Read:
    """The newest rows, the oldest first. A moment that was read in part is left out, unless it is the only one."""
    most = MOST if window is None else window.most * rows_per_entry
    asked = {"ticket": ticket_id, "most": most + 1, "before": window and window.before}
    found = s.execute(statement, asked).mappings().all()
    rows = found[:most][::-1]
    if window is None or len(found) <= most:
        return _Read(rows, tuple(row["moment"] for row in rows), None)
    torn = found[-1]["moment"]
    whole = [row for row in rows if row["moment"] != torn] or rows
    return _Read(whole, tuple(row["moment"] for row in whole), whole[0]["moment"])


def _newest_first(
    statement: Statement, moment: ColumnElement[datetime], tie: ColumnElement[int], *, before: bool
) -> Statement:
    if before:
        statement = statement.where(moment < bindparam("before", type_=moment.type))
    statement = statement.add_columns(moment.label("moment"))
    order = (tie,) if tie is ticket_history.c.seq else (moment, tie)
    return statement.order_by(*(one.desc() for one in order)).limit(_MOST_ROWS)


def comment(s: Session, comment_id: int) -> RowMapping:
    """One comment, by whoever may see it."""
    c = ticket_comments.c
    return s.execute(select(*_COMMENT).where(c.id == comment_id)).mappings().one()


@cache
def _comments(staff: bool, part: str, before: bool) -> Statement:
    c = ticket_comments.c
    statement = select(*_COMMENT).where(c.ticket_id == _TICKET)
    if not staff or part == "conversation":
        statement = statement.where(~c.is_internal)
    if part == "internal":
        statement = statement.where(c.is_internal)
    return _newest_first(statement, c.created_at, c.id, before=before)


@cache
def _history(staff: bool, before: bool) -> Statement:
    h, t = ticket_history.c, ticket_history_texts.c
    statement = (
        select(
            h.seq,
            h.field_name,
            h.changed_by,
            h.source,
            h.visibility,
            h.changed_at,
            func.coalesce(h.old_value, t.old_value).label("old_value"),
            func.coalesce(h.new_value, t.new_value).label("new_value"),
        )
        .select_from(ticket_history)
        .outerjoin(ticket_history_texts, tuple_(t.ticket_id, t.seq) == tuple_(h.ticket_id, h.seq))
        .where(h.ticket_id == _TICKET)
    )
    if not staff:
        statement = statement.where(h.visibility == str(Visibility.PUBLIC))
    return _newest_first(statement, h.changed_at, h.seq, before=before)


@cache
def _deliveries(before: bool) -> Statement:
    n = notification_logs.c
    names = ("id", "event", "channel", "status", "attempts", "last_error", "created_at", "sent_at")
    # what rings in the app has arrived by itself: no news for whoever works on the ticket
    mails = (n.ticket_id == _TICKET, n.channel != str(Channel.IN_APP))
    statement = select(*(n[name] for name in names), n.recipient_id, n.address).where(*mails)
    return _newest_first(statement, n.created_at, n.id, before=before)


def files(s: Session, ticket_id: int, *, staff: bool) -> Rows:
    """A file has the visibility of the comment that carries it."""
    return s.execute(_files(staff), {"ticket": ticket_id}).mappings().all()


@cache
def _files(staff: bool) -> Statement:
    a = attachments.c
    statement = (
        select(*_FILE)
        .select_from(attachments)
        .outerjoin(ticket_comments, ticket_comments.c.id == a.comment_id)
        .where(a.ticket_id == _TICKET)
    )
    if not staff:
        statement = statement.where(func.coalesce(ticket_comments.c.is_internal, False).is_(False))
    return statement.order_by(a.created_at, a.id).limit(MOST)


def files_of_comment(s: Session, comment_id: int) -> Rows:
    a = attachments.c
    statement = select(*_FILE).where(a.comment_id == comment_id).order_by(a.created_at, a.id)
    return s.execute(statement).mappings().all()


def reached(s: Session, ticket_id: int, listed: Timeline) -> dict[str, datetime]:
    """When each status was reached last; asked for only where `listed` does not hold all changes."""
    h = ticket_history.c
    if listed.whole:
        rows = [row for row in listed.history if row["field_name"] == "status"]
        return {row["new_value"]: row["changed_at"] for row in rows if row["new_value"]}
    found = s.execute(
        select(h.new_value, func.max(h.changed_at).label("at"))
        .where(h.ticket_id == ticket_id, h.field_name == "status", h.visibility == str(Visibility.PUBLIC))
        .group_by(h.new_value)
    )
    return {row.new_value: row.at for row in found if row.new_value}


def _counts() -> Statement:
    c = ticket_comments.c
    last = (
        select(c.id)
        .where(c.ticket_id == _TICKET, ~c.is_internal)
        .order_by(c.created_at.desc(), c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(
        func.count().filter(~c.is_internal).label("messages"),
        func.count().label("written"),
        last.label("last"),
    ).where(c.ticket_id == _TICKET)


COUNTS = _counts()
"""How many messages there are, how many with the notes, and which message is the newest; of the parameter `ticket`."""

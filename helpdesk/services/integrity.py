"""Whether what is stored agrees with itself: clocks, history, events, holds, notifications, audit log, files."""

from __future__ import annotations

import multiprocessing
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from itertools import groupby, islice
from typing import Any, NamedTuple

from sqlalchemy import and_, case, func, select, text
from sqlalchemy.orm import Session

from helpdesk.core.clock import now
from helpdesk.core.db import transaction
from helpdesk.integrations.storage import get_storage
from helpdesk.models.ticket import (
    NO_END,
    attachments,
    ticket_history,
    ticket_history_texts,
    ticket_holds,
    tickets,
)
from helpdesk.services import _audit, _chain, _clock_check, _ledger

_NAMED = 5  # problems that are told word for word; the others are counted
_TICKETS_AT_ONCE = 2_000  # checked in one transaction, which is short for the sake of a running system
_ROWS_AT_ONCE = 2_000
_SEVERAL_FROM = 50  # so many parts are worth another process


class Finding(NamedTuple):
    """The result of one check; `detail` says what is wrong, or how much was looked at."""

    name: str
    ok: bool
    detail: str


class _Part(NamedTuple):
    """A check of the tickets from `first` to `last`, or of the whole; `problems` of them, the first ones by name."""

    name: str
    first: int = 0
    last: int = 0
    named: tuple[str, ...] = ()
    problems: int = 0


def check(processes: int | None = None) -> list[Finding]:
    """Run every check over all of the data. Reads only; a million tickets take some ten minutes.

    What concerns one ticket is checked in parts, each at a moment of its own, so that memory and the age of the
    snapshot stay small. `processes`: how many look at once; None: one, or with many tickets as many as there are
    processors.
    """
    with transaction() as s:
        least, most = s.execute(select(func.min(tickets.c.id), func.max(tickets.c.id))).one()
    starts = range(least, most + 1, _TICKETS_AT_ONCE) if least is not None else range(0)
    parts = [_Part(name, start, start + _TICKETS_AT_ONCE - 1) for name in _BY_TICKET for start in starts]
    parts += [_Part(name) for name in _WHOLE]
    if processes is None:
        processes = (os.cpu_count() or 1) if len(parts) >= _SEVERAL_FROM else 1
    named: dict[str, list[str]] = defaultdict(list)
    problems: dict[str, int] = defaultdict(int)
    for part in _looked_at(parts, processes):
        named[part.name] += part.named
        problems[part.name] += part.problems
    return [_finding(name, named[name][:_NAMED], problems[name]) for name in (*_BY_TICKET, *_WHOLE)]


def _looked_at(parts: Iterable[_Part], processes: int) -> Iterator[_Part]:
    if processes == 1:
        yield from map(_look, parts)
        return
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_look, parts)


def _look(part: _Part) -> _Part:
    with transaction() as s:
        if not s.connection().in_nested_transaction():  # a savepoint lives in its transaction's moment
            s.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        # One moment for all statements of a part; how long it takes is no sign of trouble.
        s.execute(text("SET LOCAL statement_timeout = 0"))
        whole = _WHOLE.get(part.name)
        found = iter(whole(s) if whole else _BY_TICKET[part.name](s, part.first, part.last))
        named = tuple(islice(found, _NAMED))
        return part._replace(named=named, problems=len(named) + sum(1 for _ in found))


def _finding(name: str, named: list[str], problems: int) -> Finding:
    more = problems - len(named)
    return Finding(name, not problems, "; ".join(named) + (f"; and {more} more" if more else ""))


def _history(s: Session, first: int, last: int) -> Iterator[str]:
    """Each ticket's chain holds from its first row to the one that the ticket names as its last."""
    ends = {
        row.id: (row.ticket_no, row.history_seq, bytes(row.history_hash))
        for row in s.execute(
            select(tickets.c.id, tickets.c.ticket_no, tickets.c.history_seq, tickets.c.history_hash).where(
                tickets.c.id.between(first, last)
            )
        )
    }
    h, words = ticket_history.c, ticket_history_texts.c
    rows = s.execute(
        select(
            ticket_history, words.salt, words.old_value.label("old_words"), words.new_value.label("new_words")
        )
        .add_columns(words.erased_at)
        .outerjoin(ticket_history_texts, (words.ticket_id == h.ticket_id) & (words.seq == h.seq))
        .where(h.ticket_id.between(first, last))
        .order_by(h.ticket_id, h.seq),
        execution_options={"yield_per": _ROWS_AT_ONCE},
    ).mappings()
    for ticket_id, group in groupby(rows, key=lambda row: row["ticket_id"]):
        chain = [dict(row) for row in group]
        name, seq, end = ends.pop(ticket_id)
        broken = _chain.broken_at(chain)
        if broken is not None:
            yield f"{name}: the history is broken at entry {broken}"
        elif (chain[-1]["seq"], bytes(chain[-1]["hash"])) != (seq, end):
            yield f"{name}: the history ends before the entry {seq} that the ticket names"
        for row in chain:
            if row["text_digest"] is not None and not _words_fit(row):
                yield f"{name}: the words of history entry {row['seq']} were changed"
    yield from (f"{name}: the history is missing" for name, seq, _ in ends.values() if seq)


def _words_fit(row: Mapping[str, Any]) -> bool:
    if row["erased_at"] is not None:
        return True
    if row["salt"] is None:
        return False
    return _chain.text_digest(row["salt"], row["old_words"], row["new_words"]) == row["text_digest"]


def _events(s: Session, first: int, last: int) -> Iterator[str]:
    """A ticket's events are numbered without a hole, and their times rise."""
    rows = s.execute(
        text(
            """
            WITH one AS (
                SELECT ticket_id, seq, kind, at, lag(at) OVER (PARTITION BY ticket_id ORDER BY seq) AS prev
                  FROM ticket_events WHERE ticket_id BETWEEN :first AND :last),
            e AS (
                SELECT ticket_id, count(*) AS n, max(at) AS last_at, bool_and(prev IS NULL OR at > prev) AS rising,
                       min(kind) FILTER (WHERE seq = 1) AS first_kind, max(seq) AS last_seq
                  FROM one GROUP BY ticket_id)
            SELECT t.ticket_no, t.event_seq, coalesce(e.n, 0) AS n
              FROM tickets t LEFT JOIN e ON e.ticket_id = t.id
             WHERE t.id BETWEEN :first AND :last
               AND (e.n IS DISTINCT FROM t.event_seq OR e.last_seq <> t.event_seq OR e.last_at <> t.event_at
                    OR NOT e.rising OR e.first_kind IS DISTINCT FROM 'created')
             ORDER BY t.id
            """
        ),
        {"first": first, "last": last},
    )
    for row in rows:
        yield f"{row.ticket_no}: {row.n} events where there should be {row.event_seq}, or their times don't rise"


def _holds(s: Session, first: int, last: int) -> Iterator[str]:
    """A ticket's row names the end of its open hold."""
    t, h = tickets.c, ticket_holds.c
    held = case((h.id.is_not(None), func.coalesce(h.until, NO_END)))
    names = s.scalars(
        select(t.ticket_no)
        .outerjoin(ticket_holds, and_(h.ticket_id == t.id, h.ended_at.is_(None)))
        .where(t.id.between(first, last), t.held_until.is_distinct_from(held))
        .order_by(t.id)
    )
    yield from (f"{name}: lists show another hold than it has" for name in names)


def _files(s: Session) -> Iterator[str]:
    """Each file on a ticket has its object in the storage."""
    a, storage, ever = attachments.c, get_storage(), now() + timedelta(days=1)
    for number in range(256):
        prefix = f"{number:02x}"
        wanted = s.execute(
            select(a.id, a.file_path).where(
                a.ticket_id.is_not(None), a.file_path >= prefix, a.file_path < f"{prefix}g"
            )
        ).all()
        stored = set(storage.keys(prefix, ever)) if wanted else set[str]()
        yield from (f"file {row.id} has no object" for row in wanted if row.file_path not in stored)


_BY_TICKET: dict[str, Callable[[Session, int, int], Iterable[str]]] = {
    "clocks": _clock_check.differences,
    "history": _history,
    "events": _events,
    "holds": _holds,
}
_WHOLE: dict[str, Callable[[Session], Iterable[str]]] = {
    "notifications": _ledger.problems,
    "audit": _audit.verify_audit,
    "files": _files,
}

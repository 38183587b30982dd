"""Whether what is stored agrees with itself: clocks, history, events, the notification ledger, the audit log, files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import groupby, islice
from typing import Any, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from helpdesk.core.clock import now
from helpdesk.core.db import transaction
from helpdesk.integrations.storage import get_storage
from helpdesk.models.ticket import attachments, ticket_history, ticket_history_texts, tickets
from helpdesk.services import _audit, _chain, _clock_check, _ledger

_NAMED = 5  # problems that are told word for word; the others are counted
_ROWS_AT_ONCE = 2000


class Finding(NamedTuple):
    """The result of one check; `detail` says what is wrong, or how much was looked at."""

    name: str
    ok: bool
    detail: str


def check() -> list[Finding]:
    """Run every check over all of the data. Reads only; with many tickets it takes minutes."""
    checks: tuple[tuple[str, Callable[[Session], Iterable[str]]], ...] = (
        ("clocks", _clock_check.differences),
        ("history", _history),
        ("events", _events),
        ("notifications", _ledger.problems),
        ("audit", _audit.verify_audit),
        ("files", _files),
    )
    return [_run(name, problems) for name, problems in checks]


def _run(name: str, check: Callable[[Session], Iterable[str]]) -> Finding:
    with transaction() as s:
        if not s.connection().in_nested_transaction():  # a savepoint lives in its transaction's moment
            s.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        # One moment for all statements of a check; how long it takes is no sign of trouble.
        s.execute(text("SET LOCAL statement_timeout = 0"))
        found = iter(check(s))
        named = list(islice(found, _NAMED))
        more = sum(1 for _ in found)
    detail = "; ".join(named) + (f"; and {more} more" if more else "")
    return Finding(name, not named, detail)


def _history(s: Session) -> Iterator[str]:
    """Each ticket's chain holds from its first row to the one that the ticket names as its last."""
    ends = {
        row.id: (row.ticket_no, row.history_seq, bytes(row.history_hash))
        for row in s.execute(
            select(tickets.c.id, tickets.c.ticket_no, tickets.c.history_seq, tickets.c.history_hash)
        )
    }
    h, words = ticket_history.c, ticket_history_texts.c
    rows = s.execute(
        select(
            ticket_history, words.salt, words.old_value.label("old_words"), words.new_value.label("new_words")
        )
        .add_columns(words.erased_at)
        .outerjoin(ticket_history_texts, (words.ticket_id == h.ticket_id) & (words.seq == h.seq))
        .order_by(h.ticket_id, h.seq),
        execution_options={"yield_per": _ROWS_AT_ONCE},
    ).mappings()
    for ticket_id, group in groupby(rows, key=lambda row: row["ticket_id"]):
        chain = [dict(row) for row in group]
        name, seq, last = ends.pop(ticket_id)
        broken = _chain.broken_at(chain)
        if broken is not None:
            yield f"{name}: the history is broken at entry {broken}"
        elif (chain[-1]["seq"], bytes(chain[-1]["hash"])) != (seq, last):
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


def _events(s: Session) -> Iterator[str]:
    """A ticket's events are numbered without a hole, and their times rise."""
    rows = s.execute(
        text(
            """
            SELECT t.ticket_no, t.event_seq, t.event_at, e.n, e.first_kind, e.last_at, e.rising
              FROM tickets t
              LEFT JOIN LATERAL (
                    SELECT count(*) AS n, max(at) AS last_at, bool_and(prev IS NULL OR at > prev) AS rising,
                           min(kind) FILTER (WHERE seq = 1) AS first_kind, max(seq) AS last_seq
                      FROM (SELECT seq, at, kind, lag(at) OVER (ORDER BY seq) AS prev
                              FROM ticket_events WHERE ticket_id = t.id) one) e ON true
             WHERE e.n <> t.event_seq OR e.last_seq <> t.event_seq OR e.last_at <> t.event_at
                OR NOT e.rising OR e.first_kind <> 'created' OR e.first_kind IS NULL
             ORDER BY t.id
            """
        )
    )
    for row in rows:
        yield f"{row.ticket_no}: {row.n} events where there should be {row.event_seq}, or their times don't rise"


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

"""The words that tickets use, for searches with a slip in them.

They are read from titles and descriptions alone, never from messages or notes, and never from the tickets of a
restricted group. Counts are rough: a ticket whose text was edited counts again, and nothing is taken back.

These functions act for nobody; the worker and the bulk seed call them.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, literal, select, text, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from helpdesk.core.clock import now
from helpdesk.core.db import transaction
from helpdesk.models.search import search_progress, search_words
from helpdesk.models.ticket import ticket_history, tickets
from helpdesk.models.tree import groups
from helpdesk.services._spelling import LONGEST, SHORTEST

BATCH, BATCHES = 2000, 10
SETTLED = timedelta(minutes=2)
"""Rows younger than this wait for the next run: one with a lower number may not be committed yet."""

_LETTERS = f"^[[:alpha:]]{{{SHORTEST},{LONGEST}}}$"  # no numbers, keys, addresses
_EDITS = ("title", "description")


def learn() -> int:
    """Take in the words of new and edited tickets; return how many tickets were read.

    Up to 20,000 at a time. Two that run at once do no harm: one of them waits and finds nothing to do.
    """
    read = 0
    for _ in range(BATCHES):
        with transaction() as s:
            ids = _next_tickets(s)
            _add(s, tickets.c.id.in_(ids))
        read += len(ids)
        if len(ids) < BATCH:
            break
    return read


def relearn() -> int:
    """Count the words of all tickets anew, as after a bulk load; return how many words there are.

    At a million tickets this takes about a minute, in which searches go on with the words as they were.
    """
    with transaction() as s:
        s.execute(text("SET LOCAL statement_timeout = 0"))
        s.execute(select(search_progress.c.id).with_for_update())
        s.execute(delete(search_words))
        last_ticket = select(func.coalesce(func.max(tickets.c.id), 0)).scalar_subquery()
        last_change = select(func.coalesce(func.max(ticket_history.c.id), 0)).scalar_subquery()
        s.execute(update(search_progress).values(ticket_id=last_ticket, history_id=last_change))
        _add(s, true())
        return s.scalar(select(func.count()).select_from(search_words)) or 0


def _next_tickets(s: Session) -> list[int]:
    """New and edited tickets that were not read yet; they count as read once this commits."""
    done = s.execute(select(search_progress).with_for_update()).one()
    settled = now() - SETTLED
    t, h = tickets.c, ticket_history.c
    new = s.scalars(
        select(t.id).where(t.id > done.ticket_id, t.created_at < settled).order_by(t.id).limit(BATCH)
    ).all()
    changes = s.execute(
        select(h.id, h.ticket_id, h.field_name)
        .where(h.id > done.history_id, h.changed_at < settled)
        .order_by(h.id)
        .limit(BATCH * 10)
    ).all()
    edited = {row.ticket_id for row in changes if row.field_name in _EDITS} - set(new)
    s.execute(
        update(search_progress).values(
            ticket_id=new[-1] if new else done.ticket_id,
            history_id=changes[-1].id if changes else done.history_id,
        )
    )
    return [*new, *sorted(one for one in edited if one <= done.ticket_id)]


def _add(s: Session, which: ColumnElement[bool]) -> None:
    word = (
        func.unnest(func.tsvector_to_array(tickets.c.words))
        .table_valued("word", name="used")
        .render_derived()
    )
    counted = (
        select(word.c.word, func.count().label("tickets"))
        .select_from(tickets)
        .join(groups, groups.c.id == tickets.c.group_id)
        .join(word, true())
        .where(which, ~groups.c.restricted, word.c.word.op("~")(literal(_LETTERS)))
        .group_by(word.c.word)
        .order_by(word.c.word)  # one order of locks
    )
    statement = insert(search_words).from_select(["word", "tickets"], counted)
    added = search_words.c.tickets + statement.excluded.tickets
    s.execute(statement.on_conflict_do_update(index_elements=["word"], set_={"tickets": added}))

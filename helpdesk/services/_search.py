"""Search in lists: the newest 1,000 matches, the best first (docs/api.md, "Search")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from helpdesk.domain.enums import Status
from helpdesk.models.ticket import ticket_comments, tickets
from helpdesk.services import _words
from helpdesk.services._planning import plan_for_values
from helpdesk.services._words import Asked

MOST = 1000
"""How many matches a search holds."""

FEW = 25_000
"""Up to so many tickets are read one by one: a filter that leaves so few makes blocks of tickets poor."""

LATEST = 3000
"""So many of the newest messages are looked at for what only each itself can tell."""

BEGINNING = 2
"""So many digits make the beginning of a number: one alone is that of every ninth ticket."""

TALKS = 500
"""Of so many of them the messages are read one by one."""

PLACES = NUMBER, TITLE, TEXT, TALK = 0, 1, 2, 3
"""Where a match is, best first."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A match: `place` says where, and within a place the newest comes first."""

    place: int
    id: int

    @property
    def rank(self) -> tuple[int, int]:
        return self.place, -self.id


@dataclass(frozen=True, slots=True)
class Field:
    """What is searched: the tickets of `scope` that fit `filters`."""

    scope: ColumnElement[bool]
    filters: Sequence[ColumnElement[bool]]
    staff: bool  # notes are read too
    unclosed: bool  # the filters leave nothing that is closed

    @property
    def where(self) -> ColumnElement[bool]:
        return and_(self.scope, *self.filters)


def find(s: Session, search: Asked, field: Field) -> tuple[list[Hit], bool]:
    """The newest matches in the order of their rank, and whether there are more.

    A match has all parts in title and description, or all in one message. Messages are looked at where titles
    and descriptions give fewer than `MOST`. For a requester only the tickets in their scope are read, and of
    these no note: neither result nor time depends on what others wrote.
    """
    plan_for_values(s)
    found = _by_number(s, search, field)
    if search.own_number is None:
        there = {hit.id for hit in found}
        found += [hit for hit in _by_words(s, search, field) if hit.id not in there]
    plan_for_values(s, on=False)
    return sorted(found[:MOST], key=lambda hit: hit.rank), len(found) > MOST


def _by_number(s: Session, search: Asked, field: Field) -> list[Hit]:
    """The ticket that is named, else, for a beginning such as `HD-10`, those that begin so."""
    rule = _words.numbered(search)
    if rule is None:
        return []
    ids = s.scalars(select(tickets.c.id).where(rule, field.where)).all()
    if not ids and search.own_number is not None and len(search.own_number.partition("-")[2]) >= BEGINNING:
        ids = _beginning_with(s, search.own_number, field)
    return [Hit(NUMBER, one) for one in sorted(ids, reverse=True)]


def _beginning_with(s: Session, number: str, field: Field) -> Sequence[int]:
    """By the bounds of the index rather than LIKE, for which a prepared plan would walk through all tickets."""
    t = tickets.c
    bounds = (
        t.ticket_no.op("~>=~")(number),
        t.ticket_no.op("~<~")(f"{number}:"),
    )  # after the 9 comes the colon
    found = (
        select(t.id).where(*bounds, field.where).offset(literal(0)).subquery("found")
    )  # fenced, as in `_fenced`
    return s.scalars(select(found.c.id).order_by(found.c.id.desc()).limit(MOST + 1)).all()


def _by_words(s: Session, search: Asked, field: Field) -> list[Hit]:
    """Newest first, those in messages last."""
    query = s.scalar(select(cast(_words.ts_query(search.parts), Text))) if search.parts else None
    if not query:  # nothing in it is a word
        return []
    if field.staff and not _is_narrow(s, field):
        return _through_index(s, query, field)
    hits = _one_by_one(s, query, field, search)
    if field.staff and len(hits) <= MOST:
        hits = _with(hits, _said_lately(s, query, field))
    return hits


def _is_narrow(s: Session, field: Field) -> bool:
    if not field.filters:
        return False
    some = select(tickets.c.id).where(field.where).limit(FEW + 1).subquery()
    return (s.scalar(select(func.count()).select_from(some)) or 0) <= FEW


def _with(hits: list[Hit], told: Sequence[int]) -> list[Hit]:
    """With those that have it in a message alone."""
    there = {hit.id for hit in hits}
    return hits + [Hit(TALK, one) for one in told if one not in there]


def _place(words: ColumnElement[Any], query: ColumnElement[Any]) -> ColumnElement[int]:
    return case((func.ts_filter(words, literal_column("'{a}'")).op("@@")(query), TITLE), else_=TEXT)


def _query(text: str) -> ColumnElement[Any]:
    return cast(literal(text), TSQUERY)


def _one_by_one(s: Session, text: str, field: Field, search: Asked) -> list[Hit]:
    query, t, c = _query(text), tickets.c, ticket_comments.c
    mine = select(t.id, t.words).where(field.where).cte("mine").prefix_with("MATERIALIZED")
    fits = mine.c.words.op("@@")(query)
    edge = select(mine.c.id).order_by(mine.c.id.desc()).offset(TALKS - 1).limit(1).scalar_subquery()
    # in this order, which AND would not promise
    said = case(
        (_words.may_say(c.message, search.parts), _words.words_of(c.message).op("@@")(query)), else_=False
    )
    talk = exists().where(c.ticket_id == mine.c.id, mine.c.id >= func.coalesce(edge, 0), said)
    if not field.staff:
        talk = talk.where(~c.is_internal)
    place = case((fits, _place(mine.c.words, query)), else_=TALK)
    rows = s.execute(
        select(mine.c.id, place.label("place"))
        .where(or_(fits, talk))
        .order_by((place == TALK), mine.c.id.desc())
        .limit(MOST + 1)
    )
    return [Hit(row.place, row.id) for row in rows]


def _through_index(s: Session, text: str, field: Field) -> list[Hit]:
    query, t, block = _query(text), tickets.c, _words.blocks()
    in_block = _words.in_block(query, block.c.number)
    own = _fenced(block, select(t.id, t.words).where(_words.ticket_terms().op("@@")(in_block)))
    titled = (
        select(t.id, _place(own.c.words, query).label("place"))
        .join(own, own.c.id == t.id)
        .where(own.c.words.op("@@")(query), field.where)
    )
    hits = _unclosed(s, query, field) if field.unclosed else _newest(s, block, titled)
    if len(hits) > MOST:
        return hits
    if "<" in text:  # a phrase
        return _with(hits, _said_lately(s, text, field))
    said = _messages(block, query)
    told = select(t.id, literal(TALK).label("place")).join(said, said.c.id == t.id).where(field.where)
    return _with(hits, [hit.id for hit in _newest(s, block, told.distinct())])


def _unclosed(s: Session, query: ColumnElement[Any], field: Field) -> list[Hit]:
    """By an index of their own: of a hundred tickets that have a word four are not closed."""
    t = tickets.c
    rows = select(t.id, _place(t.words, query).label("place")).where(
        t.words.op("@@")(query), t.status != str(Status.CLOSED), field.where
    )
    near = rows.offset(literal(0)).subquery("near")  # fenced, as in `_fenced`
    found = s.execute(select(near.c.id, near.c.place).order_by(near.c.id.desc()).limit(MOST + 1))
    return [Hit(row.place, row.id) for row in found]


def _said_lately(s: Session, text: str, field: Field) -> Sequence[int]:
    """The tickets of the newest `LATEST` messages that match, for what only each message itself can tell."""
    query, t, block = _query(text), tickets.c, _words.blocks()
    said = _messages(block, query)
    near = (
        select(said.c.id, said.c.message).select_from(block).join(said, true()).limit(LATEST).subquery("said")
    )
    found = select(t.id).join(near, near.c.id == t.id).where(field.where)
    if "<" in text:  # the index doesn't know where words stand
        found = found.where(_words.words_of(near.c.message).op("@@")(query))
    return s.scalars(found.distinct().order_by(t.id.desc()).limit(MOST + 1)).all()


def _messages(block: Any, query: ColumnElement[Any]) -> Any:
    c = ticket_comments.c
    matches = _words.message_terms().op("@@")(_words.in_block(query, block.c.number))
    return _fenced(block, select(c.ticket_id.label("id"), c.message).where(matches))


def _fenced(block: Any, rows: Any) -> Any:
    """Rows that only the index of words may give: OFFSET 0 keeps the planner from other ways, which it takes for
    cheaper than they are."""
    return rows.offset(literal(0)).correlate(block).lateral("near")


def _newest(s: Session, block: Any, rows: Any) -> list[Hit]:
    """The newest of `rows`: one block after the other is looked up, and no more once there are enough.

    The join from the blocks can only be a loop over them, so that rows come in their order and the limit ends it.
    """
    in_order = rows.order_by(tickets.c.id.desc()).limit(MOST + 1).correlate(block).lateral("hit")
    found = s.execute(
        select(in_order.c.id, in_order.c.place).select_from(block).join(in_order, true()).limit(MOST + 1)
    )
    return [Hit(row.place, row.id) for row in found]

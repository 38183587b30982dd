"""What somebody typed into a search, taken apart, and as SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    cast,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from helpdesk.core.config import get_settings
from helpdesk.models.ticket import ticket_comments, tickets
from helpdesk.services import _text

MAX_SEARCH = 200
_MAX_PARTS = 12
_WORD = re.compile(r"\w+")
_RUN = re.compile(r"[a-z0-9]+")
_PART = re.compile(r'["“”„]([^"“”„]*)["“”„]|(\w+)')
_BLOCK_BITS = 14  # as in the function `helpdesk_terms`
_SIMPLE: ColumnElement[Any] = literal_column(
    "'simple'::regconfig"
)  # a parameter would hide that the index is meant


@dataclass(frozen=True, slots=True)
class Part:
    """A word, found as a beginning, or a phrase, found as it stands."""

    words: str
    is_phrase: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A search that is not blank."""

    text: str
    parts: tuple[Part, ...]
    number: str | None  # a ticket number, perhaps only its beginning
    number_id: int | None  # bare digits: a number's end, or an id

    @property
    def own_number(self) -> str | None:
        """The number, if it is one of this company's: then nothing else is meant."""
        own = self.number is not None and self.number.startswith(f"{get_settings().ticket_prefix}-")
        return self.number if own else None

    @property
    def has_phrase(self) -> bool:
        return any(part.is_phrase for part in self.parts)


def asked(q: object) -> Asked | None:
    """What is searched for; None where nothing is.

    Raises:
        Invalid: not a line of at most 200 characters.
    """
    text = _text.clean_line("q", q, MAX_SEARCH, required=False)
    if _text.is_blank(text):
        return None
    parts = [
        Part(word) if word else Part(" ".join(_WORD.findall(phrase)), is_phrase=True)
        for phrase, word in _PART.findall(text)
    ]
    return Asked(text, tuple(part for part in parts if part.words)[:_MAX_PARTS], *_as_number(text))


def _as_number(text: str) -> tuple[str | None, int | None]:
    text = text.strip().upper()
    own = get_settings().ticket_prefix
    if found := re.fullmatch(rf"{re.escape(own)}[- ]?([0-9]{{1,19}})", text):
        return f"{own}-{found[1]}", None
    if re.fullmatch(r"[A-Z][A-Z0-9]{0,9}-[0-9]{1,19}", text):
        return text, None
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return None, int(text)
    return None, None


# ---- as SQL ----------------------------------------------------------------------------------------------------------


def ts_query(parts: tuple[Part, ...]) -> ColumnElement[Any]:
    """All parts, blind to case and accents. Matches nothing where nothing in them is a word."""
    joined: Any = None
    for part in parts:
        plain = func.helpdesk_plain(part.words)  # leaves no quote in them
        one: Any = (
            func.phraseto_tsquery(_SIMPLE, plain)
            if part.is_phrase
            else func.to_tsquery(_SIMPLE, func.concat("'", plain, "':*"))
        )
        joined = one if joined is None else joined.op("&&")(one)
    return func.to_tsquery(_SIMPLE, "") if joined is None else joined


def may_say(message: ColumnElement[str], parts: tuple[Part, ...]) -> ColumnElement[bool]:
    """Whether a message can match `parts` at all: a cheap look before `words_of`, which takes ten times as long.

    A message in plain ASCII has to hold every word that is in plain ASCII; of others it says nothing.
    """
    known = [run for part in parts if part.words.isascii() for run in _RUN.findall(part.words.lower())]
    if not known:
        return true()
    foreign = func.octet_length(message) > func.char_length(message)
    return or_(foreign, func.strpos(func.lower(message), max(known, key=len)) > 0)


def ticket_terms() -> ColumnElement[Any]:
    """The indexed expression of a ticket's own text."""
    return func.helpdesk_terms(tickets.c.id, tickets.c.words)


def words_of(message: ColumnElement[str]) -> ColumnElement[Any]:
    return func.to_tsvector(_SIMPLE, func.helpdesk_plain(message), type_=TSVECTOR)


def message_terms() -> ColumnElement[Any]:
    """The indexed expression of a comment."""
    return func.helpdesk_terms(ticket_comments.c.ticket_id, words_of(ticket_comments.c.message))


def blocks() -> Any:
    """The blocks of tickets that the index knows, newest first."""
    last = select(func.coalesce(func.max(tickets.c.id), 0)).scalar_subquery()
    numbers = func.generate_series(
        last.op(">>")(cast(_BLOCK_BITS, Integer)), cast(0, BigInteger), cast(-1, BigInteger)
    )
    return numbers.table_valued(column("number", BigInteger), name="block").render_derived()


def in_block(query: ColumnElement[Any], block: Any) -> ColumnElement[Any]:
    return func.helpdesk_in_block(query, block)


def numbered(search: Asked) -> ColumnElement[bool] | None:
    """The tickets that the search names by number or id."""
    t = tickets.c
    if search.number is not None:
        return t.ticket_no == search.number
    if search.number_id is not None:
        own = get_settings().ticket_prefix
        return or_(t.id == search.number_id, t.ticket_no == f"{own}-{search.number_id}")
    return None


def every_match(search: Asked) -> ColumnElement[bool]:
    """All that staff find, however many: by number, in title and description, in the conversation with its notes.

    For exports and jobs. Lists want the newest alone: `_search.find`.
    """
    by_number = numbered(search)
    if search.own_number is not None and by_number is not None:
        return by_number
    rules = [] if by_number is None else [by_number]
    if search.parts:
        rules.append(tickets.c.id.in_(_everywhere(ts_query(search.parts))))
    return or_(*rules) if rules else tickets.c.id.is_(None)


def _everywhere(query: ColumnElement[Any]) -> Any:
    block = blocks()
    found: list[Select[Any]] = []
    for table, terms, words, ticket_id in (
        (tickets, ticket_terms(), tickets.c.words, tickets.c.id),
        (ticket_comments, message_terms(), words_of(ticket_comments.c.message), ticket_comments.c.ticket_id),
    ):
        inner = (
            select(ticket_id.label("id"))
            .select_from(table)
            .where(terms.op("@@")(in_block(query, block.c.number)), words.op("@@")(query))
            .lateral()
        )
        found.append(select(inner.c.id).select_from(block).join(inner, literal(True)))
    return union_all(*found)

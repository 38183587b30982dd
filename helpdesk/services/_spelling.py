"""Slips in a search: words that nobody uses, and the used ones that they resemble."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import Text, column, exists, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from helpdesk.models.search import search_words
from helpdesk.services import _words
from helpdesk.services._words import Asked

SHORTEST, LONGEST = 4, 40
USED_BY = 2
"""By how many tickets a word has to be used to count: once, it may be a slip itself."""

_WORD = re.compile(r"\w+")
_MOST_WORDS, _CANDIDATES = 6, 40
_SIMILARITY = "0.2"
_SHORT = 5


def corrected(s: Session, asked: Asked) -> Asked | None:
    """The search with words that nobody uses replaced by used ones; None where there is nothing to replace.

    What it suggests is for the caller to try: only a search that finds something may be shown.
    """
    typed = [word for word in dict.fromkeys(_WORD.findall(asked.text)) if _may_be_a_slip(word)]
    if not typed or asked.own_number is not None:
        return None
    better = _better(s, typed[:_MOST_WORDS])
    if not better:
        return None
    return _words.asked(
        _WORD.sub(lambda found: better.get(found[0], found[0]), asked.text)[: _words.MAX_SEARCH]
    )


def _may_be_a_slip(word: str) -> bool:
    return word.isalpha() and SHORTEST <= len(word) <= LONGEST


def _better(s: Session, typed: Sequence[str]) -> dict[str, str]:
    s.execute(select(func.set_config("pg_trgm.similarity_threshold", _SIMILARITY, True)))
    w = search_words.c
    asked = (
        func.unnest(literal(list(typed), ARRAY(Text)))
        .table_valued(column("word", Text), name="typed")
        .render_derived()
    )
    plain = func.helpdesk_plain(asked.c.word)
    used = exists().where(w.word.like(func.concat(plain, "%")), w.tickets >= USED_BY)
    near = (
        select(w.word, w.tickets)
        .where(w.word.op("%")(plain), w.tickets >= USED_BY)
        .order_by(func.similarity(w.word, plain).desc(), w.tickets.desc())
        .limit(_CANDIDATES)
        .lateral("near")
    )
    rows = s.execute(
        select(asked.c.word, plain.label("plain"), near.c.word.label("near"), near.c.tickets)
        .select_from(asked)
        .join(near, true())
        .where(~used)
    )
    best: dict[str, tuple[int, int, str]] = {}
    for row in rows:
        steps = _steps(row.plain, row.near)
        if steps <= (1 if len(row.plain) <= _SHORT else 2):
            choice = (steps, -row.tickets, row.near)
            best[row.word] = min(best.get(row.word, choice), choice)
    return {word: choice[2] for word, choice in best.items()}


def _steps(one: str, other: str) -> int:
    """How many letters were left out, added, exchanged or swapped with their neighbour."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]

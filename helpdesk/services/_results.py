"""A page of what a search found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ARRAY, BigInteger, ColumnElement, func, literal
from sqlalchemy.orm import Session

from helpdesk.models.ticket import tickets
from helpdesk.services import _spelling
from helpdesk.services._filters import RELEVANCE
from helpdesk.services._keyset import BACKWARDS, FORWARDS, Keyset, Listing, read_page
from helpdesk.services._search import Field, Hit, find
from helpdesk.services._words import Asked
from helpdesk.services.views import Page


def read_results(s: Session, keyset: Keyset, asked: Asked, field: Field) -> Page[int]:
    """The ids of one page of the newest matches, by relevance or in another order of the lists.

    Where nothing matches, words that nobody uses are taken for slips, and `corrected_q` says what was looked for
    instead: only words that many tickets use, and only where the corrected search finds something in `field`.

    Raises:
        Invalid: a cursor of another list.
    """
    hits, more, corrected = found(s, asked, field)
    if keyset.chosen.sort == RELEVANCE:
        page = _by_relevance(keyset, hits)
    else:
        page = read_page(s, keyset, Listing(keyset, among(hits)), {}, len(hits))
    return replace(page, total_capped=more, corrected_q=corrected)


def found(s: Session, asked: Asked, field: Field) -> tuple[list[Hit], bool, str | None]:
    """The matches by rank, whether there are more, and what was searched for instead."""
    hits, more = find(s, asked, field)
    if not hits and (better := _spelling.corrected(s, asked)) is not None:
        hits, more = find(s, better, field)
        return hits, more, better.text if hits else None
    return hits, more, None


def among(hits: Sequence[Hit]) -> ColumnElement[bool]:
    return tickets.c.id == func.any(literal([hit.id for hit in hits], ARRAY(BigInteger)))


def _by_relevance(keyset: Keyset, hits: Sequence[Hit]) -> Page[int]:
    query = keyset.chosen.query
    start = (query.page - 1) * query.page_size
    end = start + query.page_size
    if query.cursor is not None:
        backwards, place, ticket_id = keyset.place(query.cursor)
        edge = Hit(place, ticket_id).rank
        if backwards:
            end = sum(hit.rank < edge for hit in hits)
            start = max(end - query.page_size, 0)
        else:
            start = sum(hit.rank <= edge for hit in hits)
            end = start + query.page_size
    shown = hits[start:end]
    before, after = start > 0, end < len(hits)
    return Page(
        items=tuple(hit.id for hit in shown),
        total=len(hits),
        page=query.page,
        page_size=query.page_size,
        next_cursor=keyset.cursor(shown[-1].place, shown[-1].id, FORWARDS) if shown and after else None,
        prev_cursor=keyset.cursor(shown[0].place, shown[0].id, BACKWARDS) if shown and before else None,
    )

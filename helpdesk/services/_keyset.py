"""Keyset pages of tickets: a page costs the same at any depth."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from helpdesk.core.errors import Invalid
from helpdesk.domain.enums import Priority
from helpdesk.models.ticket import tickets
from helpdesk.services._filters import MAX_DEPTH, RELEVANCE, Filter
from helpdesk.services._search import PLACES
from helpdesk.services.views import Page

BACKWARDS, FORWARDS = "p", "n"
_MOST = bindparam("most", type_=Integer)


class Keyset:
    """An order of tickets with `id` as its tie-break, and the places in it that cursors name."""

    def __init__(self, chosen: Filter, *, staff: bool) -> None:
        t = tickets.c
        columns: dict[str, Any] = {
            "created_at": t.created_at,
            "updated_at": t.staff_updated_at if staff else t.updated_at,
            "priority": t.priority_rank,
            "due_at": t.due_at,
            "ticket_no": t.id,
            RELEVANCE: t.id,  # which no column has: `_results` orders by it
        }
        self.chosen = chosen
        self.column: ColumnElement[Any] = columns[chosen.sort]
        self.nullable = chosen.sort == "due_at"
        self.descending = chosen.descending

    def order(self, *, reverse: bool) -> list[Any]:
        down = self.descending is not reverse
        first = self.column.desc() if down else self.column.asc()
        if self.nullable:  # tickets without a running clock come last, read from either end
            first = first.nulls_first() if reverse else first.nulls_last()
        return [first, tickets.c.id.desc() if down else tickets.c.id.asc()]

    def beyond(self, value: Any, ticket_id: int, *, reverse: bool) -> ColumnElement[bool]:
        """The rows after (or, reversed, before) a place."""
        down, c, i = self.descending is not reverse, self.column, tickets.c.id
        next_id = i < ticket_id if down else i > ticket_id
        if value is None:
            same = and_(c.is_(None), next_id)
            return or_(same, c.is_not(None)) if reverse else same
        further = or_(c < value if down else c > value, and_(c == value, next_id))
        return or_(further, c.is_(None)) if self.nullable and not reverse else further

    def cursor(self, value: Any, ticket_id: int, direction: str) -> str:
        if isinstance(value, datetime):
            value = value.isoformat()
        place = json.dumps(
            [direction, self.chosen.sort, self.descending, value, ticket_id], separators=(",", ":")
        )
        return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")

    def place(self, cursor: object) -> tuple[bool, Any, int]:
        """Whether it looks backwards, and the value and id that a cursor names.

        Raises:
            Invalid: no cursor of this order.
        """
        try:
            text = str(cursor)
            padded = text + "=" * (-len(text) % 4)
            direction, sort, descending, value, ticket_id = json.loads(
                base64.b64decode(padded, b"-_", validate=True)
            )
            moment = self._value(value)
            known = (sort, descending) == (self.chosen.sort, self.descending)
            known = known and direction in (BACKWARDS, FORWARDS) and _is_key(ticket_id)
        except (ValueError, TypeError, OverflowError, RecursionError):
            direction, moment, ticket_id, known = "", None, 0, False
        if not known:
            raise Invalid.at("cursor", "This cursor belongs to another list. Start again without it.")
        return direction == BACKWARDS, moment, ticket_id

    def _value(self, value: Any) -> Any:
        if value is None and self.nullable:
            return None
        if self.chosen.sort in {"created_at", "updated_at", "due_at"}:
            moment = datetime.fromisoformat(str(value))
            if moment.tzinfo is None:
                raise ValueError(value)
            return moment.astimezone(UTC)
        if self.chosen.sort == "priority":
            if value not in [priority.rank for priority in Priority] or isinstance(value, bool | float):
                raise ValueError(value)
        elif self.chosen.sort == RELEVANCE:
            if value not in PLACES or isinstance(value, bool | float):
                raise ValueError(value)
        elif not _is_key(value):
            raise ValueError(value)
        return value


def _is_key(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


@dataclass(frozen=True, slots=True)
class _Found:
    ids: tuple[int, ...]
    next_cursor: str | None
    prev_cursor: str | None


class Listing:
    """The statements of a list in an order: what they count, and its first page. Several pages can share one.

    Args:
        counted: the same as `where`, as it is counted best.
    """

    def __init__(
        self, keyset: Keyset, where: ColumnElement[bool], counted: ColumnElement[bool] | None = None
    ) -> None:
        some = (
            select(tickets.c.id).where(where if counted is None else counted).limit(MAX_DEPTH + 1).subquery()
        )
        self._count = select(func.count()).select_from(some)
        self._rows = select(tickets.c.id, keyset.column.label("place")).where(where).limit(_MOST)
        self._first = self._rows.order_by(*keyset.order(reverse=False))

    def count(self, s: Session, params: Mapping[str, Any]) -> int:
        """How many there are; one more than 10,000 where there are more."""
        return s.scalar(self._count, params) or 0

    def read(self, s: Session, keyset: Keyset, params: Mapping[str, Any]) -> _Found:
        query, reverse = keyset.chosen.query, False
        statement = self._first
        if query.cursor is not None:
            reverse, value, ticket_id = keyset.place(query.cursor)
            beyond = self._rows.where(keyset.beyond(value, ticket_id, reverse=reverse))
            statement = beyond.order_by(*keyset.order(reverse=reverse))
        elif query.page > 1:
            statement = statement.offset((query.page - 1) * query.page_size)
        rows = s.execute(statement, {**params, "most": query.page_size + 1}).all()
        more = len(rows) > query.page_size
        shown = rows[: query.page_size]
        if reverse:
            shown = shown[::-1]
        if not shown:
            return _Found((), None, None)
        first, last = shown[0], shown[-1]
        has_next, has_prev = (True, more) if reverse else (more, query.cursor is not None or query.page > 1)
        return _Found(
            tuple(row.id for row in shown),
            keyset.cursor(last.place, last.id, FORWARDS) if has_next else None,
            keyset.cursor(first.place, first.id, BACKWARDS) if has_prev else None,
        )


def read_page(
    s: Session, keyset: Keyset, listing: Listing, params: Mapping[str, Any], counted: int | None = None
) -> Page[int]:
    """The ids of one page in order, and the total up to 10,000 (product rules §7), unless it is known."""
    query = keyset.chosen.query
    total = listing.count(s, params) if counted is None else counted
    found = listing.read(s, keyset, params)
    return Page(
        items=found.ids,
        total=min(total, MAX_DEPTH),
        page=query.page,
        page_size=query.page_size,
        next_cursor=found.next_cursor,
        total_capped=total > MAX_DEPTH,
        prev_cursor=found.prev_cursor,
    )

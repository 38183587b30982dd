"""The tickets before and after one in a list of the queue, also where it is not in that list any more."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.core.db import transaction
from helpdesk.core.errors import NotFound
from helpdesk.domain.access import Actor, require_staff
from helpdesk.domain.enums import View
from helpdesk.models.ticket import tickets
from helpdesk.services._filters import RELEVANCE, cleaned_query, condition, narrowing
from helpdesk.services._keyset import Keyset
from helpdesk.services._lock import key_condition
from helpdesk.services._results import among
from helpdesk.services._results import found as found_by
from helpdesk.services._scope import in_staff_scope
from helpdesk.services._search import Field
from helpdesk.services.views import Neighbours, TicketQuery


def neighbours(actor: Actor, key: object, query: TicketQuery) -> Neighbours:
    """Which tickets of a list stand before and after the place of this one; pages and cursors of `query` don't count.

    Raises:
        Forbidden (a client), Invalid, NotFound: no ticket that the actor sees as staff.
    """
    require_staff(actor)
    scope = in_staff_scope(actor)
    with transaction() as s:
        chosen = cleaned_query(actor, query, View.STAFF)
        order = Keyset(chosen, staff=True)
        here = s.execute(
            select(tickets.c.id, order.column.label("place")).where(key_condition(key), scope)
        ).first()
        if here is None:
            raise NotFound("There is no such ticket.")
        where = condition(actor, chosen)
        if chosen.asked is not None:
            hits, _, _ = found_by(
                s, chosen.asked, Field(scope, narrowing(actor, chosen), True, chosen.unclosed)
            )
            if chosen.sort == RELEVANCE:
                return _beside(s, [hit.id for hit in hits], here.id)
            where = among(hits)
        found: list[str | None] = []
        for reverse in (True, False):
            statement = select(tickets.c.ticket_no).where(scope, where)
            statement = statement.where(order.beyond(here.place, here.id, reverse=reverse))
            found.append(s.scalar(statement.order_by(*order.order(reverse=reverse)).limit(1)))
        return Neighbours(previous=found[0], next=found[1])


def _beside(s: Session, ids: list[int], here: int) -> Neighbours:
    """In the order of relevance, which only those found have."""
    if here not in ids:
        return Neighbours(previous=None, next=None)
    at = ids.index(here)
    beside = {"previous": ids[at - 1] if at else None, "next": ids[at + 1] if at + 1 < len(ids) else None}
    numbers = dict(
        s.execute(select(tickets.c.id, tickets.c.ticket_no).where(tickets.c.id.in_(beside.values()))).all()
    )
    return Neighbours(**{name: numbers.get(one) for name, one in beside.items()})

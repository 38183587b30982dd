"""The tickets before and after one in a list of the queue, also where it is not in that list any more."""

from __future__ import annotations

from sqlalchemy import select

from helpdesk.core.db import transaction
from helpdesk.core.errors import NotFound
from helpdesk.domain.access import Actor, require_staff
from helpdesk.domain.enums import View
from helpdesk.models.ticket import tickets
from helpdesk.services._filters import cleaned_query, condition
from helpdesk.services._keyset import Keyset
from helpdesk.services._lock import key_condition
from helpdesk.services._scope import in_staff_scope
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
        found: list[str | None] = []
        for reverse in (True, False):
            statement = select(tickets.c.ticket_no).where(scope, condition(actor, chosen))
            statement = statement.where(order.beyond(here.place, here.id, reverse=reverse))
            found.append(s.scalar(statement.order_by(*order.order(reverse=reverse)).limit(1)))
        return Neighbours(previous=found[0], next=found[1])

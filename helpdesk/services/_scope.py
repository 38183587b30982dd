"""The permission rule as SQL: the same as `domain.access.view_of`, for lists, counts and searches."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, func, or_, select, true

from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Role
from helpdesk.models.ticket import ticket_watchers, tickets
from helpdesk.models.tree import groups


def in_staff_scope(actor: Actor) -> ColumnElement[bool]:
    """The tickets that the actor sees as staff (product rules §1)."""
    if actor.role in {Role.ADMIN, Role.SYSTEM}:
        return true()
    if not actor.is_staff:
        return false()
    return tickets.c.group_id.in_(
        select(groups.c.id).where(or_(~groups.c.restricted, groups.c.id.in_(sorted(actor.group_ids))))
    )


def requested_by(actor: Actor) -> ColumnElement[bool]:
    """The tickets that the actor filed, that were filed for them, or that they watch.

    What they watch is an array, so that three indexes give one bitmap of the tickets, each read once: beside a
    subquery the OR would read every ticket.
    """
    t, w = tickets.c, ticket_watchers.c
    watched = func.array(select(w.ticket_id).where(w.user_id == actor.user_id).scalar_subquery())
    return or_(t.created_by == actor.user_id, t.requested_for == actor.user_id, t.id == func.any(watched))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Everything that the actor sees in either view."""
    if actor.role in {Role.ADMIN, Role.SYSTEM}:
        return true()
    if not actor.is_staff:
        return requested_by(actor)
    return or_(in_staff_scope(actor), requested_by(actor))

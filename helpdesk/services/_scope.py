"""The permission rule as SQL: the same as `domain.access.view_of`, for lists, counts and searches.

Each part comes in two forms. `..._to`/`in_..`/`.._by` of an actor are whole in themselves. `..._as` of a role is the
same with parameters, for a statement that is built once and executed with `scope_params(actor)` each time.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    false,
    func,
    or_,
    select,
    true,
)

from helpdesk.domain.access import Actor
from helpdesk.domain.enums import STAFF_ROLES, Role
from helpdesk.models.ticket import ticket_watchers, tickets
from helpdesk.models.tree import groups

_Id = int | BindParameter[int]
_Ids = list[int] | BindParameter[int]

_USER: BindParameter[int] = bindparam("scope_user", type_=BigInteger)
_GROUPS: BindParameter[int] = bindparam("scope_groups", type_=BigInteger, expanding=True)


def in_staff_scope(actor: Actor) -> ColumnElement[bool]:
    """The tickets that the actor sees as staff (product rules §1)."""
    return _staff(actor.role, sorted(actor.group_ids))


def requested_by(actor: Actor) -> ColumnElement[bool]:
    """The tickets that the actor filed, that were filed for them, or that they watch."""
    return _requested(actor.user_id)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Everything that the actor sees in either view."""
    return _either(actor.role, actor.user_id, sorted(actor.group_ids))


@cache
def in_staff_scope_as(role: Role) -> ColumnElement[bool]:
    """`in_staff_scope` of whoever of this role `scope_params` names."""
    return _staff(role, _GROUPS)


@cache
def counted_in_staff_scope_as(role: Role) -> ColumnElement[bool]:
    """`in_staff_scope_as` for counts: the groups are known before a ticket is read, and none is joined with them.

    For a list it is no good: its order would be given up for an index by group.
    """
    if role in {Role.ADMIN, Role.SYSTEM} or role not in STAFF_ROLES:
        return _staff(role, _GROUPS)
    return tickets.c.group_id == func.any(func.array(_groups(_GROUPS).scalar_subquery()))


@cache
def requested_as() -> ColumnElement[bool]:
    """`requested_by` whomever `scope_params` names."""
    return _requested(_USER)


@cache
def visible_as(role: Role) -> ColumnElement[bool]:
    """`visible_to` whoever of this role `scope_params` names."""
    return _either(role, _USER, _GROUPS)


def scope_params(actor: Actor) -> dict[str, Any]:
    """Who asks, for a query of `..._as(actor.role)`: with another actor's role it would be another's rule."""
    return {"scope_user": actor.user_id, "scope_groups": sorted(actor.group_ids)}


def _staff(role: Role, group_ids: _Ids) -> ColumnElement[bool]:
    if role in {Role.ADMIN, Role.SYSTEM}:
        return true()
    if role not in STAFF_ROLES:
        return false()
    return tickets.c.group_id.in_(_groups(group_ids))


def _groups(group_ids: _Ids) -> Select[tuple[int]]:
    """The groups whose tickets are in sight of staff who are members of these."""
    return select(groups.c.id).where(or_(~groups.c.restricted, groups.c.id.in_(group_ids)))


def _requested(user: _Id) -> ColumnElement[bool]:
    """What they watch is an array, so that three indexes give one bitmap of the tickets, each read once.

    Beside a subquery the OR would read every ticket.
    """
    t, w = tickets.c, ticket_watchers.c
    watched = func.array(select(w.ticket_id).where(w.user_id == user).scalar_subquery())
    return or_(t.created_by == user, t.requested_for == user, t.id == func.any(watched))


def _either(role: Role, user: _Id, group_ids: _Ids) -> ColumnElement[bool]:
    if role in {Role.ADMIN, Role.SYSTEM}:
        return true()
    if role not in STAFF_ROLES:
        return _requested(user)
    return or_(_staff(role, group_ids), _requested(user))

"""Which saved views somebody sees, as SQL."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, BindParameter, ColumnElement, Select, bindparam, func, or_, select

from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Role, Sharing
from helpdesk.models.person import users
from helpdesk.models.saved_view import queue_settings, saved_views
from helpdesk.models.tree import groups

FIRST = 20
ORDER = (saved_views.c.position, func.lower(saved_views.c.name), saved_views.c.id)


def visible(actor: Actor) -> ColumnElement[bool]:
    """The actor's own, and those shared with them."""
    return _shown_to(actor.role, actor.user_id, sorted(actor.group_ids))


def _shown_to(
    role: Role, user_id: int | BindParameter[int], group_ids: list[int] | BindParameter[int]
) -> ColumnElement[bool]:
    v = saved_views.c
    if role is Role.ADMIN:
        return or_(v.owner_id == user_id, v.shared != str(Sharing.PRIVATE))
    return or_(v.owner_id == user_id, v.shared == str(Sharing.STAFF), v.group_id.in_(group_ids))


@cache
def first_views(role: Role) -> Select[*tuple[Any, ...]]:
    """The first `FIRST` of those that somebody of this role sees: the parameters `viewer` and `groups`."""
    viewer, groups_of = (
        bindparam("viewer", type_=BigInteger),
        bindparam("groups", type_=BigInteger, expanding=True),
    )
    v = saved_views.c
    statement = select(v.id, v.name, v.filters, v.sort).where(_shown_to(role, viewer, groups_of))
    return statement.order_by(*ORDER).limit(FIRST)


def select_views(actor: Actor) -> Select[Any]:
    chosen = select(queue_settings.c.default_view_id).where(queue_settings.c.user_id == actor.user_id)
    return (
        select(
            saved_views,
            users.c.name.label("owner_name"),
            groups.c.name.label("group_name"),
            func.coalesce(saved_views.c.id == chosen.scalar_subquery(), False).label("is_default"),
        )
        .join(users, users.c.id == saved_views.c.owner_id)
        .outerjoin(groups, groups.c.id == saved_views.c.group_id)
    )

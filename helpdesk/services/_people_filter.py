"""What the list of people can be narrowed to, as conditions of its query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from helpdesk.domain.enums import SELECTABLE_ROLES, Role
from helpdesk.models.person import roles, users
from helpdesk.models.tree import group_members
from helpdesk.services._text import NAME_MAX, clean_enum, clean_flag, clean_id, clean_line, is_blank


@dataclass(frozen=True, slots=True)
class UserQuery:
    """Filters and place of the admin's list; `sort` is name or created_at, with `-` descending."""

    q: str | None = None
    role: tuple[str, ...] = ()
    group_id: tuple[int, ...] = ()
    is_active: bool | None = None
    sort: str = "name"
    page: int = 1
    page_size: int = 25
    cursor: str | None = None


def conditions_of(q: UserQuery) -> list[Any]:
    conditions: list[Any] = []
    text = clean_line("q", q.q, NAME_MAX, required=False)
    if not is_blank(text):
        pattern = f"%{like(text.strip())}%"
        conditions.append(
            or_(
                users.c.name.ilike(pattern, escape="\\"),
                users.c.email.ilike(pattern, escape="\\"),
                users.c.department.ilike(pattern, escape="\\"),
            )
        )
    if q.role:
        conditions.append(
            roles.c.name.in_([clean_enum("role", one, Role, SELECTABLE_ROLES) for one in q.role])
        )
    if q.group_id:
        wanted = [clean_id("group_id", one) for one in q.group_id]
        members = select(group_members.c.user_id).where(group_members.c.group_id.in_(wanted))
        conditions.append(users.c.id.in_(members))
    if q.is_active is not None:
        conditions.append(users.c.is_active.is_(clean_flag("is_active", q.is_active)))
    return conditions


def like(text: str) -> str:
    """The text as a pattern that finds nothing but itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

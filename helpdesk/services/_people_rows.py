"""Reading people as admins see them, and the rules of their columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger, String

from helpdesk.core.errors import Conflict, FieldError, Invalid
from helpdesk.domain.enums import SELECTABLE_ROLES, UNSOLVED, Role
from helpdesk.models.person import roles, users
from helpdesk.models.ticket import tickets
from helpdesk.models.tree import group_members, groups
from helpdesk.services._text import (
    NAME_MAX,
    clean_email,
    clean_enum,
    clean_flag,
    clean_ids,
    clean_line,
    clean_optional_line,
    clean_zone,
)
from helpdesk.services.views import UserRow

DEPARTMENT_MAX = 100
_MOST_GROUPS = 200
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")


def user_rows() -> Select[*tuple[Any, ...]]:
    """People with role, groups and the number of unsolved tickets in their hands; the hidden one left out."""
    mine = select(group_members.c.group_id).where(group_members.c.user_id == users.c.id)
    named = (
        select(groups.c.name)
        .join(group_members, group_members.c.group_id == groups.c.id)
        .where(group_members.c.user_id == users.c.id)
    )
    in_hands = (
        select(func.count())
        .select_from(tickets)
        .where(tickets.c.assigned_to == users.c.id, tickets.c.status.in_(sorted(UNSOLVED)))
        .scalar_subquery()
    )
    return (
        select(
            users.c.id,
            users.c.name,
            users.c.email,
            users.c.department,
            users.c.location,
            users.c.time_zone,
            users.c.locale,
            users.c.is_active,
            users.c.created_at,
            users.c.role_id,
            roles.c.name.label("role"),
            func.array(
                mine.order_by(group_members.c.group_id).scalar_subquery(), type_=ARRAY(BigInteger)
            ).label("group_ids"),
            func.array(named.order_by(groups.c.name).scalar_subquery(), type_=ARRAY(String)).label("groups"),
            in_hands.label("open_tickets"),
        )
        .join(roles, roles.c.id == users.c.role_id)
        .where(roles.c.name != Role.SYSTEM)
    )


def user_row(row: Any) -> UserRow:
    return UserRow(
        id=row.id,
        name=row.name,
        email=row.email,
        role=row.role,
        department=row.department,
        location=row.location,
        is_active=row.is_active,
        group_ids=tuple(row.group_ids),
        groups=tuple(row.groups),
        open_tickets=row.open_tickets,
        created_at=row.created_at,
    )


def clean_person(values: Mapping[str, object]) -> dict[str, Any]:
    """The given columns of a person, checked; `role` as `Role`, `group_ids` as a tuple."""
    checks: dict[str, Callable[[object], Any]] = {
        "name": lambda v: clean_line("name", v, NAME_MAX),
        "email": lambda v: clean_email("email", v),
        "role": lambda v: clean_enum("role", v, Role, SELECTABLE_ROLES),
        "department": lambda v: clean_optional_line("department", v, DEPARTMENT_MAX),
        "location": lambda v: clean_optional_line("location", v, DEPARTMENT_MAX),
        "is_active": lambda v: clean_flag("is_active", v),
        "group_ids": lambda v: clean_ids("group_ids", v, _MOST_GROUPS),
        "time_zone": _time_zone,
        "locale": _locale,
    }
    return {field: checks[field](value) for field, value in values.items() if field in checks}


def check_groups_exist(s: Session, group_ids: tuple[int, ...]) -> None:
    known = set(s.scalars(select(groups.c.id).where(groups.c.id.in_(group_ids))))
    if unknown := [str(one) for one in group_ids if one not in known]:
        raise Invalid.at("group_ids", f"No such group: {', '.join(unknown)}.")


def role_id(s: Session, role: Role) -> int:
    return s.execute(select(roles.c.id).where(roles.c.name == role)).scalar_one()


def address_taken() -> Conflict:
    message = "Somebody has this address already."
    return Conflict(message, errors=[FieldError("email", message)])


def _time_zone(value: object) -> str | None:
    name = clean_optional_line("time_zone", value, 64)
    return None if name is None else clean_zone("time_zone", name)


def _locale(value: object) -> str | None:
    name = clean_optional_line("locale", value, 20)
    if name is not None and not _LOCALE.fullmatch(name):
        raise Invalid.at("locale", "A language such as en or de-AT is needed here.")
    return name

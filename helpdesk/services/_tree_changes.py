"""Checking and writing nodes of the tree, inside somebody's transaction."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpdesk.core import clock
from helpdesk.core.errors import Conflict, FieldError, Invalid, NotFound
from helpdesk.domain.access import may_be_assigned
from helpdesk.domain.enums import STAFF_ROLES, Priority, Role, Sharing
from helpdesk.models.person import roles, users
from helpdesk.models.saved_view import saved_views
from helpdesk.models.sla import sla_policies
from helpdesk.models.ticket import tickets
from helpdesk.models.tree import categories, group_members, groups, subcategories
from helpdesk.services._text import (
    NAME_MAX,
    clean_email,
    clean_enum,
    clean_flag,
    clean_ids,
    clean_line,
    clean_number,
    clean_optional_id,
    clean_optional_line,
    clean_optional_text,
)

_DESCRIPTION_MAX = 2000
_LAST_POSITION = 1_000_000
_MOST_MEMBERS = 1000
_ICON = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class NodeKind(StrEnum):
    GROUP = "group"
    CATEGORY = "category"
    SUBCATEGORY = "subcategory"


TABLES: dict[NodeKind, Table] = {
    NodeKind.GROUP: groups,
    NodeKind.CATEGORY: categories,
    NodeKind.SUBCATEGORY: subcategories,
}
PARENTS = {NodeKind.CATEGORY: "group_id", NodeKind.SUBCATEGORY: "category_id"}
_COMMON = frozenset(
    {"name", "description", "icon", "position", "archived", "default_priority", "default_assignee_id"}
    | {"sla_policy_id"}
)
FIELDS: dict[NodeKind, frozenset[str]] = {
    NodeKind.GROUP: _COMMON | {"restricted", "queue_email", "lead_id", "member_ids"},
    NodeKind.CATEGORY: _COMMON,
    NodeKind.SUBCATEGORY: _COMMON,
}


def clean_node(kind: NodeKind, given: Mapping[str, object], prefix: str = "") -> dict[str, Any]:
    """The given fields of a node, checked; `prefix` stands before their names in a refusal."""
    if unknown := sorted(set(given) - FIELDS[kind]):
        raise Invalid.at(prefix + unknown[0], "There is no such field.")

    checks: dict[str, Callable[[str, object], Any]] = {
        "name": lambda f, v: clean_line(f, v, NAME_MAX),
        "description": lambda f, v: clean_optional_text(f, v, _DESCRIPTION_MAX),
        "icon": _clean_icon,
        "position": lambda f, v: clean_number(f, v, 0, _LAST_POSITION),
        "archived": clean_flag,
        "default_priority": lambda f, v: None if v is None else clean_enum(f, v, Priority),
        "default_assignee_id": clean_optional_id,
        "sla_policy_id": clean_optional_id,
        "restricted": clean_flag,
        "queue_email": lambda f, v: None if v in (None, "") else clean_email(f, v),
        "lead_id": clean_optional_id,
        "member_ids": lambda f, v: clean_ids(f, v, _MOST_MEMBERS),
    }
    return {field: checks[field](prefix + field, value) for field, value in given.items()}


def check_people(s: Session, group_id: int, values: Mapping[str, Any], prefix: str = "") -> None:
    """Members and lead are staff; the default assignee is somebody who could be given such a ticket."""
    wanted = {*values.get("member_ids", ()), values.get("lead_id"), values.get("default_assignee_id")} - {
        None
    }
    if not wanted and values.get("sla_policy_id") is None:
        return
    known = {
        row.id: row
        for row in s.execute(
            select(users.c.id, users.c.is_active, roles.c.name.label("role"))
            .join(roles)
            .where(users.c.id.in_(wanted))
        )
    }
    for field, ids in (("member_ids", values.get("member_ids", ())), ("lead_id", [values.get("lead_id")])):
        for one in ids:
            if one is not None and not (
                one in known and known[one].is_active and Role(known[one].role) in STAFF_ROLES
            ):
                raise Invalid.at(prefix + field, "Only active agents, managers and admins are possible here.")
    assignee = values.get("default_assignee_id")
    if assignee is not None:
        restricted = s.scalar(select(groups.c.restricted).where(groups.c.id == group_id))
        person = known.get(assignee)
        if person is None or not may_be_assigned(
            Role(person.role), person.is_active, bool(restricted), is_member(s, group_id, assignee)
        ):
            raise Invalid.at(
                prefix + "default_assignee_id", "This person can't be given tickets of this group."
            )
    policy = values.get("sla_policy_id")
    if policy is not None and not s.scalar(select(sla_policies.c.id).where(sla_policies.c.id == policy)):
        raise Invalid.at(prefix + "sla_policy_id", "There is no such policy.")


def is_member(s: Session, group_id: int, user_id: int) -> bool:
    return bool(
        s.scalar(
            select(group_members.c.user_id).where(
                group_members.c.group_id == group_id, group_members.c.user_id == user_id
            )
        )
    )


def insert_node(
    s: Session, kind: NodeKind, parent_id: int | None, values: dict[str, Any], field: str = "name"
) -> int:
    """Insert a node behind its siblings, unless it has a position. Raises Conflict at `field` for its name."""
    table = TABLES[kind]
    row = {name: value for name, value in values.items() if name != "member_ids"}
    siblings = select(func.coalesce(func.max(table.c.position) + 1, 0))
    if kind in PARENTS:
        row[PARENTS[kind]] = parent_id
        siblings = siblings.where(table.c[PARENTS[kind]] == parent_id)
    if row.get("position") is None:
        row["position"] = s.scalar(siblings)
    now = clock.now()
    try:
        with s.begin_nested():
            return s.execute(
                insert(table).values(**row, created_at=now, updated_at=now).returning(table.c.id)
            ).scalar_one()
    except IntegrityError as error:
        raise _name_taken(error, field) from None


def write_node(s: Session, kind: NodeKind, node_id: int, columns: dict[str, Any]) -> None:
    table = TABLES[kind]
    try:
        with s.begin_nested():
            s.execute(update(table).where(table.c.id == node_id).values(**columns, updated_at=clock.now()))
    except IntegrityError as error:
        raise _name_taken(error, "name") from None


def locked_node(s: Session, kind: NodeKind, node_id: int) -> dict[str, Any]:
    """The node's row, held by this transaction. Raises NotFound."""
    table = TABLES[kind]
    row = s.execute(select(table).where(table.c.id == node_id).with_for_update()).mappings().first()
    if row is None:
        raise NotFound()
    return dict(row)


def group_of(s: Session, kind: NodeKind, row: Mapping[str, Any]) -> int:
    """The id of the group that a node lies in."""
    if kind is NodeKind.GROUP:
        return int(row["id"])
    if kind is NodeKind.CATEGORY:
        return int(row["group_id"])
    return s.execute(select(categories.c.group_id).where(categories.c.id == row["category_id"])).scalar_one()


def set_members(s: Session, group_id: int, member_ids: tuple[int, ...]) -> None:
    s.execute(
        delete(group_members).where(
            group_members.c.group_id == group_id, group_members.c.user_id.not_in(member_ids)
        )
    )
    for user_id in member_ids:
        s.execute(
            pg_insert(group_members)
            .values(group_id=group_id, user_id=user_id, created_at=clock.now())
            .on_conflict_do_nothing()
        )


def members_of(s: Session, group_id: int) -> tuple[int, ...]:
    return tuple(
        s.scalars(
            select(group_members.c.user_id)
            .where(group_members.c.group_id == group_id)
            .order_by(group_members.c.user_id)
        )
    )


def delete_unused(s: Session, kind: NodeKind, node_id: int) -> None:
    """Delete a node and what lies below. Raises Conflict, with the number of tickets, for a used one."""
    column = {
        NodeKind.GROUP: tickets.c.group_id,
        NodeKind.CATEGORY: tickets.c.category_id,
        NodeKind.SUBCATEGORY: tickets.c.subcategory_id,
    }[kind]
    used = s.scalar(select(func.count()).select_from(tickets).where(column == node_id)) or 0
    if used:
        noun = "ticket uses" if used == 1 else "tickets use"
        raise Conflict(f"{used:,} {noun} this {kind}: archive it instead.", tickets=used)
    below = select(categories.c.id).where(categories.c.group_id == node_id)
    try:
        with s.begin_nested():
            if kind is NodeKind.GROUP:
                s.execute(delete(subcategories).where(subcategories.c.category_id.in_(below)))
                s.execute(delete(categories).where(categories.c.group_id == node_id))
                s.execute(delete(group_members).where(group_members.c.group_id == node_id))
                shared = saved_views.c.group_id == node_id
                s.execute(
                    update(saved_views).where(shared).values(shared=str(Sharing.PRIVATE), group_id=None)
                )
            elif kind is NodeKind.CATEGORY:
                s.execute(delete(subcategories).where(subcategories.c.category_id == node_id))
            s.execute(delete(TABLES[kind]).where(TABLES[kind].c.id == node_id))
    except IntegrityError:
        # a ticket came meanwhile, or the history of one that was moved away names this group
        raise Conflict(f"Tickets have been in this {kind}: archive it instead.", tickets=used) from None


def _clean_icon(field: str, value: object) -> str | None:
    icon = clean_optional_line(field, value, 40)
    if icon is not None and not _ICON.fullmatch(icon):
        raise Invalid.at(field, "The name of an icon in small letters, such as laptop, is needed here.")
    return icon


def _name_taken(error: IntegrityError, field: str) -> Exception:
    if "_name_key" not in str(error.orig):
        return error
    message = "This name is taken here already."
    return Conflict(message, errors=[FieldError(field, message)])

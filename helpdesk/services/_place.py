"""Where a ticket belongs: a place in the tree, its inherited defaults, and who can be its assignee."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, bindparam, exists, select
from sqlalchemy.orm import Session

from helpdesk.core.errors import FieldError, Invalid
from helpdesk.domain.access import may_be_assigned
from helpdesk.domain.enums import Priority, Role
from helpdesk.models.person import roles, users
from helpdesk.models.tree import categories, group_members, groups, subcategories
from helpdesk.services._lock import path_of

_DEFAULTS = ("default_priority", "default_assignee_id", "sla_policy_id")
_NODES = {
    field: select(table).where(table.c.id == bindparam("node"))
    for field, table in (("group_id", groups), ("category_id", categories), ("subcategory_id", subcategories))
}
_PERSON = (
    select(users.c.is_active, roles.c.name)
    .join(roles, roles.c.id == users.c.role_id)
    .where(users.c.id == bindparam("person"))
)
_MEMBER = exists().where(
    group_members.c.group_id == bindparam("group"), group_members.c.user_id == bindparam("person")
)
_CANDIDATE = _PERSON.add_columns(_MEMBER.label("member"))


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the tree with what it hands down: the nearest set value from subcategory up to group."""

    group_id: int
    category_id: int | None
    subcategory_id: int | None
    restricted: bool
    path: str
    priority: Priority | None
    assignee_id: int | None
    policy_id: int | None


def choose(
    s: Session,
    group_id: int,
    category_id: int | None,
    subcategory_id: int | None,
    *,
    archived_ok: bool = False,
) -> Place:
    """The place by its ids; archived nodes can't be chosen any more (product rules §2).

    Raises:
        Invalid: unknown or archived, or not below one another; says at which field.
    """
    group = _node(s, group_id, "group_id")
    levels: list[tuple[str, RowMapping]] = [("group_id", group)]
    if subcategory_id is not None and category_id is None:
        raise Invalid.at("category_id", "A subcategory needs its category.")
    if category_id is not None:
        category = _node(s, category_id, "category_id")
        if category["group_id"] != group_id:
            raise Invalid.at("category_id", "This category belongs to another group.")
        levels.append(("category_id", category))
    if subcategory_id is not None:
        subcategory = _node(s, subcategory_id, "subcategory_id")
        if subcategory["category_id"] != category_id:
            raise Invalid.at("subcategory_id", "This subcategory belongs to another category.")
        levels.append(("subcategory_id", subcategory))
    if not archived_ok:
        gone = [
            FieldError(field, "This is archived and can't be chosen any more.")
            for field, node in levels
            if node["archived"]
        ]
        if gone:
            raise Invalid(gone[0].message, errors=gone)
    nodes = [node for _, node in levels]
    defaults = {name: _nearest(nodes, name) for name in _DEFAULTS}
    priority = defaults["default_priority"]
    return Place(
        group_id=group_id,
        category_id=category_id,
        subcategory_id=subcategory_id,
        restricted=group["restricted"],
        path=path_of([node["name"] for node in nodes]),
        priority=Priority(priority) if priority else None,
        assignee_id=defaults["default_assignee_id"],
        policy_id=defaults["sla_policy_id"],
    )


def _node(s: Session, node_id: int, field: str) -> RowMapping:
    row = s.execute(_NODES[field], {"node": node_id}).mappings().first()
    if row is None:
        raise Invalid.at(field, "There is nothing with this id.")
    return row


def _nearest(nodes: list[RowMapping], name: str) -> Any:
    return next((node[name] for node in reversed(nodes) if node[name] is not None), None)


def assignable(s: Session, group_id: int, restricted: bool, person_id: int) -> bool:
    """Whether a person can be the assignee of a ticket of this group."""
    row = s.execute(_CANDIDATE, {"person": person_id, "group": group_id}).first()
    return row is not None and may_be_assigned(Role(row.name), row.is_active, restricted, row.member)


def require_assignable(s: Session, group_id: int, restricted: bool, person_id: int) -> None:
    """Raises `Invalid` at `assigned_to` with the reason for a person who can't be the assignee."""
    if not assignable(s, group_id, restricted, person_id):
        who = "a member of this restricted group who is" if restricted else ""
        raise Invalid.at("assigned_to", f"Choose {who} an active agent or admin.".replace("  ", " "))


def require_person(s: Session, field: str, person_id: int) -> None:
    """Raises `Invalid` at `field` unless this is an active person (the hidden system user is none)."""
    row = s.execute(_PERSON, {"person": person_id}).first()
    if row is None or not row.is_active or row.name == Role.SYSTEM:
        raise Invalid.at(field, "There is no active person with this id.")

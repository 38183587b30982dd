"""The category tree: what can be chosen, and what admins change (product rules §2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.core.db import after_commit, transaction
from helpdesk.core.errors import Forbidden, NotFound
from helpdesk.domain.access import Actor, in_staff_scope, require_admin, require_staff
from helpdesk.domain.enums import Role
from helpdesk.integrations import live
from helpdesk.models.person import roles, users
from helpdesk.models.tree import group_members, groups
from helpdesk.services._audit import audit
from helpdesk.services._text import clean_enum, clean_id
from helpdesk.services._tree_changes import (
    NodeKind,
    check_people,
    clean_node,
    delete_unused,
    group_of,
    insert_node,
    locked_node,
    members_of,
    set_members,
    write_node,
)
from helpdesk.services._tree_input import (
    CleanedCategories,
    NewCategory,
    NewGroup,
    NewSubcategory,
    clean_categories,
    given_fields,
)
from helpdesk.services._tree_rows import client_nodes, read_tree, staff_nodes
from helpdesk.services.views import GroupNode, PersonView

__all__ = [
    "NewCategory",
    "NewGroup",
    "NewSubcategory",
    "NodeKind",
    "admin_tree",
    "assignable",
    "choosable",
    "create_branch",
    "create_category",
    "create_subcategory",
    "delete_node",
    "members",
    "update_node",
]


def choosable(actor: Actor) -> list[GroupNode]:
    """The nodes that a ticket can be filed under: for everybody, restricted groups too. Staff see the settings."""
    with transaction() as s:
        rows = read_tree(s, archived=False, counted=False)
    return staff_nodes(rows, counted=False) if actor.is_staff else client_nodes(rows)


def admin_tree(actor: Actor) -> list[GroupNode]:
    """The whole tree with archived nodes, effective settings, numbers of tickets and members. For admins alone."""
    require_admin(actor)
    with transaction() as s:
        return staff_nodes(read_tree(s, archived=True, counted=True), counted=True)


def create_branch(actor: Actor, new: NewGroup) -> GroupNode:
    """Create a group with all its categories and subcategories, or nothing of it. For admins alone.

    Raises:
        Invalid: a value is not acceptable; names the field as in `categories.0.subcategories.2.name`.
        Conflict: an active group has the name already.
    """
    require_admin(actor)
    values = clean_node(NodeKind.GROUP, given_fields(new))
    children = clean_categories(new.categories, "categories.")
    with transaction() as s:
        group_id = insert_node(s, NodeKind.GROUP, None, _without_people(values))
        check_people(s, group_id, {"member_ids": values["member_ids"]})
        set_members(s, group_id, values["member_ids"])
        check_people(s, group_id, values)
        write_node(s, NodeKind.GROUP, group_id, _people_only(values))
        _insert_categories(s, group_id, children, "categories.")
        return _written(
            s, actor, "tree_created", NodeKind.GROUP, group_id, group_id, {"name": values["name"]}
        )


def create_category(actor: Actor, group_id: object, new: NewCategory) -> GroupNode:
    """Add a category, with its subcategories, to a group; returns the group. Raises as `create_branch`, NotFound."""
    require_admin(actor)
    group_id = clean_id("id", group_id)
    children = clean_categories([new], "")
    with transaction() as s:
        locked_node(s, NodeKind.GROUP, group_id)
        (made,) = _insert_categories(s, group_id, children, "")
        return _written(s, actor, "tree_created", NodeKind.CATEGORY, made, group_id, {"name": new.name})


def create_subcategory(actor: Actor, category_id: object, new: NewSubcategory) -> GroupNode:
    """Add a subcategory to a category; returns the group. Raises as `create_branch`, NotFound."""
    require_admin(actor)
    category_id = clean_id("id", category_id)
    values = clean_node(NodeKind.SUBCATEGORY, given_fields(new))
    with transaction() as s:
        row = locked_node(s, NodeKind.CATEGORY, category_id)
        check_people(s, row["group_id"], values)
        made = insert_node(s, NodeKind.SUBCATEGORY, category_id, values)
        return _written(
            s, actor, "tree_created", NodeKind.SUBCATEGORY, made, row["group_id"], {"name": new.name}
        )


def update_node(actor: Actor, kind: object, node_id: object, changes: Mapping[str, object]) -> GroupNode:
    """Change what is given of a node, also whether it is archived; returns its group. For admins alone.

    Archiving touches nothing below: the children can't be chosen because their parent can't.

    Raises:
        NotFound: no such node.
        Invalid: a value is not acceptable, or a person can't be what they are put down for; names the field.
        Conflict: an active sibling has the name already.
    """
    require_admin(actor)
    kind = clean_enum("kind", kind, NodeKind)
    node_id = clean_id("id", node_id)
    values = clean_node(kind, changes)
    with transaction() as s:
        before = locked_node(s, kind, node_id)
        group_id = group_of(s, kind, before)
        if kind is NodeKind.GROUP:
            before["member_ids"] = members_of(s, group_id)
        changed = {name: value for name, value in values.items() if before[name] != _sorted_ids(value)}
        if not changed:
            return _group(s, group_id)
        if "member_ids" in changed:
            check_people(s, group_id, {"member_ids": changed["member_ids"]})
            set_members(s, group_id, changed["member_ids"])
        if "restricted" in changed:
            write_node(s, kind, node_id, {"restricted": changed["restricted"]})
        check_people(s, group_id, changed)
        if columns := {name: value for name, value in changed.items() if name != "member_ids"}:
            write_node(s, kind, node_id, columns)
        data = {name: {"old": _plain(before[name]), "new": _plain(value)} for name, value in changed.items()}
        return _written(s, actor, "tree_changed", kind, node_id, group_id, data)


def delete_node(actor: Actor, kind: object, node_id: object) -> None:
    """Delete a node that no ticket uses, and what lies below it. For admins alone.

    Raises:
        NotFound: no such node.
        Conflict: tickets use it; `extra["tickets"]` is their number. Such a node is archived instead.
    """
    require_admin(actor)
    kind = clean_enum("kind", kind, NodeKind)
    node_id = clean_id("id", node_id)
    with transaction() as s:
        row = locked_node(s, kind, node_id)
        delete_unused(s, kind, node_id)
        audit(s, actor, "tree_deleted", kind, node_id, {"name": row["name"]})
        after_commit(s, lambda: live.publish(["tree"]))


def assignable(actor: Actor, group_id: object) -> list[PersonView]:
    """Who can be given a ticket of the group: active agents and admins, of a restricted group its members alone.

    Raises:
        Forbidden: a client, or staff outside a restricted group.
        NotFound: no such group.
    """
    require_staff(actor)
    group_id = clean_id("id", group_id)
    with transaction() as s:
        restricted = s.scalar(select(groups.c.restricted).where(groups.c.id == group_id))
        if restricted is None:
            raise NotFound()
        if not in_staff_scope(actor, group_id, restricted):
            raise Forbidden()
        people = (
            select(users.c.id, users.c.name, users.c.email, roles.c.name.label("role"))
            .join(roles, roles.c.id == users.c.role_id)
            .where(users.c.is_active, roles.c.name.in_([Role.AGENT, Role.ADMIN]))
            .order_by(func.lower(users.c.name), users.c.id)
        )
        if restricted:
            inside = select(group_members.c.user_id).where(group_members.c.group_id == group_id)
            people = people.where(users.c.id.in_(inside))
        return [PersonView(row.id, row.name, row.email, row.role) for row in s.execute(people)]


def members(actor: Actor, group_id: object) -> list[PersonView]:
    """The members of a group. For admins alone. Raises NotFound."""
    require_admin(actor)
    group_id = clean_id("id", group_id)
    with transaction() as s:
        if s.scalar(select(groups.c.id).where(groups.c.id == group_id)) is None:
            raise NotFound()
        rows = s.execute(
            select(users.c.id, users.c.name, users.c.email, roles.c.name.label("role"))
            .join(roles, roles.c.id == users.c.role_id)
            .join(group_members, group_members.c.user_id == users.c.id)
            .where(group_members.c.group_id == group_id)
            .order_by(func.lower(users.c.name), users.c.id)
        )
        return [PersonView(row.id, row.name, row.email, row.role) for row in rows]


# ---- parts -------------------------------------------------------------------------------------------------


def _insert_categories(s: Session, group_id: int, children: CleanedCategories, prefix: str) -> list[int]:
    made: list[int] = []
    for index, (values, leaves) in enumerate(children):
        here = f"{prefix}{index}." if prefix else ""
        check_people(s, group_id, values, here)
        category_id = insert_node(s, NodeKind.CATEGORY, group_id, values, f"{here}name")
        for place, leaf in enumerate(leaves):
            check_people(s, group_id, leaf, f"{here}subcategories.{place}.")
            insert_node(s, NodeKind.SUBCATEGORY, category_id, leaf, f"{here}subcategories.{place}.name")
        made.append(category_id)
    return made


_PEOPLE = ("lead_id", "default_assignee_id", "sla_policy_id")


def _without_people(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in _PEOPLE}


def _people_only(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in _PEOPLE}


def _sorted_ids(value: object) -> object:
    return tuple(sorted(cast("tuple[int, ...]", value))) if isinstance(value, tuple) else value


def _plain(value: object) -> object:
    return list(cast("tuple[object, ...]", value)) if isinstance(value, tuple) else value


def _group(s: Session, group_id: int) -> GroupNode:
    nodes = staff_nodes(read_tree(s, archived=True, counted=True), counted=True)
    return next(node for node in nodes if node.id == group_id)


def _written(
    s: Session, actor: Actor, action: str, kind: NodeKind, node_id: int, group_id: int, data: dict[str, Any]
) -> GroupNode:
    node = _group(s, group_id)
    audit(s, actor, action, kind, node_id, data)
    after_commit(s, lambda: live.publish(["tree"]))
    return node

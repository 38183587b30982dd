"""Reading the tree: three statements for its nodes, a few more for what admins see beside them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Table, false, func, select
from sqlalchemy.orm import Session

from helpdesk.domain.enums import Priority
from helpdesk.models.person import users
from helpdesk.models.ticket import tickets
from helpdesk.models.tree import categories, group_members, groups, subcategories
from helpdesk.services.views import CategoryNode, GroupNode, Inherited, PersonRef, SubcategoryNode

_Row = Row[*tuple[Any, ...]]
_PLAIN = ("id", "name", "description", "icon", "position", "archived")
_Defaults = tuple[Inherited, Inherited]  # the effective priority and assignee


@dataclass(frozen=True)
class TreeRows:
    """The raw tree. `counts` and `members` are empty where nobody may see them."""

    groups: list[_Row]
    categories: dict[int, list[_Row]]
    subcategories: dict[int, list[_Row]]
    people: dict[int, PersonRef]
    counts: Counter[tuple[str, int]] = field(default_factory=Counter[tuple[str, int]])
    members: Counter[int] = field(default_factory=Counter[int])


def read_tree(s: Session, *, archived: bool, counted: bool) -> TreeRows:
    """All nodes in their order, with archived ones or without; `counted` adds tickets and members."""
    found = {table.name: _nodes(s, table, archived) for table in (groups, categories, subcategories)}
    by_group: dict[int, list[_Row]] = defaultdict(list)
    for row in found["categories"]:
        by_group[row.group_id].append(row)
    by_category: dict[int, list[_Row]] = defaultdict(list)
    for row in found["subcategories"]:
        by_category[row.category_id].append(row)
    named = {row.default_assignee_id for rows in found.values() for row in rows}
    named |= {row.lead_id for row in found["groups"]}
    return TreeRows(
        found["groups"],
        by_group,
        by_category,
        _people(s, {one for one in named if one is not None}),
        _ticket_counts(s) if counted else Counter(),
        _member_counts(s) if counted else Counter(),
    )


def client_nodes(rows: TreeRows) -> list[GroupNode]:
    """What can be chosen, without anything that is for staff."""

    def category(row: _Row) -> CategoryNode:
        leaves = (SubcategoryNode(**_plain(leaf)) for leaf in rows.subcategories.get(row.id, ()))
        return CategoryNode(**_plain(row), subcategories=tuple(leaves))

    def group(row: _Row) -> GroupNode:
        return GroupNode(**_plain(row), categories=tuple(map(category, rows.categories.get(row.id, ()))))

    return [group(row) for row in rows.groups]


def staff_nodes(rows: TreeRows, *, counted: bool) -> list[GroupNode]:
    """The tree with its settings, and the effective ones with where they come from."""
    return [_group(rows, row, counted) for row in rows.groups]


def _nodes(s: Session, table: Table, archived: bool) -> list[_Row]:
    shown = select(table).order_by(table.c.position, func.lower(table.c.name), table.c.id)
    if not archived:
        shown = shown.where(table.c.archived == false())
    return list(s.execute(shown))


def _people(s: Session, ids: set[int]) -> dict[int, PersonRef]:
    if not ids:
        return {}
    rows = s.execute(select(users.c.id, users.c.name, users.c.department).where(users.c.id.in_(ids)))
    return {row.id: PersonRef(row.id, row.name, row.department) for row in rows}


def _ticket_counts(s: Session) -> Counter[tuple[str, int]]:
    place = (tickets.c.group_id, tickets.c.category_id, tickets.c.subcategory_id)
    counts: Counter[tuple[str, int]] = Counter()
    for group_id, category_id, subcategory_id, number in s.execute(
        select(*place, func.count()).group_by(*place)
    ):
        counts["group", group_id] += number
        if category_id:
            counts["category", category_id] += number
        if subcategory_id:
            counts["subcategory", subcategory_id] += number
    return counts


def _member_counts(s: Session) -> Counter[int]:
    rows = s.execute(
        select(group_members.c.group_id, func.count())
        .join(users, users.c.id == group_members.c.user_id)
        .where(users.c.is_active)
        .group_by(group_members.c.group_id)
    )
    return Counter({row[0]: row[1] for row in rows})


def _plain(row: _Row) -> dict[str, Any]:
    """What everybody sees of any node."""
    return {name: getattr(row, name) for name in _PLAIN}


def _settings(rows: TreeRows, row: _Row, kind: str, counted: bool) -> dict[str, Any]:
    """What staff see of any node beside that."""
    return _plain(row) | {
        "default_priority": row.default_priority,
        "default_assignee": rows.people.get(row.default_assignee_id),
        "sla_policy_id": row.sla_policy_id,
        "tickets": rows.counts[kind, row.id] if counted else None,
    }


def _group(rows: TreeRows, row: _Row, counted: bool) -> GroupNode:
    builtin = (Inherited(Priority.MEDIUM.value, None), Inherited(None, None))
    own = _own(rows, row, "group", builtin)
    return GroupNode(
        **_settings(rows, row, "group", counted),
        categories=tuple(_category(rows, one, own, counted) for one in rows.categories.get(row.id, ())),
        restricted=row.restricted,
        queue_email=row.queue_email,
        lead=rows.people.get(row.lead_id),
        members=rows.members[row.id] if counted else None,
    )


def _category(rows: TreeRows, row: _Row, above: _Defaults, counted: bool) -> CategoryNode:
    own = _own(rows, row, "category", above)
    return CategoryNode(
        **_settings(rows, row, "category", counted),
        effective_priority=own[0],
        effective_assignee=own[1],
        subcategories=tuple(
            _subcategory(rows, one, own, counted) for one in rows.subcategories.get(row.id, ())
        ),
    )


def _subcategory(rows: TreeRows, row: _Row, above: _Defaults, counted: bool) -> SubcategoryNode:
    own = _own(rows, row, "subcategory", above)
    return SubcategoryNode(
        **_settings(rows, row, "subcategory", counted),
        effective_priority=own[0],
        effective_assignee=own[1],
    )


def _own(rows: TreeRows, row: _Row, kind: str, above: _Defaults) -> _Defaults:
    """A node's own default where it has one, else what it inherits."""
    priority, assignee = above
    if row.default_priority is not None:
        priority = Inherited(row.default_priority, kind)
    if row.default_assignee_id is not None:
        assignee = Inherited(rows.people.get(row.default_assignee_id), kind)
    return priority, assignee

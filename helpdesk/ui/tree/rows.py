"""The tree as lines of a table, and one node as the values of its form. Plain functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from helpdesk.domain.enums import Priority
from helpdesk.services.views import CategoryNode, GroupNode, Inherited, PersonRef, SubcategoryNode
from helpdesk.ui.app_state import query
from helpdesk.ui.icons import NAMES

PATH = "/admin/tree"
Node = GroupNode | CategoryNode | SubcategoryNode
KIND_WORDS = {"group": "group", "category": "category", "subcategory": "subcategory"}
CHILD_KIND = {"group": "category", "category": "subcategory", "subcategory": ""}


class TreeLine(TypedDict):
    key: str  # "category:12"
    level: str  # class: l1, l2, l3
    name: str
    icon: str
    priority: str
    priority_here: bool
    assignee: str
    assignee_here: bool
    tickets: str
    archived: bool
    restricted: bool
    opens: bool  # has children
    opened: bool
    href: str


class NodeForm(TypedDict):
    """What the panel shows; `key` "" is no node."""

    key: str
    id: int
    kind: str
    kind_words: str
    child_words: str
    name: str
    above: list[str]
    description: str
    icon: str
    priority: str
    priority_inherit: str
    priority_note: str
    assignee: str
    assignee_inherit: str
    assignee_note: str
    archived: bool
    restricted: bool
    queue_email: str
    lead: str
    members: str
    tickets: int
    usage: str
    first: bool
    last: bool


NO_NODE: NodeForm = {
    "key": "", "id": 0, "kind": "", "kind_words": "", "child_words": "", "name": "", "above": [], "description": "",
    "icon": "", "priority": "", "priority_inherit": "", "priority_note": "", "assignee": "", "assignee_inherit": "",
    "assignee_note": "", "archived": False, "restricted": False, "queue_email": "", "lead": "", "members": "",
    "tickets": 0, "usage": "", "first": True, "last": True,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """A node with what lies above it and beside it."""

    kind: str
    node: Node
    above: tuple[Node, ...]
    siblings: tuple[Node, ...]

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.node.id}"

    @property
    def group(self) -> GroupNode:
        top = self.above[0] if self.above else self.node
        assert isinstance(top, GroupNode)
        return top


def spots(groups: Sequence[GroupNode]) -> Iterator[Spot]:
    """Every node, from top to bottom."""
    for group in groups:
        yield Spot("group", group, (), tuple(groups))
        for category in group.categories:
            yield Spot("category", category, (group,), group.categories)
            for leaf in category.subcategories:
                yield Spot("subcategory", leaf, (group, category), category.subcategories)


def find(groups: Sequence[GroupNode], key: str) -> Spot | None:
    return next((spot for spot in spots(groups) if spot.key == key), None)


def parse_key(key: str) -> tuple[str, int] | None:
    """ "category:12" → ("category", 12); None for anything else."""
    kind, _, number = key.partition(":")
    return (kind, int(number)) if kind in KIND_WORDS and number.isdecimal() and len(number) < 19 else None


def lines(
    groups: Sequence[GroupNode], opened: frozenset[str], selected: str, *, archived: bool
) -> list[TreeLine]:
    """What the table shows: children of closed nodes and, unless asked for, archived nodes are left out.

    Args:
        opened: keys of the nodes whose children are shown; those above the selected one always are.
    """
    spot = find(groups, selected)
    open_keys = opened | ({_key(node) for node in spot.above} if spot else set())
    return [
        _line(one, one.key in open_keys, archived)
        for one in spots(groups)
        if all(_key(node) in open_keys for node in one.above)
        and (archived or not any(node.archived for node in (*one.above, one.node)) or one.key == selected)
    ]


def form(spot: Spot) -> NodeForm:
    """The values of the panel."""
    node = spot.node
    parent = spot.above[-1] if spot.above else None
    shown = [one for one in spot.siblings if not one.archived or one.id == node.id]
    at = [one.id for one in shown].index(node.id)
    group = node if isinstance(node, GroupNode) else None
    priority_above, assignee_above = effective(parent)
    values: NodeForm = {
        **NO_NODE,
        "key": spot.key,
        "id": node.id,
        "kind": spot.kind,
        "kind_words": KIND_WORDS[spot.kind],
        "child_words": CHILD_KIND[spot.kind],
        "name": node.name,
        "above": [one.name for one in spot.above],
        "description": node.description or "",
        "icon": node.icon or "",
        "priority": node.default_priority or "",
        "priority_inherit": f"Inherit: {priority_above.value}",
        "priority_note": _note(node.default_priority is not None, spot, priority_above),
        "assignee": str(node.default_assignee.id) if node.default_assignee else "",
        "assignee_inherit": f"Inherit: {_name(assignee_above.value)}",
        "assignee_note": _note(node.default_assignee is not None, spot, assignee_above),
        "archived": node.archived,
        "tickets": node.tickets or 0,
        "usage": usage(node.tickets or 0),
        "first": at == 0,
        "last": at == len(shown) - 1,
    }
    if group is not None:
        values["restricted"] = bool(group.restricted)
        values["queue_email"] = group.queue_email or ""
        values["lead"] = str(group.lead.id) if group.lead else ""
        values["members"] = f"{group.members or 0} {'member' if group.members == 1 else 'members'}"
    return values


def effective(node: Node | None) -> tuple[Inherited, Inherited]:
    """Priority and assignee that count below a node; above the groups stand the built-in ones."""
    if node is None:
        return Inherited(str(Priority.MEDIUM), None), Inherited(None, None)
    if isinstance(node, GroupNode):
        priority = Inherited(
            node.default_priority or str(Priority.MEDIUM), "group" if node.default_priority else None
        )
        return priority, Inherited(node.default_assignee, "group" if node.default_assignee else None)
    return node.effective_priority or Inherited(None, None), node.effective_assignee or Inherited(None, None)


def summary(groups: Sequence[GroupNode]) -> str:
    """ "3 groups, 12 categories, 40 subcategories", of those that can be chosen."""
    counts = {"group": 0, "category": 0, "subcategory": 0}
    for spot in spots(groups):
        if not any(node.archived for node in (*spot.above, spot.node)):
            counts[spot.kind] += 1
    words = {"group": "groups", "category": "categories", "subcategory": "subcategories"}
    return ", ".join(
        f"{count} {words[kind] if count != 1 else KIND_WORDS[kind]}" for kind, count in counts.items()
    )


def archived_count(groups: Sequence[GroupNode]) -> int:
    return sum(spot.node.archived for spot in spots(groups))


def moved(spot: Spot, step: int) -> list[tuple[int, int]]:
    """Where the siblings stand after the node went `step` (-1 up, 1 down) past a neighbour: (id, position) to write.

    Archived neighbours are passed over, as the table may not show them.
    """
    order = [one.id for one in spot.siblings]
    at = order.index(spot.node.id)
    to = at + step
    while 0 <= to < len(order) and spot.siblings[to].archived and not spot.node.archived:
        to += step
    if not 0 <= to < len(order):
        return []
    order.insert(to, order.pop(at))
    positions = {one.id: one.position for one in spot.siblings}
    return [(node_id, place) for place, node_id in enumerate(order) if positions[node_id] != place]


def changes(shown: NodeForm, sent: dict[str, Any]) -> dict[str, Any]:
    """What the form changes of the node, by the names of the service."""
    given: dict[str, Any] = {
        "name": str(sent.get("name", "")),
        "description": str(sent.get("description", "")).strip() or None,
        "default_priority": str(sent.get("default_priority", "")) or None,
        "default_assignee_id": _id(sent.get("default_assignee_id")),
    }
    before: dict[str, Any] = {
        "name": shown["name"],
        "description": shown["description"] or None,
        "default_priority": shown["priority"] or None,
        "default_assignee_id": _id(shown["assignee"]),
        "icon": shown["icon"] or None,
    }
    if "icon" in sent:
        given["icon"] = str(sent["icon"]) or None
    if shown["kind"] == "group":
        given |= {
            "restricted": bool(sent.get("restricted")),
            "queue_email": str(sent.get("queue_email", "")).strip() or None,
            "lead_id": _id(sent.get("lead_id")),
        }
        before |= {
            "restricted": shown["restricted"],
            "queue_email": shown["queue_email"] or None,
            "lead_id": _id(shown["lead"]),
        }
    return {name: value for name, value in given.items() if value != before[name]}


def usage(tickets: int) -> str:
    if not tickets:
        return "No ticket uses this. It can be deleted, with what lies below it."
    verb = "ticket uses" if tickets == 1 else "tickets use"
    return f"{tickets:,} {verb} this. It can be archived, not deleted."


# ---- parts


def _line(spot: Spot, opened: bool, archived: bool) -> TreeLine:
    node = spot.node
    priority, assignee = effective(node)
    children: tuple[Node, ...] = ()
    if isinstance(node, GroupNode):
        children = node.categories
    elif isinstance(node, CategoryNode):
        children = node.subcategories
    return {
        "key": spot.key,
        "level": f"l{len(spot.above) + 1}",
        "name": node.name,
        "icon": node.icon if node.icon in NAMES else "" if spot.kind == "subcategory" else "folder",
        "priority": str(priority.value),
        "priority_here": node.default_priority is not None,
        "assignee": _name(assignee.value),
        "assignee_here": node.default_assignee is not None,
        "tickets": f"{node.tickets or 0:,}",
        "archived": node.archived,
        "restricted": isinstance(node, GroupNode) and bool(node.restricted),
        "opens": any(archived or not child.archived for child in children),
        "opened": opened,
        "href": PATH + query(node=spot.key, archived="1" if archived else None),
    }


def _key(node: Node) -> str:
    kinds = {GroupNode: "group", CategoryNode: "category", SubcategoryNode: "subcategory"}
    return f"{kinds[type(node)]}:{node.id}"


def _note(here: bool, spot: Spot, above: Inherited) -> str:
    """Where the value in effect comes from."""
    if here:
        return "Set here"
    level = {"group": 0, "category": 1}.get(above.origin or "")
    return f"From {spot.above[level].name}" if level is not None else "Built-in default"


def _name(person: PersonRef | None) -> str:
    return person.name if person else "Nobody"


def _id(value: object) -> int | str | None:
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) < 19 else (text or None)

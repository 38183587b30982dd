"""The tree as lines of a table, and one node as the values of its form. Plain functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict

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
        "assignee": name_of(assignee.value),
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


def name_of(person: PersonRef | None) -> str:
    return person.name if person else "Nobody"

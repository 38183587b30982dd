"""The tree as the wizard shows it: where a choice leads, and what an address means. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict, TypeVar

from helpdesk.services.views import CategoryNode, GroupNode, SubcategoryNode
from helpdesk.ui.app_state import query

N = TypeVar("N", GroupNode, CategoryNode, SubcategoryNode)
MAX_FOUND = 12
_HOUR, _DAY = 60, 24 * 60


class Tab(TypedDict):
    href: str
    name: str
    text: str
    icon: str
    current: bool


class Tile(TypedDict):
    href: str
    name: str
    text: str
    icon: str
    eta: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What an address chooses: the nodes down to the deepest one, and the step that it asks for."""

    group: GroupNode | None = None
    category: CategoryNode | None = None
    subcategory: SubcategoryNode | None = None
    step: str = "topic"

    @property
    def names(self) -> list[str]:
        return [node.name for node in (self.group, self.category, self.subcategory) if node is not None]

    def href(self, step: str = "") -> str:
        """The address of this choice at `step`."""
        return address(self.group, self.category, self.subcategory, step)


def address(
    group: GroupNode | None,
    category: CategoryNode | None = None,
    subcategory: SubcategoryNode | None = None,
    step: str = "",
) -> str:
    return "/new" + query(
        group=group.id if group else None,
        category=category.id if category else None,
        subcategory=subcategory.id if subcategory else None,
        step=step,
    )


def read_address(groups: Sequence[GroupNode], params: Mapping[str, str]) -> Choice:
    """What the URL chooses; what it names and isn't there (any more) is as if it were not named."""
    group = _by_id(groups, params.get("group"))
    if group is None:
        return Choice(group=groups[0] if groups else None)
    category = _by_id(group.categories, params.get("category"))
    subcategory = _by_id(category.subcategories, params.get("subcategory")) if category else None
    asked = params.get("step", "")
    if asked in {"details", "review"}:
        return Choice(group, category, subcategory, asked)
    if category is None:
        return Choice(group)
    step = "type" if category.subcategories and subcategory is None else "details"
    return Choice(group, category, subcategory, step)


def _by_id(nodes: Sequence[N], given: str | None) -> N | None:
    return next((node for node in nodes if str(node.id) == given), None)


def tabs(groups: Sequence[GroupNode], chosen: GroupNode | None) -> list[Tab]:
    return [
        {
            "href": address(group),
            "name": group.name,
            "text": group.description or "",
            "icon": group.icon or "users-round",
            "current": chosen is not None and group.id == chosen.id,
        }
        for group in groups
    ]


def tiles(choice: Choice, etas: Mapping[int, str]) -> list[Tile]:
    """The categories of the chosen group or the subcategories of the chosen category, and "Something else"."""
    group, category = choice.group, choice.category
    if group is None:
        return []
    if category is None or choice.step == "topic":
        made = [_tile(one, address(group, one), "folder", etas) for one in group.categories]
        rest = address(group, step="details")
    else:
        made = [
            _tile(one, address(group, category, one, "details"), category.icon or "folder", etas)
            for one in category.subcategories
        ]
        rest = address(group, category, step="details")
    other: Tile = {
        "href": rest,
        "name": "Something else",
        "text": "Describe it, we will sort it",
        "icon": "circle-question-mark",
        "eta": "",
    }
    return [*made, other]


def _tile(node: CategoryNode | SubcategoryNode, href: str, glyph: str, etas: Mapping[int, str]) -> Tile:
    return {
        "href": href,
        "name": node.name,
        "text": node.description or "",
        "icon": node.icon or glyph,
        "eta": etas.get(node.id, ""),
    }


def find(groups: Sequence[GroupNode], words: str) -> list[Tile]:
    """The topics in whose path every word occurs, the deepest ones first."""
    wanted = words.casefold().split()[:8]
    found: list[tuple[int, Tile]] = []
    for group in groups:
        for category in group.categories:
            leaves: list[SubcategoryNode | None] = [*category.subcategories, None]
            for leaf in leaves:
                names = [group.name, category.name, *([leaf.name] if leaf else [])]
                texts = [category.description or "", (leaf.description or "") if leaf else ""]
                if all(word in " ".join([*names, *texts]).casefold() for word in wanted):
                    href = address(
                        group, category, leaf, "details" if leaf or not category.subcategories else ""
                    )
                    tile = _tile(leaf or category, href, category.icon or "folder", {})
                    found.append((-len(names), {**tile, "text": " › ".join(names[:-1])}))
    return [tile for _, tile in sorted(found, key=lambda pair: pair[0])][:MAX_FOUND]


def within(minutes: int | None) -> str:
    """A promise in words: "Answer within 1 h"; "" where nothing is promised."""
    if minutes is None:
        return ""
    if minutes < _HOUR:
        return f"Answer within {minutes} min"
    if minutes < _DAY:
        return f"Answer within {round(minutes / _HOUR)} h"
    days = round(minutes / _DAY)
    return f"Answer within {days} day{'s' if days > 1 else ''}"


def in_words(minutes: int) -> str:
    """A span in words: "25 min", "3 h", "2 days"."""
    return within(minutes).removeprefix("Answer within ")

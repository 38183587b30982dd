"""What admins hand in for a new part of the tree, and its check before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from helpdesk.core.errors import Invalid
from helpdesk.services._tree_changes import NodeKind, clean_node

MOST_CHILDREN = 200


@dataclass(frozen=True, slots=True)
class NewNode:
    """What a new group, category and subcategory have in common."""

    name: str
    description: str | None = None
    icon: str | None = None
    position: int | None = None  # None: behind its siblings
    default_priority: str | None = None
    default_assignee_id: int | None = None
    sla_policy_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewSubcategory(NewNode):
    pass


@dataclass(frozen=True, slots=True)
class NewCategory(NewNode):
    subcategories: tuple[NewSubcategory, ...] = ()


@dataclass(frozen=True, slots=True)
class NewGroup(NewNode):
    restricted: bool = False
    queue_email: str | None = None
    lead_id: int | None = None
    member_ids: tuple[int, ...] = ()
    categories: tuple[NewCategory, ...] = ()


def given_fields(new: NewGroup | NewCategory | NewSubcategory) -> dict[str, object]:
    """The node's own fields; a position that is not given stays out."""
    values = {one.name: getattr(new, one.name) for one in fields(new)}
    for children in ("categories", "subcategories"):
        values.pop(children, None)
    if values["position"] is None:
        del values["position"]
    return values


CleanedCategories = list[tuple[dict[str, Any], list[dict[str, Any]]]]


def clean_categories(given: Sequence[NewCategory], prefix: str) -> CleanedCategories:
    made: CleanedCategories = []
    _check_siblings([one.name for one in given], prefix)
    for index, category in enumerate(given):
        here = f"{prefix}{index}." if prefix else ""
        values = clean_node(NodeKind.CATEGORY, given_fields(category), here)
        below = f"{here}subcategories."
        _check_siblings([one.name for one in category.subcategories], below)
        leaves = [
            clean_node(NodeKind.SUBCATEGORY, given_fields(leaf), f"{below}{place}.")
            for place, leaf in enumerate(category.subcategories)
        ]
        made.append((values, leaves))
    return made


def _check_siblings(names: Sequence[object], prefix: str) -> None:
    if len(names) > MOST_CHILDREN:
        raise Invalid.at(prefix.rstrip("."), f"At most {MOST_CHILDREN} are possible here.")
    seen: set[object] = set()
    for index, name in enumerate(names):
        key = name.lower() if isinstance(name, str) else name
        if key in seen:
            raise Invalid.at(f"{prefix}{index}.name", "This name is taken here already.")
        seen.add(key)

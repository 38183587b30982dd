"""The tree of topics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpdesk.services.views._people import PersonRef


@dataclass(frozen=True, slots=True)
class Inherited:
    """A default with where it comes from: None (built-in), `group`, `category` or `subcategory`."""

    value: Any
    origin: str | None


@dataclass(frozen=True, slots=True)
class TreeNode:
    """What a group, a category and a subcategory have in common; from `default_priority` on: only for staff."""

    id: int
    name: str
    description: str | None
    icon: str | None
    position: int
    archived: bool
    default_priority: str | None = None
    default_assignee: PersonRef | None = None
    sla_policy_id: int | None = None
    tickets: int | None = None  # only in the admin's tree


@dataclass(frozen=True, slots=True)
class SubcategoryNode(TreeNode):
    effective_priority: Inherited | None = None
    effective_assignee: Inherited | None = None


@dataclass(frozen=True, slots=True)
class CategoryNode(TreeNode):
    effective_priority: Inherited | None = None
    effective_assignee: Inherited | None = None
    subcategories: tuple[SubcategoryNode, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupNode(TreeNode):
    categories: tuple[CategoryNode, ...] = ()
    restricted: bool | None = None  # from here on: only for staff
    queue_email: str | None = None
    lead: PersonRef | None = None
    members: int | None = None

"""The tree, for admins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from fastapi import APIRouter

from helpdesk.api.bodies import (
    CategoryBody,
    GroupBody,
    GroupEdit,
    NodeEdit,
    SubcategoryBody,
)
from helpdesk.api.guard import Caller, GuardedRoute, admin, staff
from helpdesk.api.openapi import answers
from helpdesk.api.queries import Id
from helpdesk.api.shapes import PersonOut
from helpdesk.api.shapes_admin import CategoryOut, GroupOut, GroupsOut, PersonsOut, SubcategoryOut
from helpdesk.core.errors import NotFound
from helpdesk.services import tree
from helpdesk.services.tree import NewCategory, NewGroup, NewSubcategory
from helpdesk.services.views import CategoryNode, GroupNode, SubcategoryNode

N = TypeVar("N", GroupNode, CategoryNode, SubcategoryNode)

router = APIRouter(prefix="/api/v1/admin", tags=["tree"], route_class=GuardedRoute)


@router.get("/groups")
@admin
def list_groups(actor: Caller) -> GroupsOut:
    """The whole tree, with archived nodes, settings in effect and numbers of tickets."""
    return GroupsOut(groups=[GroupOut.of(one) for one in tree.admin_tree(actor)])


@router.post("/groups", status_code=201, responses=answers(409))
@admin
def create_branch(actor: Caller, body: GroupBody) -> GroupOut:
    """Create a group with all its categories and subcategories."""
    return GroupOut.of(tree.create_branch(actor, _new_group(body)))


@router.get("/groups/{group_id}", responses=answers(404))
@admin
def get_group(actor: Caller, group_id: Id) -> GroupOut:
    """One group with all below it."""
    return GroupOut.of(_find(tree.admin_tree(actor), group_id))


@router.put("/groups/{group_id}", responses=answers(404, 409))
@admin
def update_group(actor: Caller, group_id: Id, body: GroupEdit) -> GroupOut:
    """Change what is given; `archived: true` archives."""
    return GroupOut.of(tree.update_node(actor, "group", group_id, body.given()))


@router.delete("/groups/{group_id}", status_code=204, responses=answers(404, 409))
@admin
def delete_group(actor: Caller, group_id: Id) -> None:
    """Delete a group that no ticket uses: 409 with the number of `tickets` otherwise."""
    tree.delete_node(actor, "group", group_id)


@router.get("/groups/{group_id}/assignable", responses=answers(404))
@staff
def assignable(actor: Caller, group_id: Id) -> PersonsOut:
    """Who can be given tickets of the group."""
    return PersonsOut(items=[PersonOut.of(one) for one in tree.assignable(actor, group_id)])


@router.get("/groups/{group_id}/members", responses=answers(404))
@admin
def members(actor: Caller, group_id: Id) -> PersonsOut:
    """Who belongs to the group."""
    return PersonsOut(items=[PersonOut.of(one) for one in tree.members(actor, group_id)])


@router.post("/groups/{group_id}/categories", status_code=201, responses=answers(404, 409))
@admin
def create_category(actor: Caller, group_id: Id, body: CategoryBody) -> CategoryOut:
    """Add a category with its subcategories."""
    group = tree.create_category(actor, group_id, _new_category(body))
    return CategoryOut.of(max(group.categories, key=lambda one: one.id))


@router.put("/categories/{category_id}", responses=answers(404, 409))
@admin
def update_category(actor: Caller, category_id: Id, body: NodeEdit) -> CategoryOut:
    """Change what is given; `archived: true` archives."""
    group = tree.update_node(actor, "category", category_id, body.given())
    return CategoryOut.of(_find(group.categories, category_id))


@router.delete("/categories/{category_id}", status_code=204, responses=answers(404, 409))
@admin
def delete_category(actor: Caller, category_id: Id) -> None:
    """Delete a category that no ticket uses: 409 with the number of `tickets` otherwise."""
    tree.delete_node(actor, "category", category_id)


@router.post("/categories/{category_id}/subcategories", status_code=201, responses=answers(404, 409))
@admin
def create_subcategory(actor: Caller, category_id: Id, body: SubcategoryBody) -> SubcategoryOut:
    """Add a subcategory."""
    group = tree.create_subcategory(actor, category_id, NewSubcategory(**body.model_dump()))
    category = _find(group.categories, category_id)
    return SubcategoryOut.of(max(category.subcategories, key=lambda one: one.id))


@router.put("/subcategories/{subcategory_id}", responses=answers(404, 409))
@admin
def update_subcategory(actor: Caller, subcategory_id: Id, body: NodeEdit) -> SubcategoryOut:
    """Change what is given; `archived: true` archives."""
    group = tree.update_node(actor, "subcategory", subcategory_id, body.given())
    leaves = [leaf for category in group.categories for leaf in category.subcategories]
    return SubcategoryOut.of(_find(leaves, subcategory_id))


@router.delete("/subcategories/{subcategory_id}", status_code=204, responses=answers(404, 409))
@admin
def delete_subcategory(actor: Caller, subcategory_id: Id) -> None:
    """Delete a subcategory that no ticket uses: 409 with the number of `tickets` otherwise."""
    tree.delete_node(actor, "subcategory", subcategory_id)


def _new_group(body: GroupBody) -> NewGroup:
    plain = body.model_dump(exclude={"categories", "member_ids"})
    categories = tuple(_new_category(one) for one in body.categories)
    return NewGroup(**plain, member_ids=tuple(body.member_ids), categories=categories)


def _new_category(body: CategoryBody) -> NewCategory:
    leaves = tuple(NewSubcategory(**one.model_dump()) for one in body.subcategories)
    return NewCategory(**body.model_dump(exclude={"subcategories"}), subcategories=leaves)


def _find(nodes: Sequence[N], node_id: int) -> N:
    for node in nodes:
        if node.id == node_id:
            return node
    raise NotFound()

"""The category tree (product rules §2)."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from helpdesk.core.db import transaction
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.domain.enums import Role
from helpdesk.models.person import audit_log, users
from helpdesk.models.tree import categories, group_members, groups, subcategories
from helpdesk.services import tree
from helpdesk.services.tree import NewCategory, NewGroup, NewSubcategory
from helpdesk.services.views import GroupNode
from tests.factories import World, make_ticket, make_user


def group(nodes: list[GroupNode], group_id: int) -> GroupNode:
    return next(node for node in nodes if node.id == group_id)


def test_clients_choose_from_every_group_and_learn_nothing_for_staff(world: World) -> None:
    nodes = tree.choosable(world.actor("client"))
    assert [(node.name, node.restricted, node.queue_email, node.members) for node in nodes] == [
        ("HR", None, None, None),
        ("IT", None, None, None),
    ]
    assert [leaf.name for leaf in group(nodes, world.it.group_id).categories[0].subcategories] == [
        "Laptop",
        "Printer",
    ]
    assert group(tree.choosable(world.actor("agent")), world.hr.group_id).restricted is True


def test_archived_nodes_and_what_lies_below_can_not_be_chosen(world: World) -> None:
    admin = world.actor("admin")
    tree.update_node(admin, "subcategory", world.it.subcategory_ids[1], {"archived": True})
    nodes = tree.choosable(world.actor("client"))
    assert [leaf.name for leaf in group(nodes, world.it.group_id).categories[0].subcategories] == ["Laptop"]
    tree.update_node(admin, "group", world.it.group_id, {"archived": True})
    assert [node.name for node in tree.choosable(world.actor("client"))] == ["HR"]
    kept = group(tree.admin_tree(admin), world.it.group_id)
    assert (kept.archived, kept.categories[0].archived) == (True, False)


@pytest.mark.parametrize("role", ["client", "agent", "manager"])
def test_only_admins_change_the_tree(world: World, role: str) -> None:
    actor = world.actor(role)
    for refused in (
        lambda: tree.admin_tree(actor),
        lambda: tree.members(actor, world.it.group_id),
        lambda: tree.create_branch(actor, NewGroup("X")),
        lambda: tree.create_category(actor, world.it.group_id, NewCategory("X")),
        lambda: tree.create_subcategory(actor, world.it.category_id, NewSubcategory("X")),
        lambda: tree.update_node(actor, "group", world.it.group_id, {"name": "X"}),
        lambda: tree.delete_node(actor, "group", world.it.group_id),
    ):
        with pytest.raises(Forbidden):
            refused()


def test_a_branch_is_made_whole(world: World) -> None:
    made = tree.create_branch(
        world.actor("admin"),
        NewGroup(
            "Facilities",
            description="Rooms\nand keys",
            restricted=True,
            queue_email="rooms@example.com",
            lead_id=world.manager.id,
            member_ids=(world.agent.id,),
            default_assignee_id=world.agent.id,
            default_priority="High",
            categories=(
                NewCategory("Rooms", subcategories=(NewSubcategory("Too cold", default_priority="Low"),)),
                NewCategory("Keys"),
            ),
        ),
    )
    assert (made.name, made.restricted, made.members, made.tickets) == ("Facilities", True, 1, 0)
    assert made.lead
    assert made.lead.name == "Mona Manager"
    rooms, keys = made.categories
    assert (rooms.effective_priority.value, rooms.effective_priority.origin) == ("High", "group")  # type: ignore[union-attr]
    assert keys.effective_assignee.value.name == "Ada Agent"  # type: ignore[union-attr]
    cold = rooms.subcategories[0]
    assert (cold.effective_priority.value, cold.effective_priority.origin) == ("Low", "subcategory")  # type: ignore[union-attr]
    with transaction() as s:
        assert list(s.scalars(select(audit_log.c.action))) == ["tree_created"]


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewGroup(""), "name"),
        (NewGroup("x" * 151), "name"),
        (NewGroup("F", description="x" * 2001), "description"),
        (NewGroup("F", icon="../x"), "icon"),
        (NewGroup("F", position=-1), "position"),
        (NewGroup("F", queue_email="x"), "queue_email"),
        (NewGroup("F", default_priority="Urgent"), "default_priority"),
        (NewGroup("F", lead_id=2**62), "lead_id"),
        (NewGroup("F", member_ids=(2**62,)), "member_ids"),
        (NewGroup("F", sla_policy_id=2**62), "sla_policy_id"),
        (NewGroup("F", categories=(NewCategory("A"), NewCategory("a"))), "categories.1.name"),
        (NewGroup("F", categories=(NewCategory("A"), NewCategory("\x00"))), "categories.1.name"),
        (
            NewGroup("F", categories=(NewCategory("A", subcategories=(NewSubcategory(" "),)),)),
            "categories.0.subcategories.0.name",
        ),
    ],
)
def test_a_refused_branch_leaves_nothing(world: World, new: NewGroup, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        tree.create_branch(world.actor("admin"), new)
    assert [error.field for error in refusal.value.errors] == [field]
    assert len(tree.admin_tree(world.actor("admin"))) == 2


def test_names_are_taken_by_active_siblings_only(world: World) -> None:
    admin = world.actor("admin")
    with pytest.raises(Conflict) as refusal:
        tree.create_branch(admin, NewGroup("it"))
    assert refusal.value.errors[0].field == "name"
    with pytest.raises(Conflict):
        tree.create_category(admin, world.it.group_id, NewCategory("HARDWARE"))
    with pytest.raises(Conflict):
        tree.create_subcategory(admin, world.it.category_id, NewSubcategory("laptop"))
    tree.update_node(admin, "group", world.it.group_id, {"archived": True})
    tree.create_branch(admin, NewGroup("it"))
    with pytest.raises(Conflict):
        tree.update_node(admin, "group", world.it.group_id, {"archived": False})
    tree.create_category(admin, world.hr.group_id, NewCategory("Hardware"))


def test_new_nodes_come_last(world: World) -> None:
    admin = world.actor("admin")
    tree.create_category(admin, world.it.group_id, NewCategory("Aardvarks"))
    after = tree.create_subcategory(admin, world.it.category_id, NewSubcategory("Abacus"))
    assert [one.name for one in after.categories] == ["Hardware", "Aardvarks"]
    assert [one.name for one in after.categories[0].subcategories] == ["Laptop", "Printer", "Abacus"]


def test_editing_writes_what_differs(world: World) -> None:
    admin = world.actor("admin")
    changes = {"name": "IT desk", "member_ids": [world.agent2.id], "lead_id": world.agent2.id, "position": 7}
    after = tree.update_node(admin, "group", world.it.group_id, changes)
    assert (after.name, after.members, after.position) == ("IT desk", 1, 7)
    tree.update_node(admin, "group", world.it.group_id, changes)
    with transaction() as s:
        entries = s.execute(select(audit_log)).all()
        assert list(
            s.scalars(select(group_members.c.user_id).where(group_members.c.group_id == world.it.group_id))
        ) == [world.agent2.id]
    assert [entry.action for entry in entries] == ["tree_changed"]
    assert entries[0].data["name"] == {"old": "IT", "new": "IT desk"}


@pytest.mark.parametrize("who", ["client", "manager", "agent"])
def test_the_default_assignee_could_be_given_such_a_ticket(world: World, who: str) -> None:
    """A client and a manager never, an agent outside a restricted group neither."""
    person = getattr(world, who)
    with pytest.raises(Invalid) as refusal:
        tree.update_node(
            world.actor("admin"), "category", world.hr.category_id, {"default_assignee_id": person.id}
        )
    assert refusal.value.errors[0].field == "default_assignee_id"


def test_clients_and_the_deactivated_are_neither_member_nor_lead(world: World) -> None:
    admin = world.actor("admin")
    gone = make_user(Role.AGENT, is_active=False)
    for person in (world.client, gone):
        for changes in ({"lead_id": person.id}, {"member_ids": [person.id]}):
            with pytest.raises(Invalid):
                tree.update_node(admin, "group", world.it.group_id, changes)


def test_deleting_an_unused_branch(world: World) -> None:
    admin = world.actor("admin")
    tree.delete_node(admin, "group", world.hr.group_id)
    with transaction() as s:
        for table, ids in (
            (groups, [world.hr.group_id]),
            (categories, [world.hr.category_id]),
            (subcategories, world.hr.subcategory_ids),
        ):
            assert s.scalar(select(table.c.id).where(table.c.id.in_(ids))) is None
    with pytest.raises(NotFound):
        tree.delete_node(admin, "group", world.hr.group_id)


def test_deleting_a_used_node_says_how_many_tickets_use_it(world: World) -> None:
    admin = world.actor("admin")
    make_ticket(world.client, world.it)
    make_ticket(world.client, world.it, subcategory_id=None)
    for kind, node_id, used in (
        ("group", world.it.group_id, 2),
        ("category", world.it.category_id, 2),
        ("subcategory", world.it.subcategory_id, 1),
    ):
        with pytest.raises(Conflict) as refusal:
            tree.delete_node(admin, kind, node_id)
        assert refusal.value.extra["tickets"] == used
        assert str(used) in refusal.value.message
    node = group(tree.admin_tree(admin), world.it.group_id)
    assert (node.tickets, node.categories[0].tickets) == (2, 2)
    assert [leaf.tickets for leaf in node.categories[0].subcategories] == [1, 0]


def test_who_can_be_given_a_ticket(world: World) -> None:
    with transaction() as s:
        s.execute(update(users).where(users.c.id == world.agent2.id).values(is_active=False))
        s.execute(insert(group_members).values(group_id=world.hr.group_id, user_id=world.manager.id))
    names = [one.name for one in tree.assignable(world.actor("agent"), world.it.group_id)]
    assert names == ["Ada Agent", "Axel Admin", "Hana Agent"]
    assert [one.name for one in tree.assignable(world.actor("admin"), world.hr.group_id)] == ["Hana Agent"]
    for who in ("client", "agent"):
        with pytest.raises(Forbidden):
            tree.assignable(world.actor(who), world.hr.group_id)
    with pytest.raises(NotFound):
        tree.assignable(world.actor("agent"), 2**62)
    for wrong in (0, -1, 2**63, "1", True, None):
        with pytest.raises(Invalid):
            tree.assignable(world.actor("agent"), wrong)

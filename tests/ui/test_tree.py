"""The tree, in the hands of an admin."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from helpdesk.services import tree as service
from helpdesk.services.views import GroupNode
from helpdesk.ui.tree import rows
from tests import factories
from tests.factories import World
from tests.ui import doing
from tests.ui.conftest import Opener
from tests.ui.doing import as_person, form, loaded
from tests.ui.protocol import Tab

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def read(people: World) -> list[GroupNode]:
    return await as_person(people, "admin", service.admin_tree)


async def act(tab: Tab, name: str, **payload: Any) -> None:
    from helpdesk.ui.tree.state import TreeState

    await doing.act(tab, f"{TreeState.get_full_name()}.{name}", **payload)


def lines(tab: Tab) -> list[str]:
    from helpdesk.ui.tree.state import TreeState

    return [line["name"] for line in tab.var(TreeState, "lines")]


def node(tab: Tab) -> dict[str, Any]:
    from helpdesk.ui.tree.state import TreeState

    found: dict[str, Any] = tab.var(TreeState, "node")
    return found


async def test_the_table_opens_and_closes_and_shows_what_is_selected(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.tree.state import TreeState

    tab = await loaded(await open_tab(people.admin, "/admin/tree"), TreeState)
    assert lines(tab) == ["HR", "Contracts", "IT", "Hardware"]
    assert tab.var(TreeState, "summary") == "2 groups, 2 categories, 4 subcategories"
    await act(tab, "toggle", key=f"category:{people.it.category_id}")
    assert lines(tab)[-2:] == ["Laptop", "Printer"]
    await act(tab, "toggle", key=f"group:{people.it.group_id}")
    assert lines(tab) == ["HR", "Contracts", "IT"]
    tab.path = f"/admin/tree?node=subcategory:{people.it.subcategory_id}"
    await act(tab, "load")
    assert "Laptop" in lines(tab), "what is above the selected one is open"
    assert node(tab)["above"] == ["IT", "Hardware"]


async def test_defaults_show_where_they_come_from(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.tree.state import TreeState

    key = people.it.category_id
    defaults = {"default_priority": "High", "default_assignee_id": people.agent.id}
    await as_person(people, "admin", service.update_node, "category", key, defaults)
    tab = await loaded(
        await open_tab(people.admin, f"/admin/tree?node=subcategory:{people.it.subcategory_id}"), TreeState
    )
    shown = node(tab)
    assert (shown["priority"], shown["priority_inherit"], shown["priority_note"]) == (
        "", "Inherit: High", "From Hardware",
    )  # fmt: skip
    assert (shown["assignee_inherit"], shown["assignee_note"]) == ("Inherit: Ada Agent", "From Hardware")
    tab.path = f"/admin/tree?node=category:{key}"
    await act(tab, "load")
    assert node(tab)["priority_note"] == "Set here"
    assert node(tab)["priority_inherit"] == "Inherit: Medium"


async def test_saving_changes_what_was_changed_alone(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.tree.state import TreeState

    group_id = people.it.group_id
    tab = await loaded(await open_tab(people.admin, f"/admin/tree?node=group:{group_id}"), TreeState)
    await as_person(people, "admin", service.update_node, "group", group_id, {"description": "Ours"})
    same = {"description": "", "default_priority": "", "default_assignee_id": "", "lead_id": ""}
    await act(tab, "save", sent=form(name="HR", queue_email="it@example.com", **same))
    assert list(tab.var(TreeState, "errors")) == ["name"]
    await act(tab, "save", sent=form(name="IT desk", queue_email="nowhere", **same))
    assert list(tab.var(TreeState, "errors")) == ["queue_email"]
    await act(tab, "save", sent=form(name="IT desk", queue_email="it@example.com", restricted="on", **same))
    (group,) = [one for one in await read(people) if one.id == group_id]
    assert (group.name, group.restricted, group.queue_email) == ("IT desk", True, "it@example.com")
    assert group.members == 3


async def test_archiving_can_be_undone(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.app_state import AppState
    from helpdesk.ui.tree.state import TreeState

    tab = await loaded(
        await open_tab(people.admin, f"/admin/tree?node=category:{people.it.category_id}"), TreeState
    )
    await act(tab, "archive")
    assert tab.var(AppState, "toasts")[-1]["undo"] == "undo-archive"
    assert tab.var(TreeState, "archived_count") == 1
    tab.path = "/admin/tree"
    await act(tab, "load")
    assert "Hardware" not in lines(tab)
    tab.path = "/admin/tree?archived=1"
    await act(tab, "load")
    assert "Hardware" in lines(tab)
    await act(tab, "undo")
    assert tab.var(TreeState, "archived_count") == 0
    chosen = await as_person(people, "client", service.choosable)
    assert any(group.categories for group in chosen if group.id == people.it.group_id)


async def test_a_used_node_is_not_deleted_and_its_tickets_are_counted(
    open_tab: Opener, people: World
) -> None:
    from helpdesk.ui.tree.state import TreeState

    await asyncio.to_thread(factories.make_ticket, people.client, people.it)
    used, free = people.it.subcategory_ids
    tab = await loaded(await open_tab(people.admin, f"/admin/tree?node=subcategory:{used}"), TreeState)
    assert node(tab)["usage"] == "1 ticket uses this. It can be archived, not deleted."
    await act(tab, "delete")
    assert tab.var(TreeState, "refusal") == "1 ticket uses this subcategory: archive it instead."
    tab.path = f"/admin/tree?node=subcategory:{free}"
    await act(tab, "load")
    assert tab.var(TreeState, "refusal") == ""
    await act(tab, "delete")
    assert tab.actions[-1]["payload"]["path"] == "/admin/tree"
    assert rows.find(await read(people), f"subcategory:{free}") is None


async def test_up_and_down(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.tree.state import TreeState

    first, second = people.it.subcategory_ids
    tab = await loaded(await open_tab(people.admin, f"/admin/tree?node=subcategory:{first}"), TreeState)
    assert (node(tab)["first"], node(tab)["last"]) == (True, False)
    await act(tab, "move", step=1)
    assert lines(tab)[-2:] == ["Printer", "Laptop"]
    assert (node(tab)["first"], node(tab)["last"]) == (False, True)
    await act(tab, "move", step=1)
    assert lines(tab)[-2:] == ["Printer", "Laptop"], "the last one stays"
    await act(tab, "move", step=-1)
    spot = rows.find(await read(people), f"subcategory:{second}")
    assert spot is not None
    assert [one.id for one in spot.siblings] == [first, second]


async def test_a_branch_is_added_with_what_lies_below(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.tree.adding import AddState
    from helpdesk.ui.tree.state import TreeState

    tab = await loaded(await open_tab(people.admin, "/admin/tree"), TreeState)
    name = AddState.get_full_name()
    await doing.act(tab, f"{name}.begin", parent="")
    await doing.act(tab, f"{name}.create", form=form(name="Travel", below="Flights\nflights"))
    assert list(tab.var(AddState, "errors")) == ["below"]
    await doing.act(tab, f"{name}.create", form=form(name="Travel", below="Flights\n\n  Hotels "))
    assert tab.var(AddState, "shown") is False
    (group,) = [one for one in await read(people) if one.name == "Travel"]
    assert [one.name for one in group.categories] == ["Flights", "Hotels"]
    assert tab.actions[-1]["payload"]["path"] == f"/admin/tree?node=group%3A{group.id}"
    await doing.act(tab, f"{name}.begin", parent=f"category:{group.categories[0].id}")
    assert (tab.var(AddState, "kind"), tab.var(AddState, "below")) == ("subcategory", "Flights")
    await doing.act(tab, f"{name}.create", form=form(name="Visa"))
    spots = [spot.node.name for spot in rows.spots(await read(people)) if spot.kind == "subcategory"]
    assert "Visa" in spots


async def test_members_are_staff_and_stored_at_once(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.tree.adding import MemberState
    from helpdesk.ui.tree.state import TreeState

    tab = await loaded(await open_tab(people.admin, "/admin/tree"), TreeState)
    name = MemberState.get_full_name()
    await doing.act(tab, f"{name}.begin", key=f"group:{people.it.group_id}")
    assert len(tab.var(MemberState, "members")) == 3
    await doing.act(tab, f"{name}.look", words="c")
    assert all(one["id"] != people.client.id for one in tab.var(MemberState, "found"))
    await doing.act(tab, f"{name}.look", words="hana")
    (found,) = tab.var(MemberState, "found")
    await doing.act(tab, f"{name}.add", user_id=found["id"])
    await doing.act(tab, f"{name}.remove", user_id=people.agent.id)
    await doing.act(tab, f"{name}.add", user_id=people.client.id)
    assert tab.var(MemberState, "problem") != ""
    members = await as_person(people, "admin", service.members, people.it.group_id)
    assert {one.id for one in members} == {people.agent2.id, people.hr_agent.id, people.manager.id}


async def test_the_table_follows_others(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.tree.state import TreeState

    tab = await loaded(await open_tab(people.admin, "/admin/tree"), TreeState)
    await as_person(people, "admin", service.update_node, "group", people.hr.group_id, {"name": "People"})
    await tab.until(lambda: "People" in lines(tab))


@pytest.mark.parametrize("name", ["client", "agent", "manager"])
async def test_others_change_nothing(open_tab: Opener, people: World, name: str) -> None:
    from helpdesk.ui.tree.adding import AddState, MemberState

    before = await read(people)
    tab = await open_tab(getattr(people, name), f"/admin/tree?node=group:{people.it.group_id}")
    for handler, payload in (
        ("load", {}),
        ("archive", {}),
        ("delete", {}),
        ("save", {"sent": form(name="X")}),
    ):
        await act(tab, handler, **payload)
    await doing.act(tab, f"{AddState.get_full_name()}.create", form=form(name="X"))
    await doing.act(tab, f"{MemberState.get_full_name()}.add", user_id=people.client.id)
    assert lines(tab) == []
    assert await read(people) == before

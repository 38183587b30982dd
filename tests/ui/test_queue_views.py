"""The queue: saved views, columns, one row's menu, and what is not taken back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from helpdesk.services import saved_views, tickets
from tests import factories
from tests.factories import World
from tests.ui.conftest import Opener
from tests.ui.doing import act, as_person, form, loaded
from tests.ui.protocol import Tab

pytestmark = pytest.mark.asyncio(loop_scope="session")

MARKER = "<reflex.Var>1</reflex.Var>"


def _state(name: str) -> Any:
    import importlib

    module, _, found = name.rpartition(".")
    return getattr(importlib.import_module(f"helpdesk.ui.{module}"), found)


def _queue() -> Any:
    return _state("queue.state.QueueState")


async def _act(tab: Tab, state: str, handler: str, /, **payload: Any) -> None:
    await act(tab, f"{_state(state).get_full_name()}.{handler}", **payload)


def _titles(tab: Tab) -> set[str]:
    return {row["title"] for row in tab.var(_queue(), "rows") or []}


def _file(people: World, title: str, *tags: str) -> int:
    made = factories.make_ticket(people.client, people.it, title).ticket
    if tags:
        tickets.set_tags(people.actor("agent"), made.id, tags)
    return made.id


async def _open(open_tab: Opener, person: Any, path: str) -> Tab:
    return await loaded(await open_tab(person, path), _queue())


def _toasts(tab: Tab) -> list[str]:
    return [toast["text"] for toast in tab.var(_state("app_state.AppState"), "toasts") or []]


async def test_what_is_shown_is_kept_and_opened_again(open_tab: Opener, people: World) -> None:
    await asyncio.to_thread(_file, people, "VPN drops", "vpn")
    await asyncio.to_thread(_file, people, "Printer", "paper")
    tab = await _open(open_tab, people.agent, "/queue?view=open&tag=vpn&sort=-priority")
    assert _titles(tab) == {"VPN drops"}
    await _act(tab, "queue.saved.SavedState", "ask", which="new")
    await _act(tab, "queue.saved.SavedState", "save", form=form(name=MARKER, shared="private"))
    (view,) = await as_person(people, "agent", saved_views.list_views)
    assert (view.name, view.filters.tag, view.sort) == (MARKER, ("vpn",), "-priority")
    assert tab.actions[-1]["payload"]["path"] == f"/queue?view={view.id}"
    again = await _open(open_tab, people.agent, f"/queue?view={view.id}")
    assert _titles(again) == {"VPN drops"}
    chips = {chip["name"]: chip["href"] for chip in again.var(_queue(), "chips")}
    assert set(chips) == {"Status", "Tag"}
    wider = await _open(open_tab, people.agent, chips["Tag"])
    assert _titles(wider) == {"VPN drops", "Printer"}
    assert wider.var(_queue(), "saved")["changed"] is True
    links = again.var(_state("app_state.AppState"), "saved_views")
    assert [(one["count"], one["href"]) for one in links] == [("1", f"/queue?view={view.id}")]


async def test_changes_of_a_view_are_kept_by_its_owner_alone(open_tab: Opener, people: World) -> None:
    shared = {"name": "Ours", "shared": "group", "group_id": people.it.group_id, "filters": {"tag": ["vpn"]}}
    made = await as_person(people, "agent", saved_views.create_view, shared)
    for person, kept in ((people.agent2, ()), (people.agent, ("High",))):
        tab = await _open(open_tab, person, f"/queue?view={made.id}&priority=High")
        await _act(tab, "queue.saved.SavedState", "keep")
        now = await as_person(people, "agent", saved_views.get_view, made.id)
        assert now.filters.priority == kept
    tab = await _open(open_tab, people.agent2, f"/queue?view={made.id}")
    await _act(tab, "queue.saved.SavedState", "delete")
    assert await as_person(people, "agent", saved_views.get_view, made.id)


async def test_a_view_that_is_not_theirs_shows_the_usual_queue(open_tab: Opener, people: World) -> None:
    secret = {"name": "Salaries of the board", "filters": {"tag": ["vpn"]}}
    made = await as_person(people, "agent", saved_views.create_view, secret)
    tab = await _open(open_tab, people.agent2, f"/queue?view={made.id}")
    assert tab.var(_queue(), "title") == "My groups"
    assert not any("Salaries" in frame for frame in tab.raw)


async def test_the_queue_opens_with_the_chosen_view(open_tab: Opener, people: World) -> None:
    made = await as_person(people, "agent", saved_views.create_view, {"name": "First"})
    tab = await _open(open_tab, people.agent, f"/queue?view={made.id}")
    await _act(tab, "queue.saved.SavedState", "set_default")
    again = await _open(open_tab, people.agent, "/queue")
    assert again.var(_queue(), "title") == "First"
    elsewhere = await _open(open_tab, people.agent, "/queue?view=all")
    assert elsewhere.var(_queue(), "title") == "All"


async def test_columns_are_each_persons_own_and_a_views(open_tab: Opener, people: World) -> None:
    tab = await _open(open_tab, people.agent, "/queue?view=all")
    usual = list(tab.var(_queue(), "columns"))
    await _act(tab, "queue.columns.ColumnsState", "toggle", name="tags")
    await _act(tab, "queue.columns.ColumnsState", "toggle", name="priority")
    await _act(tab, "queue.columns.ColumnsState", "move", name="tags", step=-1)
    await _act(tab, "queue.columns.ColumnsState", "toggle", name="subject")
    expected = [*usual[1:-1], "tags", usual[-1]]
    again = await _open(open_tab, people.agent, "/queue?view=all")
    assert again.var(_queue(), "columns") == expected
    fixed = {"name": "Narrow", "columns": ["subject"], "shared": "group", "group_id": people.it.group_id}
    made = await as_person(people, "agent", saved_views.create_view, fixed)
    for person in (people.agent, people.agent2):
        there = await _open(open_tab, person, f"/queue?view={made.id}")
        assert there.var(_queue(), "columns") == ["subject"]
    await _act(again, "queue.columns.ColumnsState", "as_usual")
    assert again.var(_queue(), "columns") == usual


async def test_a_rows_menu_acts_on_it_and_leaves_the_selection(open_tab: Opener, people: World) -> None:
    one, other = [await asyncio.to_thread(_file, people, title) for title in ("one", "other")]
    tab = await _open(open_tab, people.agent, "/queue?view=all")
    await _act(tab, "queue.state.QueueState", "select", ticket_id=other)
    await _act(tab, "queue.bulk.BulkState", "point", ticket_id=one)
    await _act(tab, "queue.bulk.BulkState", "set_priority", priority="High", aimed=True)
    await _act(tab, "queue.bulk.BulkState", "take", aimed=True)
    rows = {row["id"]: (row["priority"], row["assignee"]["id"]) for row in tab.var(_queue(), "rows")}
    assert rows == {one: ("High", people.agent.id), other: ("Medium", 0)}
    assert tab.var(_queue(), "selected") == [other]
    # the bar acts on what is selected, whatever menu was open before
    await _act(tab, "queue.bulk.BulkState", "offer", aimed=False)
    await _act(tab, "queue.bulk.BulkState", "assign", person_id=people.agent2.id)
    rows = {row["id"]: row["assignee"]["id"] for row in tab.var(_queue(), "rows")}
    assert rows == {one: people.agent.id, other: people.agent2.id}


async def test_what_somebody_changed_since_is_not_taken_back(open_tab: Opener, people: World) -> None:
    one, other = [await asyncio.to_thread(_file, people, title) for title in ("one", "other")]
    tab = await _open(open_tab, people.agent, "/queue?view=all")
    for ticket_id in (one, other):
        await _act(tab, "queue.state.QueueState", "select", ticket_id=ticket_id)
    await _act(tab, "queue.bulk.BulkState", "set_priority", priority="High", aimed=False)
    await asyncio.to_thread(lambda: tickets.take(people.actor("agent2"), one))
    await _act(tab, "queue.bulk.BulkState", "undo")
    rows = {row["id"]: (row["priority"], row["number"]) for row in tab.var(_queue(), "rows")}
    assert (rows[one][0], rows[other][0]) == ("High", "Medium")
    assert rows[one][1] in _toasts(tab)[-1]
    assert rows[other][1] not in _toasts(tab)[-1]
    assert tab.var(_state("queue.bulk.BulkState"), "busy") in (None, "")


async def test_a_manager_keeps_views_and_works_on_nothing(open_tab: Opener, people: World) -> None:
    one = await asyncio.to_thread(_file, people, "one")
    tab = await _open(open_tab, people.manager, "/queue?view=all")
    await _act(tab, "queue.saved.SavedState", "ask", which="new")
    readers = [one["value"] for one in tab.var(_state("queue.saved.SavedState"), "readers")]
    assert readers == ["private", f"group:{people.it.group_id}"]
    await _act(tab, "queue.saved.SavedState", "save", form=form(name="Watch", shared="staff"))
    assert await as_person(people, "manager", saved_views.list_views) == []
    await _act(tab, "queue.saved.SavedState", "save", form=form(name="Watch", shared="private"))
    assert [one.name for one in await as_person(people, "manager", saved_views.list_views)] == ["Watch"]
    await _act(tab, "queue.bulk.BulkState", "point", ticket_id=one)
    await _act(tab, "queue.bulk.BulkState", "take", aimed=True)
    assert (await as_person(people, "agent", tickets.get, one)).ticket.assigned_to is None


@pytest.mark.parametrize("shared", ["group:²", "group:" + "9" * 5000, "everybody", "group:", "staff:1"])
async def test_readers_that_there_are_not(open_tab: Opener, people: World, shared: str) -> None:
    tab = await _open(open_tab, people.agent, "/queue?view=all")
    await _act(tab, "queue.saved.SavedState", "ask", which="new")
    await _act(tab, "queue.saved.SavedState", "save", form=form(name="Mine", shared=shared))
    assert await as_person(people, "agent", saved_views.list_views) == []
    assert not any("Something went wrong" in toast for toast in _toasts(tab))


async def test_a_ticket_leads_back_to_the_saved_view(open_tab: Opener, people: World) -> None:
    one = await asyncio.to_thread(_file, people, "one", "vpn")
    await asyncio.to_thread(_file, people, "other")
    made = await as_person(
        people, "agent", saved_views.create_view, {"name": "VPN", "filters": {"tag": ["vpn"]}}
    )
    place = _state("tickets.place_state.PlaceState")
    tab = await open_tab(people.agent, f"/tickets/{one}?from=view%3D{made.id}")
    await tab.until(lambda: (tab.var(place, "place") or {}).get("title") == "VPN", timeout=10.0)
    found = tab.var(place, "place")
    assert (found["back"], found["previous"], found["next"]) == (f"/queue?view={made.id}", "", "")

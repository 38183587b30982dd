"""The bell on every page, and its own page."""

from __future__ import annotations

import asyncio

import pytest

from helpdesk.services import comments, tickets
from tests import factories
from tests.factories import World
from tests.ui.conftest import Opener
from tests.ui.doing import act, as_person, loaded

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_it_rings_live_and_is_read(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.bell.state import BellState

    tab = await open_tab(people.agent, "/queue?view=mine")
    await tab.until(lambda: tab.var(BellState, "unread") == "", timeout=10)
    filed = (await asyncio.to_thread(factories.make_ticket, people.client, people.it)).ticket
    await tab.until(lambda: tab.var(BellState, "unread") == "1", timeout=2)
    assert tab.var(BellState, "bells") == [], "no list before it was opened"
    await act(tab, f"{BellState.get_full_name()}.open")
    (row,) = tab.var(BellState, "bells")
    assert (row["who"], row["words"], row["number"], row["unread"]) == (
        people.client.name, "filed a request", filed.ticket_no, True,
    )  # fmt: skip
    await as_person(people, "client", comments.add, filed.id, "More of it")
    await tab.until(lambda: tab.var(BellState, "waiting") == 1, timeout=2)
    assert [one["id"] for one in tab.var(BellState, "bells")] == [row["id"]], "the list stays as it is"
    await act(tab, f"{BellState.get_full_name()}.open")
    assert (len(tab.var(BellState, "bells")), tab.var(BellState, "waiting")) == (2, 0)
    await act(tab, f"{BellState.get_full_name()}.take_as_read", bell_id=row["id"])
    assert tab.var(BellState, "unread") == "1"
    assert [one["unread"] for one in tab.var(BellState, "bells")] == [True, False]
    await act(tab, f"{BellState.get_full_name()}.take_all_as_read")
    assert tab.var(BellState, "unread") == ""
    assert not any(one["unread"] for one in tab.var(BellState, "bells"))


async def test_reading_in_one_tab_is_seen_in_another(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.bell.state import BellState

    await asyncio.to_thread(factories.make_ticket, people.client, people.it)
    one, other = await open_tab(people.agent), await open_tab(people.agent)
    await other.until(lambda: other.var(BellState, "unread") == "1", timeout=10)
    await act(one, f"{BellState.get_full_name()}.take_all_as_read")
    await other.until(lambda: other.var(BellState, "unread") == "", timeout=2)


async def test_earlier_ones_are_appended(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.bell.state import BellState

    def file_many() -> list[str]:
        return [factories.make_ticket(people.client, people.it).ticket.ticket_no for _ in range(23)]

    filed = await asyncio.to_thread(file_many)
    tab = await open_tab(people.agent)
    await act(tab, f"{BellState.get_full_name()}.open")
    assert (len(tab.var(BellState, "bells")), tab.var(BellState, "more")) == (20, True)
    await act(tab, f"{BellState.get_full_name()}.show_earlier")
    assert [row["number"] for row in tab.var(BellState, "bells")] == filed[::-1]
    assert tab.var(BellState, "more") is False


async def test_what_goes_out_of_sight_goes_from_the_list(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.bell.state import BellState

    made = await asyncio.to_thread(
        lambda: factories.make_ticket(people.client, people.it, watchers=(people.client2.id,))
    )
    await as_person(people, "agent", comments.add, made.ticket.id, "Hello")
    tab = await open_tab(people.client2)
    await act(tab, f"{BellState.get_full_name()}.open")
    (row,) = tab.var(BellState, "bells")
    await as_person(people, "client", tickets.set_watchers, made.ticket.id, [])
    await act(tab, f"{BellState.get_full_name()}.refresh")
    assert (tab.var(BellState, "bells"), tab.var(BellState, "unread")) == ([], "")
    await act(tab, f"{BellState.get_full_name()}.take_as_read", bell_id=row["id"])
    assert tab.var(BellState, "unread") == ""


async def test_the_page(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.app_state import AppState
    from helpdesk.ui.bell.page_state import BellPageState

    await asyncio.to_thread(factories.make_ticket, people.client, people.it)
    tab = await loaded(await open_tab(people.agent, "/notifications?view=unread"), BellPageState)
    (row,) = tab.var(BellPageState, "bells")
    await act(tab, f"{BellPageState.get_full_name()}.take_as_read", bell_id=row["id"])
    assert tab.var(BellPageState, "bells")[0]["unread"] is False
    await act(tab, f"{BellPageState.get_full_name()}.show_new")
    assert tab.var(BellPageState, "bells") == []
    await asyncio.to_thread(factories.make_ticket, people.client, people.it)
    await act(tab, f"{BellPageState.get_full_name()}.refresh")
    assert len(tab.var(BellPageState, "bells")) == 1, "an empty list shows what comes at once"
    await act(tab, f"{BellPageState.get_full_name()}.take_all_as_read")
    await act(tab, f"{BellPageState.get_full_name()}.take_as_read", bell_id="x")
    assert tab.var(AppState, "toasts")[-1]["kind"] == "bad"
    tab.path = "/notifications?cursor=nonsense"
    await act(tab, f"{BellPageState.get_full_name()}.load")
    assert tab.var(BellPageState, "problem") != ""

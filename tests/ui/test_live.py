"""Open pages follow what happens, and only those who may know of it are told."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.integrations import live as publisher
from helpdesk.services import comments, tickets
from helpdesk.services import live as live_service
from helpdesk.services import people as people_service
from helpdesk.ui import live
from tests import factories
from tests.factories import World
from tests.ui.conftest import Opener
from tests.ui.doing import as_person, hints_told

pytestmark = pytest.mark.asyncio(loop_scope="session")


def file_ticket(people: World) -> None:
    factories.make_ticket(people.actor("client"), people.it)


async def test_the_sidebars_counts_follow_a_new_ticket(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.app_state import AppState

    tab = await open_tab(people.agent)
    before = tab.var(AppState, "counts")["all"]
    await asyncio.to_thread(file_ticket, people)
    await tab.until(lambda: tab.var(AppState, "counts")["all"] == before + 1)


async def test_a_client_is_told_nothing_of_others_tickets(open_tab: Opener, people: World) -> None:
    tab = await open_tab(people.client2)
    heard = len(tab.raw)
    await asyncio.to_thread(file_ticket, people)
    await hints_told(tab)
    assert tab.raw[heard:] == []


async def test_a_lost_hint_heals_within_the_reconcile(
    open_tab: Opener, people: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from helpdesk.ui.app_state import AppState

    tab = await open_tab(people.agent)
    before = tab.var(AppState, "counts")["all"]
    monkeypatch.setattr(publisher, "publish", lambda *args, **kwargs: None)
    await asyncio.to_thread(file_ticket, people)
    await tab.until(lambda: tab.var(AppState, "counts")["all"] == before + 1, timeout=live.RECONCILE_S + 3)


async def test_a_note_is_no_news_for_the_requester(people: World) -> None:
    """Neither as a topic nor as a time: what `changed_since` names for the requester's side leaves notes out."""

    def act() -> tuple[int, dict[str, Any]]:
        made = factories.make_ticket(people.actor("client"), people.it)
        key = made.ticket.ticket_no
        after = tickets.get(people.actor("client"), key).ticket.updated_at
        comments.add(people.actor("agent"), key, "Between us.", is_internal=True)
        return made.ticket.id, live_service.changed_since(after)

    ticket_id, changed = await asyncio.to_thread(act)
    assert f"ticket_staff:{ticket_id}" in changed
    assert f"ticket:{ticket_id}" not in changed
    assert not any(topic.startswith("person:") for topic in changed)


async def test_a_restricted_groups_ticket_is_news_for_its_own_queues(people: World) -> None:
    """And where it came from, which it has left; nowhere else is even said that something happened."""

    def act() -> tuple[set[str], set[str]]:
        filed = factories.make_ticket(people.actor("client"), people.hr)
        hidden = live_service.changed_since(filed.ticket.created_at - timedelta(seconds=1))
        moved = factories.make_ticket(people.actor("client"), people.it)
        after = tickets.get(people.actor("client"), moved.ticket.id).ticket.updated_at
        place = {"group_id": people.hr.group_id}
        tickets.update(people.actor("agent"), moved.ticket.id, place, moved.ticket.version)
        return set(hidden), set(live_service.changed_since(after))

    hidden, moved = await asyncio.to_thread(act)
    theirs = {f"queue:{people.hr.group_id}", "queue_restricted"}
    assert {topic for topic in hidden if topic.startswith("queue")} == theirs
    assert {topic for topic in moved if topic.startswith("queue")} == theirs | {"queue"}


async def test_a_queue_hears_that_a_ticket_left_it(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.app_state import AppState

    made = await asyncio.to_thread(factories.make_ticket, people.client, people.it)
    there, before = await open_tab(people.agent), await open_tab(people.hr_agent)
    place, version = {"group_id": people.hr.group_id}, made.ticket.version
    await as_person(people, "agent2", tickets.update, made.ticket.id, place, version)
    await there.until(lambda: there.var(AppState, "counts")["all"] == 0)
    await before.until(lambda: before.var(AppState, "counts")["my_groups"] == 1)


async def test_a_closed_socket_is_forgotten(open_tab: Opener, people: World) -> None:
    from helpdesk.helpdesk import app

    tab = await open_tab(people.agent)
    assert await live.poke(app, ["counts"]) == 1
    await tab.close()
    assert await live.poke(app, ["counts"]) == 0


async def test_a_page_is_asked_once_until_it_has_read_and_misses_nothing(
    open_tab: Opener, people: World
) -> None:
    from helpdesk.helpdesk import app
    from helpdesk.ui.app_state import AppState

    tab = await open_tab(people.agent)
    before = tab.var(AppState, "counts")["all"]
    assert await live.poke(app, ["counts"]) == 1
    assert await live.poke(app, ["counts"]) == 0, "its browser has yet to call back"
    await tab.settle()
    assert await live.poke(app, ["counts"]) == 0, "it has just read"
    await asyncio.to_thread(file_ticket, people)
    await tab.until(lambda: tab.var(AppState, "counts")["all"] == before + 1)


async def test_a_mere_message_stirs_the_queue_but_no_count(open_tab: Opener, people: World) -> None:
    def taken() -> int:
        made = factories.make_ticket(people.actor("client"), people.it)
        tickets.take(people.actor("agent"), made.ticket.id)
        comments.add(people.actor("agent"), made.ticket.id, "We are on it.")  # the first one moves clocks
        return made.ticket.id

    ticket_id = await asyncio.to_thread(taken)
    queue, profile = await open_tab(people.agent, "/queue?view=all"), await open_tab(people.agent, "/profile")
    heard = len(queue.raw), len(profile.raw)
    await asyncio.to_thread(lambda: comments.add(people.actor("agent2"), ticket_id, "Soon."))
    await queue.until(lambda: len(queue.raw) > heard[0])
    await hints_told(profile)
    assert profile.raw[heard[1] :] == []
    await asyncio.to_thread(lambda: tickets.hold(people.actor("agent"), ticket_id, "third_party"))
    await profile.until(lambda: profile.raw[heard[1] :] != [])


async def test_a_page_that_is_behind_catches_up_in_one_event(open_tab: Opener, people: World) -> None:
    """The page first, then its frame; whatever is not behind is not read."""
    from helpdesk.ui.app_state import AppState
    from helpdesk.ui.queue.state import QueueState

    tab = await open_tab(people.agent, "/queue?view=all")
    before, shown = tab.var(AppState, "counts")["all"], tab.var(QueueState, "updates")
    heard = len(tab.raw)
    await asyncio.to_thread(file_ticket, people)
    await tab.until(lambda: tab.var(AppState, "counts")["all"] == before + 1)
    assert tab.var(QueueState, "updates") == shown + 1
    asked = [frame for frame in tab.raw[heard:] if '"events": [{' in frame or '"events":[{' in frame]
    assert len(asked) == 1
    assert "catch_up" in asked[0]


async def test_catching_up_asks_again_who_may(open_tab: Opener, people: World) -> None:
    """A page that was opened in another role reads nothing more."""
    from helpdesk.ui.home.state import HomeState

    tab = await open_tab(people.manager, "/home")
    before = tab.var(HomeState, "numbers")["created_today"]
    await asyncio.to_thread(
        lambda: people_service.update_user(people.actor("admin"), people.manager.id, {"role": "agent"})
    )
    await asyncio.to_thread(file_ticket, people)
    await hints_told(tab)
    assert tab.var(HomeState, "numbers")["created_today"] == before
    await asyncio.to_thread(
        lambda: people_service.update_user(people.actor("admin"), people.manager.id, {"role": "manager"})
    )
    await asyncio.to_thread(file_ticket, people)
    await tab.until(lambda: tab.var(HomeState, "numbers")["created_today"] == before + 2)


async def test_pages_take_turns_when_many_are_behind(
    open_tab: Opener, people: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One kind at a time here; a browser that never calls keeps the others waiting for a moment only."""
    from helpdesk.helpdesk import app

    alike = {(await open_tab(people.agent, path))._sid for path in ("/queue", "/queue?view=mine")}
    other = {(await open_tab(people.agent2, "/profile"))._sid}
    while live._turns or live._waiting:  # what was filed before
        await asyncio.sleep(0.05)
    told: list[str] = []

    async def emit(_event: str, _update: Any, to: str) -> None:
        told.append(to)

    monkeypatch.setattr(app.event_namespace, "emit", emit)
    monkeypatch.setattr(live, "PACE_S", 0.0)
    monkeypatch.setattr(live, "_AT_ONCE", 1)
    await live.poke(app, ["counts"])
    first, second = (alike, other) if told[0] in alike else (other, alike)
    assert sorted(told) == sorted(first)
    await asyncio.sleep(live._SILENT_S / 2)
    assert len(told) == len(first), "they have their turn"
    await asyncio.sleep(live._SILENT_S)
    assert sorted(told[len(first) :]) == sorted(second)

"""My requests: whose turn it is, what is closed, what is watched, and what a requester never hears of."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.services import comments, tickets
from tests import factories
from tests.factories import World
from tests.ui.conftest import Opener
from tests.ui.doing import go, hints_told, run
from tests.ui.protocol import Tab

pytestmark = pytest.mark.asyncio(loop_scope="session")

MARKER = "<reflex.Var>1</reflex.Var>"


def my() -> Any:
    from helpdesk.ui.my.state import MyState

    return MyState


def titles(tab: Tab, section: str) -> list[str]:
    return [row["title"] for row in tab.var(my(), section) or []]


def sections(tab: Tab) -> dict[str, list[str]]:
    return {section: sorted(titles(tab, section)) for section in ("needs", "working", "closed")}


def file(people: World, title: str, **new: Any) -> int:
    return factories.make_ticket(people.client, people.it, title, **new).ticket.id


def some(people: World) -> dict[str, int]:
    agent = people.actor("agent")
    made = {name: file(people, name) for name in ("open", "asked", "waits", "solved", "closed")}
    for name in ("asked", "waits", "solved", "closed"):
        tickets.take(agent, made[name])
    tickets.hold(agent, made["asked"], "requester")
    tickets.hold(agent, made["waits"], "third_party")
    tickets.set_status(agent, made["solved"], "Resolved", resolution_code="solved", resolution_text="Done")
    tickets.close(people.actor("client"), made["closed"])
    other = factories.make_ticket(people.client2, people.it, "watched one", watchers=(people.client.id,))
    made["watched"] = other.ticket.id
    made["strange"] = factories.make_ticket(people.client2, people.it, "strange one").ticket.id
    return made


async def test_what_needs_me_stands_first(open_tab: Opener, people: World) -> None:
    await run(some, people)
    tab = await open_tab(people.client, "/my")
    assert sections(tab) == {"needs": ["asked", "solved"], "working": ["open", "waits"], "closed": ["closed"]}
    said = {row["title"]: (row["mark"], row["next"], row["tone"]) for row in tab.var(my(), "needs")}
    assert said == {
        "asked": ("you", "Answer to go on", "b"),
        "solved": ("status", "Solved? Yes or not yet", "b"),
    }
    (closed,) = tab.var(my(), "closed")
    assert (closed["next"], closed["tone"]) == ("Rate the help", "link")


async def test_the_closed_section_shows_three_and_leads_to_all(open_tab: Opener, people: World) -> None:
    def close_many() -> None:
        client = people.actor("client")
        for number in range(5):
            tickets.close(client, file(people, f"c{number}"))

    await run(close_many)
    tab = await open_tab(people.client, "/my")
    assert len(titles(tab, "closed")) == 3
    assert tab.var(my(), "closed_total") == 5
    await go(tab, tab.var(my(), "links")["closed"])
    assert sorted(titles(tab, "closed")) == [f"c{number}" for number in range(5)]
    assert tab.var(my(), "closed_total") == 5
    assert titles(tab, "needs") == titles(tab, "working") == []


async def test_watching_shows_others_requests_alone(open_tab: Opener, people: World) -> None:
    await run(some, people)
    tab = await open_tab(people.client, "/my")
    assert tab.var(my(), "watching_total") == 1
    await go(tab, "/my?view=watching")
    assert sections(tab) == {"needs": [], "working": ["watched one"], "closed": []}
    assert " for " in tab.var(my(), "working")[0]["about"]
    assert not any("strange" in frame for frame in tab.raw)


async def test_pages_go_both_ways(open_tab: Opener, people: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from helpdesk.ui.my import state

    monkeypatch.setattr(state, "_PAGE", 2)

    def make() -> None:
        for number in range(5):
            file(people, f"n{number}")

    await run(make)
    tab = await open_tab(people.client, "/my")
    seen = [titles(tab, "working")]
    while older := tab.var(my(), "steps")["older"]:
        await go(tab, older)
        seen.append(titles(tab, "working"))
    assert seen == [["n4", "n3"], ["n2", "n1"], ["n0"]]
    assert tab.var(my(), "steps")["words"] == "5 requests"
    await go(tab, tab.var(my(), "steps")["newer"])
    assert titles(tab, "working") == ["n2", "n1"]


async def test_search_finds_open_closed_and_watched_ones(open_tab: Opener, people: World) -> None:
    from urllib.parse import quote

    from helpdesk.ui.app_state import AppState

    made = await run(some, people)
    await run(file, people, MARKER)
    tab = await open_tab(people.client, "/my?q=closed")
    assert sections(tab) == {"needs": [], "working": [], "closed": ["closed"]}
    await go(tab, "/my?q=watched")
    assert titles(tab, "working") == ["watched one"]
    await go(tab, "/my?q=strange")
    assert sections(tab) == {"needs": [], "working": [], "closed": []}
    number = (await run(lambda: tickets.get(people.actor("client"), made["asked"]))).ticket.ticket_no
    await go(tab, f"/my?q={number}")
    assert titles(tab, "needs") == ["asked"]
    sent = {"__reflex_form_data__": [["q", MARKER]]}
    await tab.event(f"{AppState.get_full_name()}.search", form=sent)
    assert tab.actions[-1]["payload"]["path"] == f"/my?q={quote(MARKER, safe='')}"
    await go(tab, "/my")
    assert MARKER in titles(tab, "working")


async def test_a_reply_is_shown_and_a_note_is_not(open_tab: Opener, people: World) -> None:
    """A note changes nothing that the requester's browser receives, not even that something happened."""
    made = await run(some, people)
    tab = await open_tab(people.client, "/my")
    await hints_told(tab)
    before = [dict(row) for row in tab.var(my(), "working")]
    heard = len(tab.raw)
    await run(lambda: comments.add(people.actor("agent"), made["open"], "Between us.", is_internal=True))
    await hints_told(tab)
    assert tab.raw[heard:] == []
    again = await open_tab(people.client, "/my")
    assert again.var(my(), "working") == before

    await run(lambda: tickets.take(people.actor("agent"), made["open"]))
    await tab.until(
        lambda: any(
            row["status"] == "Assigned" and row["title"] == "open" for row in tab.var(my(), "working")
        )
    )


async def test_everybody_sees_their_own_alone(open_tab: Opener, people: World) -> None:
    await run(some, people)
    tab = await open_tab(people.agent2, "/my")
    assert sections(tab) == {"needs": [], "working": [], "closed": []}
    assert tab.var(my(), "ready") is True


async def test_counts_and_what_needs_me_hold_on_every_page(
    open_tab: Opener, people: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from helpdesk.ui.my import state

    monkeypatch.setattr(state, "_PAGE", 2)

    def make() -> None:
        agent = people.actor("agent")
        for number in range(3):
            asked = file(people, f"asked {number}")
            tickets.take(agent, asked)
            tickets.hold(agent, asked, "requester")
        for number in range(3):
            file(people, f"open {number}")

    await run(make)
    tab = await open_tab(people.client, "/my")
    await tab.done()
    assert titles(tab, "needs") == ["asked 2", "asked 1"]
    assert titles(tab, "working") == ["open 2", "open 1"]
    assert (tab.var(my(), "needs_total"), tab.var(my(), "working_total")) == (3, 3)
    await go(tab, tab.var(my(), "steps")["older"])
    assert (titles(tab, "needs"), titles(tab, "working")) == ([], ["open 0"])
    assert (tab.var(my(), "needs_total"), tab.var(my(), "working_total")) == (3, 3)
    await go(tab, tab.var(my(), "links")["needs"])
    await go(tab, tab.var(my(), "steps")["older"])
    assert titles(tab, "needs") == ["asked 0"]


async def test_a_resolved_one_says_when_it_closes(open_tab: Opener, people: World) -> None:
    made = await run(some, people)
    tab = await open_tab(people.client, "/my")
    await tab.done()
    seen = await run(lambda: tickets.get(people.actor("client"), made["solved"]))
    closes = seen.ticket.closes_at
    assert closes is not None
    assert closes > (seen.ticket.resolved_at or closes)
    (row,) = [row for row in tab.var(my(), "needs") if row["title"] == "solved"]
    assert (row["hint"], row["hint_at"]) == (
        "Without an answer it closes ",
        closes.isoformat(timespec="seconds"),
    )

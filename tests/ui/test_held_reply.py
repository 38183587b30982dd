"""A reply that its writer began before others wrote: asked about in the composer, with nothing lost."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.services import comments, drafts
from helpdesk.ui.tickets.composer_state import ComposerState
from tests.factories import World
from tests.ui.conftest import Opener
from tests.ui.doing import as_person, run
from tests.ui.protocol import Tab
from tests.ui.test_ticket_page import filed, now, opened, texts

pytestmark = pytest.mark.asyncio(loop_scope="session")


def notice(tab: Tab) -> Any:
    return tab.var(ComposerState, "held")


async def begun(tab: Tab, call: Any, text: str) -> None:
    await call(ComposerState, "keep", mode="reply", box=tab.var(ComposerState, "box"), text=text)


async def said(people: World, made: Any) -> list[str]:
    return [one.message for one in (await run(now, people, made)).comments]


async def test_what_was_written_meanwhile_is_told_before_sending(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    tab, call = await opened(open_tab, people.agent, made)
    await begun(tab, call, "On my")
    other = await as_person(people, "agent2", comments.add, made.ticket.id, "I am there already")
    # also where the page showed it meanwhile: it was written after the reply was begun
    await tab.until(lambda: "there already" in texts(tab), timeout=15)
    await call(ComposerState, "send_reply", form={"message": "On my way", "seen": ""})
    assert await said(people, made) == ["I am there already"]
    assert notice(tab)["who"] == "Ben Agent"
    assert notice(tab)["text"] == "I am there already"
    assert notice(tab)["entry"] == f"entry-c{other.id}"
    assert tab.var(ComposerState, "draft") == "On my way"
    # pressed twice: the form that was sent knew of nothing yet
    await call(ComposerState, "send_reply", form={"message": "On my way", "seen": ""})
    assert len(await said(people, made)) == 1
    await call(ComposerState, "send_reply", form={"message": "On my way", "seen": notice(tab)["seen"]})
    assert await said(people, made) == ["I am there already", "On my way"]
    assert notice(tab)["seen"] == ""
    assert tab.var(ComposerState, "draft") == ""


async def test_read_first_keeps_the_reply_and_asks_no_second_time(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    tab, call = await opened(open_tab, people.client, made)
    await begun(tab, call, "It still")
    await as_person(people, "agent", comments.add, made.ticket.id, "Try again")
    await call(ComposerState, "send_reply", form={"message": "It still burns"})
    assert notice(tab)["who"] == "Ada Agent"
    await call(ComposerState, "read_first")
    assert notice(tab)["seen"] == ""
    kept = await as_person(people, "client", drafts.load, f"ticket:{made.ticket.id}:reply")
    assert kept.body["message"] == "It still burns"
    await call(ComposerState, "send_reply", form={"message": "It still burns, truly"})
    assert (await said(people, made))[-1] == "It still burns, truly"


async def test_a_draft_of_yesterday_is_held_when_the_thread_went_on(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    first = await as_person(people, "client", comments.add, made.ticket.id, "Are you coming?")
    tab, call = await opened(open_tab, people.agent, made)
    await begun(tab, call, "Tomorrow")
    await tab.close()
    await as_person(people, "client", comments.add, made.ticket.id, "Not needed any more")
    kept = await as_person(people, "agent", drafts.load, f"ticket:{made.ticket.id}:reply")
    assert kept.body["seen"] == first.id
    tab, call = await opened(open_tab, people.agent, made)
    assert tab.var(ComposerState, "draft") == "Tomorrow"
    await call(ComposerState, "send_reply", form={"message": "Tomorrow"})
    assert notice(tab)["text"] == "Not needed any more"


async def test_whoever_has_read_everything_is_not_asked(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    tab, call = await opened(open_tab, people.agent, made)
    await begun(tab, call, "Hm")
    await begun(tab, call, "")
    await as_person(people, "client", comments.add, made.ticket.id, "It is on the third floor")
    await tab.until(lambda: "third floor" in texts(tab), timeout=15)
    await call(ComposerState, "send_reply", form={"message": "Thanks"})
    await as_person(people, "agent2", comments.add, made.ticket.id, "A note holds nothing", True)
    await call(ComposerState, "send_reply", form={"message": "Coming"})
    assert (await said(people, made))[-1] == "Coming"


@pytest.mark.parametrize("made_up", ["4711", "-1", "x", "9" * 40, None])
async def test_a_made_up_answer_sends_nothing_unread(
    open_tab: Opener, people: World, made_up: str | None
) -> None:
    made = await run(filed, people)
    tab, call = await opened(open_tab, people.client, made)
    await begun(tab, call, "Mine")
    await as_person(people, "agent", comments.add, made.ticket.id, "Theirs")
    await call(ComposerState, "send_reply", form={"message": "Mine", "seen": made_up})
    assert await said(people, made) == ["Theirs"]

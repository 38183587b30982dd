"""A secret in a note, its file, its tag: no open page of a requester is told, asked or changed because of it.

Every page that a client can open stands open over its websocket, with each of its filters and searches, while staff do
all that the product rules keep from requesters. Not one frame may come of that: a frame without words still says that
something happened, and when. The same pages opened anew, and every handler that only reads, give what they gave before.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from helpdesk.domain.enums import Role
from helpdesk.services import comments, tickets
from helpdesk.services import live as live_service
from helpdesk.ui import live
from helpdesk.ui.guard import http, sockets
from tests.conftest import Mail
from tests.factories import Person, World, actor_for, make_ticket, make_user
from tests.strangers import tally
from tests.strangers.behind import SECRET, TAG, Traces, act_in_secret, deliver, let_timers_run
from tests.ui.client_pages import CHANGES, PAGES, READS
from tests.ui.conftest import Opener, cookie_of
from tests.ui.doing import as_person, hints_told
from tests.ui.frames import NAMESPACE
from tests.ui.protocol import Tab
from tests.ui.test_fence import handlers

pytestmark = pytest.mark.asyncio(loop_scope="session")

_FOLLOW = ("/my", "/tickets/")  # the pages that a public message changes
# made anew for each toast, each upload box, and for what is promised to a request that would be filed now
_EACH_TIME = re.compile(r'"(id|box_rx_state_|answer_due|solved_due)": ?"([0-9a-f]{8}|20[0-9T:+-]+)"')


@dataclass(frozen=True)
class Case:
    """Two requests in this order, the first taken and answered; whom it concerns, by their part in it."""

    world: World
    sides: dict[str, Person]
    id: int
    number: str

    def address(self, template: str) -> str:
        it = self.world.it
        details = f"/new?group={it.group_id}&category={it.category_id}&subcategory={it.subcategory_id}"
        values = {
            "{details}": details,
            "{group}": str(it.group_id),
            "{id}": str(self.id),
            "{number}": self.number,
        }
        for name, value in values.items():
            template = template.replace(name, value)
        return template

    def act(self) -> Traces:
        agent, other = self.world.actor("agent"), self.world.actor("agent2")
        traces = act_in_secret(agent, other, self.sides["bystander"].id, self.id)
        let_timers_run(agent, self.id)
        deliver()
        return traces


@pytest_asyncio.fixture(loop_scope="session")
async def case(people: World, mailbox: Mail, monkeypatch: pytest.MonkeyPatch) -> Case:
    """More pages are open here than one person may have, and more is asked than one person can."""
    monkeypatch.setattr(sockets, "MAX_SOCKETS_PER_USER", 1000)
    monkeypatch.setattr(http, "EVENT_BURST", 10**9)
    return await asyncio.to_thread(_make_case, people)


def _make_case(people: World) -> Case:
    sides = {"who filed": people.client, "for whom": people.client2}
    sides |= {
        name: make_user(Role.CLIENT, f"Wanda {name.title()}") for name in ("watcher", "stranger", "bystander")
    }
    first = make_ticket(
        people.client, people.it, requested_for=people.client2.id, watchers=(sides["watcher"].id,)
    )
    make_ticket(people.client, people.it, "Another printer", requested_for=people.client2.id)
    agent = people.actor("agent")
    tickets.take(agent, first.ticket.id)
    comments.add(agent, first.ticket.id, "We are on it.")
    deliver()
    return Case(people, sides, first.ticket.id, first.ticket.ticket_no)


async def _open_all(open_tab: Opener, case: Case, cookie: str) -> dict[str, Tab]:
    """Every page under each of its addresses."""
    addresses = [case.address(one) for found in PAGES.values() for one in found]
    return {one: await open_tab(None, one, cookie=cookie) for one in addresses}


class _Silence:
    """From now on these tabs are to hear nothing."""

    def __init__(self, tabs: dict[str, Tab]) -> None:
        self.tabs, self.since = tabs, datetime.now(UTC)
        self.heard = {address: len(tab.raw) for address, tab in tabs.items()}

    async def holds(self, *others: Tab) -> None:
        """All hints have passed, and then, as after a loss of them all, what a comparison with the database finds.

        Neither has a frame come, nor is one owed that the pace of its page still holds back.
        """
        from helpdesk.helpdesk import app

        every = [*self.tabs.values(), *others]
        await hints_told(*every)
        await live.poke(app, await asyncio.to_thread(live_service.changed_since, self.since))
        for tab in every:
            await tab.settle()
        assert {one: tab.raw[self.heard[one] :] for one, tab in self.tabs.items() if self.broken(one)} == {}
        owed = {one: live._interests[tab._sid].behind for one, tab in self.tabs.items()}
        assert {one: names for one, names in owed.items() if names} == {}

    def broken(self, address: str) -> bool:
        return len(self.tabs[address].raw) > self.heard[address]


def _frames(tab: Tab, since: int = 0) -> list[str]:
    """What the server said, without what it repeats of the very connection."""
    found = [_EACH_TIME.sub(r'"\1":""', text) for text in tab.raw[since:] if text.startswith("42")]
    for _ in found:
        tally.count("frames of the canary crawl", "compared")
    return [_without_connection(json.loads(text.partition(NAMESPACE)[2])) for text in found]


def _without_connection(message: list[Any]) -> str:
    for update in message[1:]:
        for values in (update.get("delta") or {}).values():
            for name in [name for name in values if name.startswith("rx_router_")]:
                del values[name]
    return json.dumps(message, sort_keys=True)


def _telling(frames: Iterable[str], traces: Traces, asked: object) -> list[str]:
    """The frames with one of the secret's words, but for what somebody `asked` for and is told back."""
    words = [word for word in (*traces.words, TAG) if word not in str(asked)]
    return [text[:500] for text in frames if any(word in text for word in words)]


def _differences(before: Iterable[str], after: Iterable[str]) -> list[str]:
    """Where two talks part, with the words around it."""
    found: list[str] = []
    for one, other in itertools.zip_longest(before, after, fillvalue=""):
        if one != other:
            at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
            found.append(f"{one[max(0, at - 300) : at + 100]} / {other[at : at + 100]}")
    return found


def _short(name: str, fn: Any) -> str:
    return fn.__qualname__.split(".<locals>.")[-1]


async def test_every_page_and_handler_is_decided_on(asgi: Any) -> None:
    from helpdesk.ui.guard.events import may_call
    from helpdesk.ui.pages import discover

    assert {spec.route for spec in discover()} == PAGES.keys()
    open_to_clients = {
        _short(name, fn)
        for name, fn in handlers().items()
        if may_call(fn, Role.CLIENT) and not fn.__module__.startswith("reflex")
    }
    assert open_to_clients == READS.keys() | CHANGES


@pytest.mark.parametrize("side", ["who filed", "for whom", "watcher", "stranger"])
async def test_no_frame_comes_of_what_staff_do_in_secret(open_tab: Opener, case: Case, side: str) -> None:
    cookie = await asyncio.to_thread(cookie_of, case.sides[side])
    agent = await open_tab(case.world.agent2, f"/tickets/{case.number}")
    tabs = await _open_all(open_tab, case, cookie)
    silence = _Silence(tabs)
    traces = await asyncio.to_thread(case.act)
    await silence.holds(agent)
    await agent.until(lambda: SECRET in "".join(agent.raw))  # and it is not because nothing is told
    for address, tab in tabs.items():
        again = await open_tab(None, address, cookie=cookie)
        assert _differences(_frames(tab), _frames(again)) == [], address
        assert _telling(again.raw, traces, address) == [], address
        await again.close()


async def test_the_same_pages_hear_what_is_public(open_tab: Opener, case: Case) -> None:
    """The silence above is not deafness."""
    cookie = await asyncio.to_thread(cookie_of, case.sides["who filed"])
    tabs = await _open_all(open_tab, case, cookie)
    silence = _Silence(tabs)
    await as_person(case.world, "agent", comments.add, case.id, "Done, I think.")
    await hints_told(*tabs.values())
    for address, tab in tabs.items():
        if address.startswith(_FOLLOW):
            await tab.until(lambda address=address: silence.broken(address))


async def test_a_restricted_groups_secrets_stir_no_page_of_other_staff(open_tab: Opener, case: Case) -> None:
    """An agent and a manager of another group, who asked something there: their queue is not their request."""
    from helpdesk.ui.mailbox.state import MailboxState

    world = case.world

    def make() -> tuple[int, str, Person]:
        made = make_ticket(world.agent, world.hr, "My leave")
        hr = world.actor("hr_agent")
        tickets.set_watchers(hr, made.ticket.id, [world.manager.id])
        deliver()
        return made.ticket.id, made.ticket.ticket_no, make_user(Role.AGENT, group_ids=[world.hr.group_id])

    ticket_id, number, colleague = await asyncio.to_thread(make)
    pages = ("/queue", "/queue?view=all", "/home", "/my", f"/tickets/{number}", "/mailbox", "/notifications")
    tabs = {
        f"{one.name} at {page}": await open_tab(one, page)
        for one in (world.agent, world.manager)
        for page in pages
    }
    theirs = await open_tab(world.hr_agent, "/queue")
    mails = await open_tab(world.hr_agent, "/mailbox")
    silence, heard = _Silence(tabs), len(theirs.raw)

    def act() -> None:
        act_in_secret(world.actor("hr_agent"), actor_for(colleague), case.sides["bystander"].id, ticket_id)
        deliver()

    await asyncio.to_thread(act)
    await silence.holds(theirs, mails)
    await theirs.until(lambda: len(theirs.raw) > heard)
    await mails.until(lambda: mails.var(MailboxState, "waiting"))  # of the mention in the answer


async def _ask_all(open_tab: Opener, case: Case, cookie: str) -> dict[str, list[str]]:
    """What the ticket's page opens with, and what each reading handler answers in it."""
    tab = await open_tab(None, f"/tickets/{case.number}", cookie=cookie)
    names = {_short(name, fn): name for name, fn in handlers().items()}
    answers = {"opening": _frames(tab)}
    for short, payload in READS.items():
        before = len(tab.raw)
        given = {name: case.id if value == "{id}" else value for name, value in payload.items()}
        await tab.event(names[short], **given)
        answers[short] = _frames(tab, before)
    await tab.close()
    return answers


@pytest.mark.parametrize("side", ["who filed", "watcher"])
async def test_no_handler_answers_otherwise(open_tab: Opener, case: Case, side: str) -> None:
    cookie = await asyncio.to_thread(cookie_of, case.sides[side])
    before = await _ask_all(open_tab, case, cookie)
    traces = await asyncio.to_thread(case.act)
    after = await _ask_all(open_tab, case, cookie)
    for name, frames in after.items():
        assert _differences(before[name], frames) == [], name
        assert _telling(frames, traces, READS.get(name)) == [], name


async def test_an_agent_is_answered_otherwise(open_tab: Opener, case: Case) -> None:
    """Were nothing written, or nothing read, the test above could not fail."""
    cookie = await asyncio.to_thread(cookie_of, case.world.agent2)
    before = await _ask_all(open_tab, case, cookie)
    await asyncio.to_thread(case.act)
    after = await _ask_all(open_tab, case, cookie)
    differ = {name for name, frames in after.items() if frames != before[name]}
    assert {"opening", "BellState.open", "BellPageState.refresh"} <= differ

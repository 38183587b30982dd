"""Every verb that leaves something behind has a case of parity, or a reason why it has one door."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core.db import transaction
from helpdesk.integrations import presence
from helpdesk.models.person import audit_log
from tests import factories, verbs
from tests.client import Api
from tests.factories import World
from tests.ui.conftest import Opener, cookie_of
from tests.ui.doing import loaded
from tests.ui.parity import admin, bulk, conversation, personal, queue, stages, tickets
from tests.ui.parity.acts import Act, handler_of

ui = pytest.mark.asyncio(loop_scope="session")

TABLES = (admin.ACTS, bulk.ACTS, conversation.ACTS, personal.ACTS, queue.ACTS, tickets.ACTS)
ELSEWHERE = {
    "presence.be": "below: it is kept in Valkey",
    "tickets.create": "tests/ui/test_parity_filing.py: a walk through the wizard",
    "tickets.export": "below: the same bytes",
}
_NOBODY = "acts for nobody: a timer, the worker or the shell"
_BEFORE = "runs in front of every event and every request"
_ROUTE = "the page's own script calls the route"
ONE_DOOR = {
    "attachments.attach": "the browser sends files with a message (`comments.add`)",
    "attachments.store_upload": _ROUTE,
    "attachments.sweep_uploads": _NOBODY,
    "housekeeping.forget_old": _NOBODY,
    "idempotency.first_answer": "a part of other verbs",
    "idempotency.forget_old": _NOBODY,
    "idempotency.keep": "a part of other verbs",
    "jobs.forget_old": _NOBODY,
    "jobs.run_due": _NOBODY,
    "notifications.deliver_due": _NOBODY,
    "people.set_password": "the shell's; both faces use `people.update_user`",
    "sessions.actor_of_access_token": _BEFORE,
    "sessions.actor_of_cookie": _BEFORE,
    "sessions.actors_of_cookies": _BEFORE,
    "sessions.login": "programs alone have tokens",
    "sessions.logout": "programs alone have tokens",
    "sessions.record_denial": _BEFORE,
    "sessions.refresh": "programs alone have tokens",
    "sessions.sign_in": _ROUTE,
    "sessions.sign_out": _ROUTE,
    "sla.sweep_auto_close": _NOBODY,
    "sla.sweep_holds": _NOBODY,
    "sla.sweep_steps": _NOBODY,
    "spelling.learn": _NOBODY,
    "spelling.relearn": _NOBODY,
    "tickets.get": "reads; that an admin read a restricted ticket is written down in the service",
    "tokens.actor_of_token": _BEFORE,
}


def _acts() -> list[Act]:
    return [act for table in TABLES for act in table.values()]


def test_every_verb_that_writes_has_a_case_or_a_reason() -> None:
    writing = verbs.writing()
    assert len(writing) > 50, "the search finds them"
    cases = {act.verb for act in _acts() if act.api_verb in {"", act.verb}} | ELSEWHERE.keys()
    assert sorted(writing - cases - ONE_DOOR.keys()) == [], "neither a case of parity nor a reason"
    assert sorted((cases | ONE_DOOR.keys()) - writing) == [], "named, but there is no such verb that writes"
    assert sorted(cases & ONE_DOOR.keys()) == [], "two doors after all"


def test_the_search_knows_reading_from_writing() -> None:
    writing = verbs.writing()
    assert {"tickets.take", "tree.delete_node", "presence.be", "sessions.me"} - writing == {"sessions.me"}


# ---- what is not compared by rows ------------------------------------------------------------------------------------


def _seen(ticket_id: int) -> dict[int, str]:
    """Who is on the ticket; then nobody is any more."""
    found = {person: str(doing) for person, doing in presence.present(ticket_id).items()}
    client: Any = presence._client()
    client.delete(presence._key(ticket_id))
    return found


@ui
@pytest.mark.parametrize(
    ("who", "doing", "status"),
    [
        ("agent", "noting", 200),
        ("client", "replying", 200),
        ("manager", "looking", 200),
        ("manager", "noting", 422),
        ("client2", "noting", 422),
        ("client2", "looking", 404),
        ("agent", "dancing", 422),
    ],
)
async def test_presence(open_tab: Opener, people: World, who: str, doing: str, status: int) -> None:
    def file() -> int:
        made = factories.make_ticket(people.client, people.it).ticket.id
        presence.reset()
        _seen(made)  # ids start anew with each test's database
        return made

    ticket_id = await asyncio.to_thread(file)
    person = getattr(people, who)
    tab = await open_tab(person, f"/tickets/{ticket_id}")
    await tab.event(handler_of("tickets.presence_state.PresenceState.beat"), ticket_id=ticket_id, doing=doing)
    by_page = await asyncio.to_thread(_seen, ticket_id)

    def by_api() -> tuple[int, dict[int, str]]:
        answer = Api().login(person).put(f"/api/v1/tickets/{ticket_id}/presence", json={"doing": doing})
        return answer.status_code, _seen(ticket_id)

    expected = {person.id: doing} if status == 200 else {}
    assert (await asyncio.to_thread(by_api), by_page) == ((status, expected), expected)


def _exports() -> list[dict[str, Any]]:
    with transaction() as s:
        a = audit_log.c
        rows = s.execute(select(a.actor_id, a.data).where(a.action == "tickets.export").order_by(a.seq))
        return [dict(row._mapping) for row in rows]


@ui
async def test_the_queue_as_csv(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.queue.state import QueueState

    for make in (stages.new_ticket, stages.tagged, stages.held, stages.resolved):
        await asyncio.to_thread(make, people)
    page = "/queue?view=open&tag=vpn&sort=-ticket_no"
    tab = await loaded(await open_tab(people.manager, page), QueueState)
    path = "/api/v1/admin/tickets/export.csv"

    def by_page() -> bytes:
        client = Api().client()
        client.cookies.set("hd_session", cookie_of(people.manager))
        return client.get(tab.var(QueueState, "export")).content

    def by_api() -> bytes:
        asked = {"status": ["Open", "Assigned", "In Progress"], "tag": "vpn", "sort": "-ticket_no"}
        return Api().login(people.manager).get(path, params=asked).content

    one, other = await asyncio.to_thread(by_page), await asyncio.to_thread(by_api)
    assert one == other
    assert one.count(b"\n") == 2, "the head and the one with the tag"
    first, second = await asyncio.to_thread(_exports)
    assert first == second
    for who in (people.agent, people.client):
        tab = await open_tab(who, page)
        assert not tab.var(QueueState, "export")
        assert (await asyncio.to_thread(lambda who=who: Api().login(who).get(path))).status_code == 403
    assert len(await asyncio.to_thread(_exports)) == 2

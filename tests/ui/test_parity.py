"""Two faces, one effect: the same act through a handler and through the API leaves the same rows, or none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import func, select

from helpdesk.core.db import transaction
from helpdesk.models.notification import notification_logs
from helpdesk.models.ticket import ticket_history
from helpdesk.services import tickets
from tests import factories
from tests.client import Api
from tests.factories import Person, World
from tests.traces import traces_of
from tests.ui.conftest import Opener
from tests.ui.protocol import Tab

pytestmark = pytest.mark.asyncio(loop_scope="session")


def new_ticket(people: World) -> int:
    return factories.make_ticket(people.client, people.it, watchers=(people.client2.id,)).ticket.id


def taken(people: World) -> int:
    ticket_id = new_ticket(people)
    tickets.take(people.actor("agent"), ticket_id)
    return ticket_id


def held(people: World) -> int:
    ticket_id = taken(people)
    tickets.hold(people.actor("agent"), ticket_id, "third_party")
    return ticket_id


def resolved(people: World) -> int:
    ticket_id = taken(people)
    tickets.set_status(
        people.actor("agent"), ticket_id, "Resolved", resolution_code="solved", resolution_text="A new fuse"
    )
    return ticket_id


@dataclass(frozen=True)
class Act:
    """One verb: by whom, on what, as the handler's event and as the request."""

    by: str
    before: Callable[[World], int]
    page: str  # {id}: the ticket
    event: tuple[str, Callable[[World], dict[str, Any]]]  # state and handler
    request: tuple[str, str, Callable[[World, int], Any]]
    first: tuple[tuple[str, dict[str, Any]], ...] = ()  # events before it
    strangers: tuple[str, ...] = ("manager", "client2")  # may not do it; client2 watches


def _bulk(action: str, **more: Any) -> Callable[[World, int], Any]:
    return lambda people, ticket_id: {"ids": [ticket_id], "action": action, **more}


QUEUE, BULK = "/queue?view=all", "/api/v1/admin/tickets/bulk"
RESOLVE = {"code": "solved", "text": "A new fuse"}
RESOLVED = {"status": "Resolved", "resolution_code": "solved", "resolution_text": "A new fuse"}
ACTS: dict[str, Act] = {
    "bulk assign": Act(
        "agent",
        new_ticket,
        QUEUE,
        ("queue.bulk.BulkState.assign", lambda people: {"person_id": people.agent2.id}),
        ("POST", BULK, lambda people, one: _bulk("assign", assigned_to=people.agent2.id)(people, one)),
    ),
    "bulk take": Act(
        "agent",
        new_ticket,
        QUEUE,
        ("queue.bulk.BulkState.take", lambda _: {}),
        ("POST", "/api/v1/admin/tickets/{id}/take", lambda *_: None),
    ),
    "bulk priority": Act(
        "agent",
        new_ticket,
        QUEUE,
        ("queue.bulk.BulkState.set_priority", lambda _: {"priority": "High"}),
        ("POST", BULK, _bulk("priority", priority="High")),
    ),
    "bulk status": Act(
        "agent",
        taken,
        QUEUE,
        ("queue.bulk.BulkState.set_status", lambda _: {"status": "In Progress"}),
        ("PUT", "/api/v1/admin/tickets/{id}/status", lambda *_: {"status": "In Progress"}),
    ),
    "bulk resolve": Act(
        "agent",
        taken,
        QUEUE,
        ("queue.bulk.BulkState.resolve", lambda _: {"form": RESOLVE}),
        ("PUT", "/api/v1/admin/tickets/{id}/status", lambda *_: RESOLVED),
    ),
    "bulk hold": Act(
        "agent",
        taken,
        QUEUE,
        ("queue.bulk.BulkState.hold", lambda _: {"form": {"reason": "approval", "until": ""}}),
        ("PUT", "/api/v1/admin/tickets/{id}/hold", lambda *_: {"reason": "approval", "until": None}),
    ),
    "bulk category": Act(
        "agent",
        new_ticket,
        QUEUE,
        (
            "queue.bulk.BulkState.move",
            lambda people: {"form": {"category": f"{people.hr.group_id}:{people.hr.category_id}:0"}},
        ),
        (
            "POST",
            BULK,
            lambda people, one: _bulk(
                "category", group_id=people.hr.group_id, category_id=people.hr.category_id
            )(people, one),
        ),
    ),
}


_JSON = {"Content-Type": "application/json"}
NULL = "null"  # as a body; None sends none
PAGE, ADMIN, OWN = "/tickets/{id}", "/api/v1/admin/tickets/{id}", "/api/v1/tickets/{id}"


def _update(**changes: Any) -> Callable[[World, int], Any]:
    def body(people: World, ticket_id: int) -> Any:
        return changes | {"version": tickets.get(people.actor("agent"), ticket_id).ticket.version}

    return body


def _edit(handler: str, **payload: Any) -> tuple[str, Callable[[World], dict[str, Any]]]:
    return f"tickets.{handler}", lambda _: payload


def _move(people: World) -> dict[str, Any]:
    return {"form": {"place": f"{people.it.group_id}:{people.it.category_id}:{people.it.subcategory_ids[1]}"}}


def _moved(people: World, ticket_id: int) -> Any:
    it = people.it
    places = {"group_id": it.group_id, "category_id": it.category_id, "subcategory_id": it.subcategory_ids[1]}
    return _update(**places)(people, ticket_id)


ACTS |= {
    "take": Act(
        "agent",
        new_ticket,
        PAGE,
        _edit("edit_state.EditState.take"),
        ("POST", ADMIN + "/take", lambda *_: None),
    ),
    "assign": Act(
        "agent",
        new_ticket,
        PAGE,
        ("tickets.edit_state.EditState.assign", lambda people: {"person_id": people.agent2.id}),
        ("PUT", ADMIN + "/assign", lambda people, _: {"assigned_to": people.agent2.id}),
    ),
    "unassign": Act(
        "agent",
        held,
        PAGE,
        _edit("edit_state.EditState.assign", person_id=0),
        ("PUT", ADMIN + "/assign", lambda *_: {"assigned_to": None}),
    ),
    "priority": Act(
        "agent",
        taken,
        PAGE,
        _edit("edit_state.EditState.set_priority", priority="Critical"),
        ("PUT", ADMIN, _update(priority="Critical")),
    ),
    "title": Act(
        "agent",
        taken,
        PAGE,
        _edit("dialog_state.DialogState.retitle", form={"title": "Better words"}),
        ("PUT", ADMIN, _update(title="Better words")),
        first=(("tickets.dialog_state.DialogState.show", {"which": "title"}),),
    ),
    "topic": Act(
        "agent",
        taken,
        PAGE,
        ("tickets.dialog_state.DialogState.move", _move),
        ("PUT", ADMIN, _moved),
        first=(("tickets.dialog_state.DialogState.show", {"which": "topic"}),),
    ),
    "start": Act(
        "agent",
        taken,
        PAGE,
        _edit("edit_state.EditState.set_status", status="In Progress"),
        ("PUT", ADMIN + "/status", lambda *_: {"status": "In Progress"}),
    ),
    "resolve": Act(
        "agent",
        held,
        PAGE,
        _edit("dialog_state.DialogState.resolve", form=RESOLVE),
        ("PUT", ADMIN + "/status", lambda *_: RESOLVED),
        first=(("tickets.dialog_state.DialogState.show", {"which": "resolve"}),),
    ),
    "hold": Act(
        "agent",
        taken,
        PAGE,
        _edit("dialog_state.DialogState.hold", form={"reason": "requester", "until": ""}),
        ("PUT", ADMIN + "/hold", lambda *_: {"reason": "requester", "until": None}),
        first=(("tickets.dialog_state.DialogState.show", {"which": "hold"}),),
    ),
    "release": Act(
        "agent",
        held,
        PAGE,
        _edit("dialog_state.DialogState.release"),
        ("PUT", ADMIN + "/hold", lambda *_: NULL),
    ),
    "reply": Act(
        "agent",
        taken,
        PAGE,
        _edit("composer_state.ComposerState.send_reply", form={"message": "Which tray?"}),
        ("POST", OWN + "/comments", lambda *_: {"message": "Which tray?"}),
        strangers=("manager",),
    ),
    "note": Act(
        "agent",
        taken,
        PAGE,
        _edit("composer_state.ComposerState.send_note", form={"message": "The old one"}),
        ("POST", OWN + "/comments", lambda *_: {"message": "The old one", "is_internal": True}),
        first=(("tickets.composer_state.ComposerState.set_mode", {"mode": "note"}),),
    ),
    "requester's reply": Act(
        "client",
        held,
        PAGE,
        _edit("composer_state.ComposerState.send_reply", form={"message": "Any news?"}),
        ("POST", OWN + "/comments", lambda *_: {"message": "Any news?"}),
        strangers=("manager",),
    ),
    "confirm": Act(
        "client",
        resolved,
        PAGE,
        _edit("requester_state.RequesterState.confirm"),
        ("POST", OWN + "/close", lambda *_: {}),
    ),
    "withdraw": Act(
        "client",
        taken,
        PAGE,
        _edit("requester_state.RequesterState.withdraw"),
        ("POST", OWN + "/close", lambda *_: {}),
    ),
    "not yet": Act(
        "client",
        resolved,
        PAGE,
        _edit("requester_state.RequesterState.not_yet", form={"reason": "It still burns"}),
        ("POST", OWN + "/reopen", lambda *_: {"reason": "It still burns"}),
    ),
    "rate": Act(
        "client",
        resolved,
        PAGE,
        _edit("requester_state.RequesterState.rate", stars=4),
        ("POST", OWN + "/rating", lambda *_: {"rating": 4}),
    ),
    "tag": Act(
        "agent",
        taken,
        PAGE,
        _edit("tag_state.TagState.add", form={"tag": "VPN"}),
        ("PUT", ADMIN + "/tags", lambda *_: {"tags": ["vpn"]}),
    ),
    "watch": Act(
        "client",
        taken,
        PAGE,
        ("tickets.watch_state.WatchState.add", lambda people: {"person_id": people.manager.id}),
        ("PUT", OWN + "/watchers", lambda people, _: {"user_ids": [people.client2.id, people.manager.id]}),
        strangers=("manager",),
    ),
}


def _state(name: str) -> tuple[str, str]:
    """The framework's name of a State, and the handler's."""
    import importlib

    module, state, handler = name.rsplit(".", 2)
    found = getattr(importlib.import_module(f"helpdesk.ui.{module}"), state)
    return str(found.get_full_name()), handler


async def _through_the_ui(open_tab: Opener, people: World, person: Person, act: Act, ticket_id: int) -> Tab:
    tab = await open_tab(person, act.page.format(id=ticket_id))
    state, handler = _state(act.event[0])
    if act.page == QUEUE:
        queue, select_ = _state("queue.state.QueueState.select")
        await tab.event(f"{queue}.{select_}", ticket_id=ticket_id)
    for name, payload in act.first:
        await tab.event(".".join(_state(name)), **payload)
    await tab.event(f"{state}.{handler}", **act.event[1](people))
    return tab


def _through_the_api(people: World, person: Person, act: Act, ticket_id: int) -> int:
    method, path, body = act.request
    given = body(people, ticket_id)
    sent: dict[str, Any] = {"content": NULL, "headers": _JSON} if given == NULL else {"json": given}
    answer = Api().login(person).request(method, path.format(id=ticket_id), **sent)
    results = answer.json().get("results") if answer.status_code == 200 else None
    return answer.status_code if not results or results[0]["ok"] else 404


@pytest.mark.parametrize("name", ACTS)
async def test_the_same_effect(open_tab: Opener, people: World, name: str) -> None:
    act = ACTS[name]
    person: Person = getattr(people, act.by)
    by_ui = await asyncio.to_thread(act.before, people)
    by_api = await asyncio.to_thread(act.before, people)
    untouched = await asyncio.to_thread(traces_of, by_ui)
    await _through_the_ui(open_tab, people, person, act, by_ui)
    status = await asyncio.to_thread(_through_the_api, people, person, act, by_api)
    assert status in {200, 201}
    one, other = await asyncio.to_thread(traces_of, by_ui), await asyncio.to_thread(traces_of, by_api)
    assert one == other
    assert one != untouched, "nothing happened at all"


def _written() -> tuple[int, int]:
    with transaction() as s:
        counts = [
            s.scalar(select(func.count()).select_from(t)) or 0 for t in (ticket_history, notification_logs)
        ]
    return counts[0], counts[1]


@pytest.mark.parametrize("name", ACTS)
async def test_the_same_refusal(open_tab: Opener, people: World, name: str) -> None:
    act = ACTS[name]
    ticket_id = await asyncio.to_thread(act.before, people)
    before = await asyncio.to_thread(_written)
    for who in act.strangers:
        person: Person = getattr(people, who)
        await _through_the_ui(open_tab, people, person, act, ticket_id)
        assert await asyncio.to_thread(_written) == before, who
        status = await asyncio.to_thread(_through_the_api, people, person, act, ticket_id)
        assert status in {403, 404, 422}, who  # 422: a note by a client
        assert await asyncio.to_thread(_written) == before, who

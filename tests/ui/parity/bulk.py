"""Acts of the queue's bar on what is selected: the browser's way for many, the API's for one where it has its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.factories import World
from tests.ui.parity.acts import Act, Event
from tests.ui.parity.stages import ADMIN, RESOLVE, RESOLVED, new_ticket, taken

_ALL, _BULK = "/queue?view=all", "/api/v1/admin/tickets/bulk"


def _selected(handler: str, payload: Any = None) -> tuple[Event, ...]:
    return (
        ("queue.state.QueueState.select", lambda _, ticket_id: {"ticket_id": ticket_id}),
        (f"queue.bulk.BulkState.{handler}", payload or {}),
    )


def _each(action: str, **more: Any) -> Callable[[World, int], Any]:
    return lambda _, ticket_id: {"ids": [ticket_id], "action": action, **more}


def _to_agent2(people: World, ticket_id: int) -> Any:
    return _each("assign", assigned_to=people.agent2.id)(people, ticket_id)


def _to_hr(people: World, ticket_id: int) -> Any:
    hr = people.hr
    return _each("category", group_id=hr.group_id, category_id=hr.category_id)(people, ticket_id)


ACTS: dict[str, Act] = {
    "bulk assign": Act(
        verb="tickets.bulk",
        by="agent",
        before=new_ticket,
        page=_ALL,
        events=_selected("assign", lambda people, _: {"person_id": people.agent2.id}),
        requests=(("POST", _BULK, _to_agent2),),
    ),
    "bulk take": Act(
        verb="tickets.take",
        by="agent",
        before=new_ticket,
        page=_ALL,
        events=_selected("take"),
        requests=(("POST", ADMIN + "/take", None),),
    ),
    "bulk priority": Act(
        verb="tickets.bulk",
        by="agent",
        before=new_ticket,
        page=_ALL,
        events=_selected("set_priority", {"priority": "High"}),
        requests=(("POST", _BULK, _each("priority", priority="High")),),
    ),
    "bulk status": Act(
        verb="tickets.bulk",
        api_verb="tickets.set_status",
        by="agent",
        before=taken,
        page=_ALL,
        events=_selected("set_status", {"status": "In Progress"}),
        requests=(("PUT", ADMIN + "/status", {"status": "In Progress"}),),
    ),
    "bulk resolve": Act(
        verb="tickets.bulk",
        api_verb="tickets.set_status",
        by="agent",
        before=taken,
        page=_ALL,
        events=_selected("resolve", {"form": RESOLVE}),
        requests=(("PUT", ADMIN + "/status", RESOLVED),),
    ),
    "bulk hold": Act(
        verb="tickets.bulk",
        api_verb="tickets.hold",
        by="agent",
        before=taken,
        page=_ALL,
        events=_selected("hold", {"form": {"reason": "approval", "until": ""}}),
        requests=(("PUT", ADMIN + "/hold", {"reason": "approval", "until": None}),),
    ),
    "bulk category": Act(
        verb="tickets.bulk",
        by="agent",
        before=new_ticket,
        page=_ALL,
        events=_selected(
            "move",
            lambda people, _: {"form": {"category": f"{people.hr.group_id}:{people.hr.category_id}:0"}},
        ),
        requests=(("POST", _BULK, _to_hr),),
    ),
}

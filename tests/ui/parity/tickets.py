"""Acts of the helpdesk on one ticket, from its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.factories import World
from tests.ui.parity.acts import NULL, Act, Event
from tests.ui.parity.stages import ADMIN, PAGE, RESOLVE, RESOLVED, held, new_ticket, tagged, taken, version


def _update(**changes: Any) -> Callable[[World, int], Any]:
    return lambda people, ticket_id: changes | {"version": version(people, ticket_id)}


def _place(people: World) -> dict[str, int]:
    it = people.it
    return {"group_id": it.group_id, "category_id": it.category_id, "subcategory_id": it.subcategory_ids[1]}


def _edit(handler: str, payload: Any = None) -> Event:
    return f"tickets.edit_state.EditState.{handler}", payload or {}


def _dialog(which: str, handler: str, payload: Any) -> tuple[Event, ...]:
    state = "tickets.dialog_state.DialogState"
    return (f"{state}.show", {"which": which}), (f"{state}.{handler}", payload)


ACTS: dict[str, Act] = {
    "take": Act(
        verb="tickets.take",
        by="agent",
        before=new_ticket,
        page=PAGE,
        events=(_edit("take"),),
        requests=(("POST", ADMIN + "/take", None),),
    ),
    "assign": Act(
        verb="tickets.assign",
        by="agent",
        before=new_ticket,
        page=PAGE,
        events=(_edit("assign", lambda people, _: {"person_id": people.agent2.id}),),
        requests=(("PUT", ADMIN + "/assign", lambda people, _: {"assigned_to": people.agent2.id}),),
    ),
    "unassign": Act(
        verb="tickets.assign",
        by="agent",
        before=held,
        page=PAGE,
        events=(_edit("assign", {"person_id": 0}),),
        requests=(("PUT", ADMIN + "/assign", {"assigned_to": None}),),
    ),
    "priority": Act(
        verb="tickets.update",
        by="agent",
        before=taken,
        page=PAGE,
        events=(_edit("set_priority", {"priority": "Critical"}),),
        requests=(("PUT", ADMIN, _update(priority="Critical")),),
    ),
    "title": Act(
        verb="tickets.update",
        by="agent",
        before=taken,
        page=PAGE,
        events=_dialog("title", "retitle", {"form": {"title": "Better words"}}),
        requests=(("PUT", ADMIN, _update(title="Better words")),),
    ),
    "topic": Act(
        verb="tickets.update",
        by="agent",
        before=taken,
        page=PAGE,
        events=_dialog(
            "topic",
            "move",
            lambda people, _: {"form": {"place": ":".join(map(str, _place(people).values()))}},
        ),
        requests=(("PUT", ADMIN, lambda people, one: _update(**_place(people))(people, one)),),
    ),
    "start": Act(
        verb="tickets.set_status",
        by="agent",
        before=taken,
        page=PAGE,
        events=(_edit("set_status", {"status": "In Progress"}),),
        requests=(("PUT", ADMIN + "/status", {"status": "In Progress"}),),
    ),
    "resolve": Act(
        verb="tickets.set_status",
        by="agent",
        before=held,
        page=PAGE,
        events=_dialog("resolve", "resolve", {"form": RESOLVE}),
        requests=(("PUT", ADMIN + "/status", RESOLVED),),
    ),
    "close": Act(
        verb="tickets.set_status",
        by="admin",
        before=taken,
        page=PAGE,
        events=(_edit("set_status", {"status": "Closed"}),),
        requests=(("PUT", ADMIN + "/status", {"status": "Closed"}),),
        strangers=("agent", "client2"),
        answers=frozenset({403}),
    ),
    "hold": Act(
        verb="tickets.hold",
        by="agent",
        before=taken,
        page=PAGE,
        events=_dialog("hold", "hold", {"form": {"reason": "requester", "until": ""}}),
        requests=(("PUT", ADMIN + "/hold", {"reason": "requester", "until": None}),),
    ),
    "release": Act(
        verb="tickets.hold",
        by="agent",
        before=held,
        page=PAGE,
        events=(("tickets.dialog_state.DialogState.release", {}),),
        requests=(("PUT", ADMIN + "/hold", NULL),),
    ),
    "tag": Act(
        verb="tickets.set_tags",
        by="agent",
        before=taken,
        page=PAGE,
        events=(("tickets.tag_state.TagState.add", {"form": {"tag": "VPN"}}),),
        requests=(("PUT", ADMIN + "/tags", {"tags": ["vpn"]}),),
    ),
    "untag": Act(
        verb="tickets.set_tags",
        by="agent",
        before=tagged,
        page=PAGE,
        events=(("tickets.tag_state.TagState.remove", {"name": "vpn"}),),
        requests=(("PUT", ADMIN + "/tags", {"tags": ["paper"]}),),
    ),
}

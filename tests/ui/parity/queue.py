"""Acts of the queue's page on saved views, columns and everything that matches."""

from __future__ import annotations

from typing import Any

from helpdesk.services import jobs, saved_views
from helpdesk.services.views import TicketQuery
from tests.factories import World
from tests.ui.parity.acts import Act, Event
from tests.ui.parity.stages import new_ticket

_ALL, _OPEN = "/queue?view=all", ["Open", "Assigned", "In Progress"]
_VIEWS, _VIEW, _SETTINGS = "/api/v1/admin/views", "/api/v1/admin/views/{id}", "/api/v1/admin/queue/settings"
_USUAL = list(saved_views.USUAL)


def with_view(people: World) -> int:
    view = {"name": "VPN", "filters": {"tag": ["vpn"]}}
    return saved_views.create_view(people.actor("agent"), view).id


def with_group_view(people: World) -> int:
    """One that is shared with its owner's group, whose other members read it."""
    view = {"name": "VPN", "filters": {"tag": ["vpn"]}, "shared": "group", "group_id": people.it.group_id}
    return saved_views.create_view(people.actor("agent"), view).id


def with_two_views(people: World) -> int:
    """The second of two."""
    saved_views.create_view(people.actor("agent"), {"name": "Paper"})
    return with_view(people)


def _other_view(people: World) -> int:
    return next(one.id for one in saved_views.list_views(people.actor("agent")) if one.name == "Paper")


def with_job(people: World) -> int:
    new_ticket(people)
    begun = jobs.start(people.actor("agent"), TicketQuery(), "priority", {"priority": "High"})
    return begun.id


def _saved(handler: str, **payload: Any) -> Event:
    return f"queue.saved.SavedState.{handler}", payload


def _start(action: str, value: str) -> Event:
    return "jobs.state.JobState.start", {"form": {"action": action, "value": value}}


def _group(people: World, _: Any) -> dict[str, Any]:
    return {"form": {"name": "Ours", "shared": f"group:{people.it.group_id}"}}


_STRANGERS = ("agent2", "admin", "client")
ACTS: dict[str, Act] = {
    "keep a view": Act(
        verb="saved_views.create_view",
        by="agent",
        page="/queue?view=unassigned&tag=vpn&sort=-priority",
        events=(
            _saved("ask", which="new"),
            _saved("save", form={"name": "VPN", "shared": "private", "columns": "on"}),
        ),
        requests=(
            (
                "POST",
                _VIEWS,
                {
                    "name": "VPN",
                    "filters": {"status": _OPEN, "assigned_to": ["none"], "tag": ["vpn"]},
                    "sort": "-priority",
                    "columns": _USUAL,
                },
            ),
        ),
        strangers=("client",),
    ),
    "share a view": Act(
        verb="saved_views.create_view",
        by="agent",
        page="/queue?view=open",
        events=(_saved("ask", which="new"), ("queue.saved.SavedState.save", _group)),
        requests=(
            (
                "POST",
                _VIEWS,
                lambda people, _: {
                    "name": "Ours",
                    "shared": "group",
                    "group_id": people.it.group_id,
                    "filters": {"status": _OPEN},
                    "sort": "due_at",
                },
            ),
        ),
        strangers=("hr_agent", "client"),  # not of the group
    ),
    "rename a view": Act(
        verb="saved_views.update_view",
        by="agent",
        before=with_view,
        page="/queue?view={id}",
        events=(_saved("ask", which="edit"), _saved("save", form={"name": "Lines", "shared": "private"})),
        requests=(("PUT", _VIEW, {"name": "Lines"}),),
        strangers=_STRANGERS,
    ),
    "keep a view as it is now": Act(
        verb="saved_views.update_view",
        by="agent",
        before=with_group_view,
        page="/queue?view={id}&priority=High&sort=-priority",
        events=(_saved("keep"),),
        requests=(("PUT", _VIEW, {"filters": {"tag": ["vpn"], "priority": ["High"]}, "sort": "-priority"}),),
        strangers=("agent2", "hr_agent", "client"),
    ),
    "move a view": Act(
        verb="saved_views.update_view",
        by="agent",
        before=with_two_views,
        page="/queue?view={id}",
        events=(_saved("move", step=-1),),
        requests=(
            ("PUT", _VIEW, {"position": 1}),
            ("PUT", lambda people, _: f"{_VIEWS}/{_other_view(people)}", {"position": 2}),
        ),
        strangers=_STRANGERS,
    ),
    "delete a view": Act(
        verb="saved_views.delete_view",
        by="agent",
        before=with_group_view,
        page="/queue?view={id}",
        events=(_saved("delete"),),
        requests=(("DELETE", _VIEW, None),),
        strangers=("agent2", "hr_agent", "client"),
    ),
    "open with a view": Act(
        verb="saved_views.save_settings",
        by="agent",
        before=with_view,
        page="/queue?view={id}",
        events=(_saved("set_default"),),
        requests=(("PUT", _SETTINGS, lambda _, view: {"default_view": view}),),
        strangers=_STRANGERS,
    ),
    "choose columns": Act(
        verb="saved_views.save_settings",
        by="manager",
        page=_ALL,
        events=(("queue.columns.ColumnsState.toggle", {"name": "tags"}),),
        requests=(("PUT", _SETTINGS, {"columns": [*_USUAL, "tags"]}),),
        strangers=("client",),
    ),
    "change all that match": Act(
        verb="jobs.start",
        by="agent",
        before=new_ticket,
        page="/queue?view=unassigned",
        events=(_start("priority", "High"),),
        requests=(
            (
                "POST",
                "/api/v1/admin/tickets/bulk",
                {
                    "filter": {"assigned_to": ["none"], "status": _OPEN},
                    "action": "priority",
                    "priority": "High",
                },
            ),
        ),
        strangers=("manager", "client"),
    ),
    "stop changing all that match": Act(
        verb="jobs.cancel",
        by="agent",
        before=with_job,
        page=_ALL,
        events=(_start("priority", "Low"), ("jobs.state.JobState.cancel", {})),
        requests=(("POST", "/api/v1/admin/jobs/{id}/cancel", None),),
        strangers=("agent2", "manager", "client"),
        forged=(("jobs.state.JobState.cancel", {}),),
    ),
}

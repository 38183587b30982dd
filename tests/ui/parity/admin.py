"""Acts of admins on people and on the tree."""

from __future__ import annotations

from typing import Any

from helpdesk.services import sessions
from tests.factories import PASSWORD, World
from tests.ui.parity.acts import Act, Event

_PEOPLE, _PERSON, _TREE = "/api/v1/admin/users", "/api/v1/admin/users/{id}", "/admin/tree"
_STRANGERS = ("manager", "agent", "client")


def the_agent(people: World) -> int:
    """Who is signed in, so that what ends sessions has some to end."""
    sessions.sign_in(sessions.Client("127.0.0.1", "elsewhere"), people.agent.email, PASSWORD)
    return people.agent.id


def a_group(people: World) -> int:
    return people.it.group_id


def a_category(people: World) -> int:
    return people.it.category_id


def a_subcategory(people: World) -> int:
    return people.it.subcategory_id


def _person(people: World, **changed: str) -> dict[str, str]:
    """The form of the agent, as the dialog shows it, with what was changed in it; "" is a box without its mark."""
    agent = people.agent
    shown = {"name": agent.name, "email": agent.email, "role": "agent", "is_active": "on"}
    return shown | {f"group:{people.it.group_id}": "on"} | changed


def _saves(**changed: str) -> tuple[Event, ...]:
    return (
        ("people.editing.PersonState.begin", lambda _, person: {"user_id": person}),
        ("people.editing.PersonState.save", lambda people, _: {"form": _person(people, **changed)}),
    )


def _adds(parent: str, **form: str) -> tuple[Event, ...]:
    return (
        ("tree.adding.AddState.begin", lambda _, node: {"parent": parent and f"{parent}:{node}"}),
        ("tree.adding.AddState.create", {"form": form}),
    )


def _members(people: World, group_id: int) -> Any:
    return {"member_ids": [people.agent.id, people.agent2.id, people.manager.id, people.hr_agent.id]}


def _new_person(people: World, _: Any) -> dict[str, Any]:
    group = {f"group:{people.it.group_id}": "on"}
    form = {"name": "Nia New", "email": "nia@example.com", "role": "agent", "department": "IT"}
    return {"form": form | group | {"password": "a grey heron at dusk"}}


def _changes(
    verb: str, kind: str, before: Any, events: tuple[Event, ...], method: str, path: str, body: Any
) -> Act:
    """An act on one node, whose panel is open."""
    return Act(
        verb=verb,
        by="admin",
        before=before,
        page=f"{_TREE}?node={kind}:{{id}}",
        events=events,
        requests=((method, path, body),),
        strangers=_STRANGERS,
    )


def _edits(changed: dict[str, str], sent: dict[str, Any]) -> Act:
    """The agent's dialog, saved with changes; and the same changes alone."""
    return Act(
        verb="people.update_user",
        by="admin",
        before=the_agent,
        page="/admin/people",
        events=_saves(**changed),
        requests=(("PUT", _PERSON, sent),),
        strangers=_STRANGERS,
    )


_SUBCATEGORY = "/api/v1/admin/subcategories"
_SAVE, _STATE = "tree.state.TreeState.save", "tree.state.TreeState"
ACTS: dict[str, Act] = {
    "add a person": Act(
        verb="people.create_user",
        by="admin",
        page="/admin/people",
        events=(
            ("people.editing.PersonState.begin", {"user_id": 0}),
            ("people.editing.PersonState.save", _new_person),
        ),
        requests=(
            (
                "POST",
                _PEOPLE,
                lambda people, _: {
                    "name": "Nia New",
                    "email": "nia@example.com",
                    "role": "agent",
                    "department": "IT",
                    "group_ids": [people.it.group_id],
                    "password": "a grey heron at dusk",
                },
            ),
        ),
        strangers=_STRANGERS,
    ),
    "rename a person": _edits({"name": "Ada Again", "department": "Desk"}, {"name": "Ada Again", "department": "Desk"}),
    "make somebody a client": _edits({"role": "client"}, {"role": "client", "group_ids": []}),
    "deactivate somebody": _edits({"is_active": ""}, {"is_active": False}),
    "set somebody's password": _edits({"password": "a grey heron at dusk"}, {"password": "a grey heron at dusk"}),
    "add a group": Act(
        verb="tree.create_branch",
        by="admin",
        page=_TREE,
        events=_adds("", name="Legal", description="Contracts", below="Leases\nClaims"),
        requests=(
            (
                "POST",
                "/api/v1/admin/groups",
                {
                    "name": "Legal",
                    "description": "Contracts",
                    "categories": [{"name": "Leases"}, {"name": "Claims"}],
                },
            ),
        ),
        strangers=_STRANGERS,
    ),
    "add a category": _changes(
        "tree.create_category", "group", a_group,
        _adds("group", name="Phones", below="Desk\nMobile"),
        "POST", "/api/v1/admin/groups/{id}/categories",
        {"name": "Phones", "subcategories": [{"name": "Desk"}, {"name": "Mobile"}]},
    ),
    "add a subcategory": _changes(
        "tree.create_subcategory", "category", a_category,
        _adds("category", name="Screen"),
        "POST", "/api/v1/admin/categories/{id}/subcategories", {"name": "Screen"},
    ),
    "change a group": _changes(
        "tree.update_node", "group", a_group,
        ((_SAVE, {"sent": {"name": "IT desk", "queue_email": "desk@example.com", "restricted": "on"}}),),
        "PUT", "/api/v1/admin/groups/{id}",
        {"name": "IT desk", "queue_email": "desk@example.com", "restricted": True},
    ),
    "change a category": _changes(
        "tree.update_node", "category", a_category,
        ((_SAVE, {"sent": {"name": "Hardware", "default_priority": "High"}}),),
        "PUT", "/api/v1/admin/categories/{id}", {"default_priority": "High"},
    ),
    "move a subcategory": Act(
        verb="tree.update_node",
        by="admin",
        before=a_subcategory,
        page=f"{_TREE}?node=subcategory:{{id}}",
        events=((f"{_STATE}.move", {"step": 1}),),
        requests=(
            ("PUT", lambda people, _: f"{_SUBCATEGORY}/{people.it.subcategory_ids[1]}", {"position": 0}),
            ("PUT", f"{_SUBCATEGORY}/{{id}}", {"position": 1}),
        ),
        strangers=_STRANGERS,
    ),
    "archive a subcategory": _changes(
        "tree.update_node", "subcategory", a_subcategory,
        ((f"{_STATE}.archive", {}),),
        "PUT", f"{_SUBCATEGORY}/{{id}}", {"archived": True},
    ),
    "choose a group's members": _changes(
        "tree.update_node", "group", a_group,
        (
            ("tree.adding.MemberState.begin", lambda _, group: {"key": f"group:{group}"}),
            ("tree.adding.MemberState.add", lambda people, _: {"user_id": people.hr_agent.id}),
        ),
        "PUT", "/api/v1/admin/groups/{id}", _members,
    ),
    "delete a subcategory": _changes(
        "tree.delete_node", "subcategory", a_subcategory,
        ((f"{_STATE}.delete", {}),),
        "DELETE", f"{_SUBCATEGORY}/{{id}}", None,
    ),
}  # fmt: skip

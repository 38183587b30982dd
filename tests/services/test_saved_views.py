"""Saved views: whose they are, who reads them, and that nobody sees more through one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from helpdesk.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from helpdesk.services import saved_views, tickets, tree
from helpdesk.services.saved_views import MOST
from tests.factories import World, make_ticket

VPN = {"name": "VPN", "filters": {"tag": ["VPN"], "status": ["Open"]}, "sort": "due_at"}


def _status(call: Any) -> int:
    try:
        call()
    except DomainError as refused:
        return refused.status
    return 200


def test_a_view_comes_back_as_it_was_kept(world: World) -> None:
    agent = world.actor("agent")
    since = datetime(2026, 9, 1, tzinfo=UTC)
    made = saved_views.create_view(
        agent,
        {
            "name": "VPN, Berlin",
            "filters": {
                "status": ["Open", "Assigned"], "assigned_to": ["me", "none", 7], "group_id": [world.it.group_id],
                "q": "drops", "created_from": since, "on_hold": False, "mine_groups": True, "tag": ["Berlin "],
                "sla": [],
            },
            "sort": "-priority",
            "columns": ["number", "subject", "tags"],
            "position": 3,
        },
    )  # fmt: skip
    assert saved_views.get_view(agent, made.id) == made
    asked = made.filters
    assert (asked.status, asked.assigned_to, asked.q) == (("Open", "Assigned"), ("me", "none", "7"), "drops")
    assert (asked.created_from, asked.on_hold, asked.mine_groups, asked.tag) == (
        since,
        False,
        True,
        ("berlin",),
    )
    assert (asked.sort, made.sort, made.columns) == ("-priority", "-priority", ("number", "subject", "tags"))
    assert (made.shared, made.group, made.owner.id, made.may_edit) == ("private", None, world.agent.id, True)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "x" * 61}),
        ("name", {"name": "a\nb"}),
        ("owner_id", {"owner_id": 1}),
        ("filters", {"filters": ["status"]}),
        ("filters", {"filters": {"page": 2}}),
        ("filters", {"filters": {"watching": True}}),
        ("filters.status", {"filters": {"status": "Open"}}),
        ("filters.status", {"filters": {"status": ["open"]}}),
        ("filters.group_id", {"filters": {"group_id": ["1"]}}),
        ("filters.group_id", {"filters": {"group_id": [{}]}}),
        ("filters.assigned_to", {"filters": {"assigned_to": ["they"]}}),
        ("filters.assigned_to", {"filters": {"assigned_to": [{}]}}),
        ("filters.created_from", {"filters": {"created_from": "2026-09-01"}}),
        ("filters.on_hold", {"filters": {"on_hold": 1}}),
        ("filters.mine_groups", {"filters": {"mine_groups": None}}),
        ("filters.q", {"filters": {"q": "\x00"}}),
        ("filters.tag", {"filters": {"tag": ["\u200b"]}}),
        ("sort", {"sort": "title"}),
        ("sort", {"sort": None}),
        ("columns", {"columns": "subject"}),
        ("columns", {"columns": ["subject", "secret"]}),
        ("columns", {"columns": ["number"]}),
        ("columns", {"columns": [["subject"]]}),
        ("shared", {"shared": "everybody"}),
        ("group_id", {"shared": "group"}),
        ("group_id", {"group_id": 1}),
        ("group_id", {"group_id": True}),
        ("position", {"position": -1}),
    ],
)
def test_what_no_view_is(world: World, field: str, given: dict[str, Any]) -> None:
    agent = world.actor("agent")
    with pytest.raises(Invalid) as refused:
        saved_views.create_view(agent, VPN | given)
    assert refused.value.errors[0].field == field
    kept = saved_views.create_view(agent, VPN)
    with pytest.raises(Invalid):
        saved_views.update_view(agent, kept.id, given)
    assert saved_views.get_view(agent, kept.id) == kept


@pytest.mark.parametrize(
    ("shared", "readers"),
    [
        ("private", {"agent"}),
        ("group", {"agent", "agent2", "manager", "admin"}),
        ("staff", {"agent", "agent2", "hr_agent", "manager", "admin"}),
    ],
)
def test_who_reads_and_who_changes(world: World, shared: str, readers: set[str]) -> None:
    owner = "admin" if shared == "staff" else "agent"
    made = saved_views.create_view(world.actor(owner), VPN)
    if shared != "private":
        group = world.it.group_id if shared == "group" else None
        saved_views.update_view(world.actor(owner), made.id, {"shared": shared, "group_id": group})
    for name in ("agent", "agent2", "hr_agent", "manager", "admin"):
        actor = world.actor(name)
        sees = name in readers
        assert [one.id for one in saved_views.list_views(actor)] == [made.id] * sees, name
        assert _status(lambda actor=actor: saved_views.get_view(actor, made.id)) == (200 if sees else 404)
        edit = 200 if name in {owner, "admin"} and sees else 403 if sees else 404
        assert _status(lambda actor=actor: saved_views.update_view(actor, made.id, {"position": 1})) == edit
        opens = {"default_view": made.id}
        assert _status(lambda actor=actor, opens=opens: saved_views.save_settings(actor, opens)) == (
            200 if sees else 404
        )
    assert _status(lambda: saved_views.get_view(world.actor("client"), made.id)) == 403


def test_who_shares_with_whom(world: World) -> None:
    it, hr = world.it.group_id, world.hr.group_id

    def shared(name: str, **more: Any) -> int:
        return _status(lambda: saved_views.create_view(world.actor(name), VPN | more))

    assert shared("agent", shared="group", group_id=it) == 200
    assert shared("manager", shared="group", group_id=it) == 200
    assert shared("agent", shared="group", group_id=hr) == 403
    assert shared("admin", shared="group", group_id=hr) == 200
    assert shared("admin", shared="group", group_id=987654321) == 422
    assert [shared(name, shared="staff") for name in ("agent", "manager", "admin")] == [403, 403, 200]
    kept = saved_views.create_view(world.actor("agent"), VPN)
    for changes in ({"shared": "staff"}, {"shared": "group", "group_id": hr}):
        with pytest.raises(Forbidden):
            saved_views.update_view(world.actor("agent"), kept.id, changes)


def test_a_shared_view_widens_nobodys_sight(world: World) -> None:
    everything = {"name": "All", "filters": {"q": "salary"}, "shared": "staff"}
    made = saved_views.create_view(world.actor("admin"), everything)
    make_ticket(world.client, world.hr, "My salary")
    make_ticket(world.client, world.it, "The salary printer")
    counts: dict[str, int] = {}
    for name in ("agent", "hr_agent", "manager", "admin"):
        actor = world.actor(name)
        (count,) = saved_views.view_counts(actor)
        page = tickets.list_queue(actor, saved_views.get_view(actor, made.id).filters)
        assert count.count == page.total
        counts[name] = count.count
    assert counts == {"agent": 1, "hr_agent": 2, "manager": 1, "admin": 2}


def test_me_is_whoever_reads(world: World) -> None:
    made = make_ticket(world.client, world.it, "One").ticket
    tickets.take(world.actor("agent2"), made.id)
    mine = {
        "name": "Mine",
        "filters": {"assigned_to": ["me"]},
        "shared": "group",
        "group_id": world.it.group_id,
    }
    saved_views.create_view(world.actor("agent"), mine)
    counts = {name: saved_views.view_counts(world.actor(name))[0].count for name in ("agent", "agent2")}
    assert counts == {"agent": 0, "agent2": 1}


def test_fifty_each(world: World) -> None:
    agent = world.actor("agent")
    for number in range(MOST):
        saved_views.create_view(agent, VPN | {"name": f"View {number}"})
    with pytest.raises(Conflict):
        saved_views.create_view(agent, VPN)
    saved_views.create_view(world.actor("agent2"), VPN)
    assert len(saved_views.list_views(agent)) == MOST
    assert len(saved_views.view_counts(agent)) == 20


def test_a_deleted_view_opens_nobodys_queue(world: World) -> None:
    agent, other = world.actor("agent"), world.actor("agent2")
    made = saved_views.create_view(agent, VPN | {"shared": "group", "group_id": world.it.group_id})
    for actor in (agent, other):
        assert saved_views.save_settings(actor, {"default_view": made.id}).default_view == made.id
    assert saved_views.get_view(other, made.id).is_default
    saved_views.update_view(agent, made.id, {"shared": "private"})
    assert saved_views.settings(other).default_view is None
    saved_views.delete_view(agent, made.id)
    assert saved_views.settings(agent).default_view is None
    for gone in (saved_views.get_view, saved_views.delete_view):
        with pytest.raises(NotFound):
            gone(agent, made.id)


def test_a_deleted_group_leaves_its_views_to_their_owners(world: World) -> None:
    admin = world.actor("admin")
    group = tree.create_branch(admin, tree.NewGroup("Legal"))
    made = saved_views.create_view(admin, VPN | {"shared": "group", "group_id": group.id})
    tree.delete_node(admin, "group", group.id)
    after = saved_views.get_view(admin, made.id)
    assert (after.shared, after.group) == ("private", None)


def test_columns_of_ones_own(world: World) -> None:
    agent = world.actor("agent")
    usual = saved_views.settings(agent).columns
    assert saved_views.save_settings(agent, {"columns": ["subject", "tags", "subject"]}).columns == (
        "subject",
        "tags",
    )
    assert saved_views.settings(world.actor("agent2")).columns == usual
    assert saved_views.save_settings(agent, {"columns": None}).columns == usual
    for wrong in ({"columns": ["tags"]}, {"columns": []}, {"density": "compact"}, {"default_view": "1"}):
        with pytest.raises(Invalid):
            saved_views.save_settings(agent, wrong)

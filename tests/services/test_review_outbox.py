"""Whom each verb tells, row for row, with everybody on the ticket who could be (product rules §5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from helpdesk.core.clock import moved
from helpdesk.core.db import transaction
from helpdesk.integrations import live
from helpdesk.models.sla import sla_policies, sla_policy_versions
from helpdesk.services import comments, sla, tickets
from tests.factories import World, make_ticket
from tests.services.test_ticket_life import told

MONDAY = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)


class Play:
    """A ticket that `client2` filed for `client`, which `agent` works on and `agent2` watches."""

    def __init__(self, world: World) -> None:
        self.w = world
        self.id = make_ticket(world.client2, world.it, requested_for=world.client.id).ticket.id
        tickets.take(world.actor("agent"), self.id)
        tickets.set_watchers(world.actor("agent"), self.id, [world.client2.id, world.agent2.id])

    def solve(self) -> None:
        agent = self.w.actor("agent")
        tickets.set_status(agent, self.id, "Resolved", resolution_code="solved", resolution_text="Done")

    def new(self, act: Callable[[], object]) -> list[tuple[str, str]]:
        before = len(told(self.id))
        act()
        return told(self.id)[before:]

    def user(self, name: str) -> str:
        return f"user:{getattr(self.w, name).id}"


@pytest.fixture
def play(world: World) -> Play:
    return Play(world)


def _rows(play: Play, *expected: tuple[str, str]) -> list[tuple[str, str]]:
    return sorted((event, who if ":" in who else play.user(who)) for event, who in expected)


def test_filing_for_a_colleague(world: World) -> None:
    key = make_ticket(world.agent, world.it, requested_for=world.agent2.id).ticket.id
    play = {name: f"user:{getattr(world, name).id}" for name in ("agent", "agent2", "manager")}
    assert sorted(told(key)) == sorted(
        [
            ("ticket_receipt", play["agent2"]),
            ("ticket_receipt", play["agent"]),
            ("ticket_created", play["manager"]),
            ("ticket_created", "address:it@example.com"),
        ]
    )


def test_work(play: Play) -> None:
    w, key = play.w, play.id
    agent, agent2, client = w.actor("agent"), w.actor("agent2"), w.actor("client")
    side = [("status_changed", one) for one in ("client", "client2", "agent2")]
    assert sorted(play.new(lambda: tickets.assign(agent, key, w.agent2.id))) == _rows(
        play, ("assigned", "agent2")
    )
    assert sorted(play.new(lambda: tickets.assign(agent, key, w.agent.id))) == _rows(
        play, ("unassigned", "agent2")
    )
    assert sorted(play.new(lambda: tickets.assign(agent2, key, None))) == _rows(
        play, ("unassigned", "agent"), *side[:2]
    )
    assert sorted(play.new(lambda: tickets.take(agent, key))) == _rows(play, *side)
    assert sorted(play.new(lambda: comments.add(agent, key, "a note", is_internal=True))) == []
    hidden = f"@{w.hr_agent.name} @{w.agent2.name} @{w.manager.name} @{w.client.name}"
    assert sorted(play.new(lambda: comments.add(agent, key, hidden, is_internal=True))) == _rows(
        play, ("internal_note", "agent2"), ("internal_note", "hr_agent")
    )
    assert sorted(play.new(lambda: comments.add(agent2, key, "Let me"))) == _rows(
        play, ("public_comment", "client"), ("public_comment", "client2")
    )
    assert sorted(play.new(lambda: tickets.hold(agent, key, "requester"))) == _rows(
        play, *[("hold_started", one) for one in ("client", "client2", "agent2")]
    )
    assert sorted(play.new(lambda: comments.add(client, key, "Here"))) == _rows(
        play, ("public_comment", "agent"), ("hold_ended", "client2"), ("hold_ended", "agent2")
    )


def test_a_mention_in_a_restricted_group_reaches_its_members_alone(world: World) -> None:
    key = make_ticket(world.client, world.hr).ticket.id
    before = len(told(key))
    names = f"@{world.agent2.name} and @{world.admin.name}, see"
    comments.add(world.actor("hr_agent"), key, names, is_internal=True)
    assert told(key)[before:] == [("internal_note", f"user:{world.admin.id}")]


def test_ends(play: Play) -> None:
    w, key = play.w, play.id
    client, admin = w.actor("client"), w.actor("admin")
    assert sorted(play.new(play.solve)) == _rows(
        play, ("resolved", "client"), ("resolved", "client2"), ("status_changed", "agent2")
    )
    back = [("reopened", "agent"), ("status_changed", "client2"), ("status_changed", "agent2")]
    assert sorted(play.new(lambda: tickets.reopen(client, key, "No"))) == _rows(play, *back)
    others = [("closed", "client2"), ("status_changed", "agent2"), ("status_changed", "agent")]
    assert sorted(play.new(lambda: tickets.close(client, key))) == _rows(play, *others)
    assert sorted(play.new(lambda: tickets.reopen(client, key, "Again"))) == _rows(play, *back)
    assert sorted(play.new(lambda: tickets.set_status(admin, key, "Closed"))) == _rows(
        play, ("closed", "client"), *others
    )


def test_closing_by_itself(world: World) -> None:
    with moved(MONDAY):
        play = Play(world)
        play.solve()
    with moved(MONDAY + timedelta(days=20)):
        assert play.new(sla.sweep_auto_close) != []
        closed = told(play.id)[-4:]
    assert sorted(closed) == _rows(
        play,
        ("closed", "client"),
        ("closed", "client2"),
        ("status_changed", "agent"),
        ("status_changed", "agent2"),
    )


def test_moving_to_another_group(play: Play) -> None:
    w, key = play.w, play.id
    agent = w.actor("agent")
    seen = tickets.get(agent, key).ticket.version
    moved_there = play.new(lambda: tickets.update(agent, key, {"group_id": w.hr.group_id}, seen))
    assert sorted(moved_there) == _rows(
        play,
        ("ticket_created", "hr_agent"),
        ("ticket_created", "address:hr@example.com"),
        *[("status_changed", one) for one in ("client", "client2", "agent2")],
    )


def _topics(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sent: list[str] = []

    def publish(topics: Iterable[str] = (), versions: Mapping[int, int] | None = None) -> None:
        sent.extend([*topics, *(f"version {one}" for one in versions or {})])

    monkeypatch.setattr(live, "publish", publish)
    return sent


def test_what_staff_do_among_themselves_stirs_no_requesters_page(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = _topics(monkeypatch)
    agent = play.w.actor("agent")
    comments.add(agent, play.id, "between us", is_internal=True)
    tickets.set_watchers(agent, play.id, [play.w.client2.id])
    assert set(sent) == {"queue", f"ticket_staff:{play.id}", f"person:{play.w.agent2.id}"}
    comments.add(agent, play.id, "to all")
    assert f"ticket:{play.id}" in sent


def test_a_running_ticket_stays_on_its_version_of_a_policy(world: World) -> None:
    agent = world.actor("agent")
    filed = make_ticket(world.client, world.it).ticket
    policy = tickets.get(agent, filed.id).policy
    with transaction() as s:
        default = s.scalar(select(sla_policies.c.id).where(sla_policies.c.is_default))
        v = sla_policy_versions.c
        document = s.scalar(select(v.document).where(v.policy_id == default))
        s.execute(insert(sla_policy_versions).values(policy_id=default, version=2, document=document))
    edited = tickets.update(agent, filed.id, {"priority": "High"}, filed.version)
    assert edited.policy == policy
    assert tickets.get(agent, make_ticket(world.client, world.it).ticket.id).policy == "Standard, v2"

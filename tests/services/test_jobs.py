"""Bulk changes by filter: the set is fixed, each ticket is tried once, and only while the owner may."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from helpdesk.core import clock
from helpdesk.core.db import transaction
from helpdesk.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from helpdesk.models.job import job_tickets
from helpdesk.models.job import jobs as job_rows
from helpdesk.models.person import audit_log
from helpdesk.models.ticket import ticket_history, tickets
from helpdesk.services import _job_batch, jobs
from helpdesk.services import tickets as verbs
from helpdesk.services.views import JobView, TicketQuery
from tests.factories import World, actor_for, make_ticket

OPEN = TicketQuery(status=("Open",))


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_job_batch, "BATCH", 3)


def _some(world: World, count: int = 7) -> list[int]:
    return [make_ticket(world.client, world.it, f"Printer {n}").ticket.id for n in range(count)]


def _priorities(ids: list[int]) -> Counter[str]:
    with transaction() as s:
        return Counter(s.scalars(select(tickets.c.priority).where(tickets.c.id.in_(ids))))


def _start(world: World, who: str = "agent", priority: str = "High", query: TicketQuery = OPEN) -> JobView:
    return jobs.start(world.actor(who), query, "priority", {"priority": priority})


def test_everything_that_matched_is_changed_once(db: Connection, world: World) -> None:
    ids = _some(world)
    begun = _start(world)
    assert (begun.status, begun.total, begun.done) == ("queued", 7, 0)
    later = make_ticket(world.client, world.it).ticket.id  # matches, but after the job was made
    assert jobs.run_due() == 7
    done = jobs.get(world.actor("agent"), begun.id)
    assert (done.status, done.changed, done.unchanged, done.refused) == ("done", 7, 0, 0)
    assert done.finished_at is not None
    assert _priorities(ids) == {"High": 7}
    assert _priorities([later]) == {"Medium": 1}
    assert jobs.run_due() == 0


def test_the_set_does_not_move_under_the_job(db: Connection, world: World) -> None:
    """The action takes tickets out of its own filter, somebody else puts one more in and takes one out."""
    ids = _some(world)
    begun = jobs.start(
        world.actor("agent"), TicketQuery(assigned_to=("none",)), "assign", {"assigned_to": world.agent.id}
    )
    _job_batch.next_batch()
    verbs.take(world.actor("agent2"), ids[-1])
    jobs.run_due()
    with transaction() as s:
        found = Counter(s.scalars(select(tickets.c.assigned_to).where(tickets.c.id.in_(ids))))
    assert found == {world.agent.id: 7}
    assert jobs.get(world.actor("agent"), begun.id).done == 7


def test_refusals_have_reasons_in_pages(db: Connection, world: World) -> None:
    ids = _some(world, 5)
    begun = _start(world)
    for one in ids[:3]:
        verbs.set_status(world.actor("admin"), one, "Closed")
    jobs.run_due()
    agent = world.actor("agent")
    done = jobs.get(agent, begun.id)
    assert (done.changed, done.refused) == (2, 3)
    first = jobs.refused(agent, begun.id, page_size=2)
    assert (first.total, [one.id for one in first.items]) == (3, ids[:2])
    second = jobs.refused(agent, begun.id, page_size=2, cursor=first.next_cursor)
    assert ([one.id for one in second.items], second.next_cursor) == ([ids[2]], None)
    assert all(one.error and one.ticket_no for one in (*first.items, *second.items))


def test_a_refused_ticket_out_of_sight_is_not_named(db: Connection, world: World) -> None:
    (ticket_id,) = _some(world, 1)
    begun = _start(world)
    place = {"group_id": world.hr.group_id, "category_id": None, "subcategory_id": None}
    verbs.update(world.actor("admin"), ticket_id, place, 1)
    jobs.run_due()
    (one,) = jobs.refused(world.actor("agent"), begun.id).items
    assert (one.id, one.ticket_no, one.error) == (None, None, "There is no such ticket.")


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"role": "manager"}], ids=["deactivated", "no agent any more"]
)
def test_the_right_is_asked_again_before_each_batch(
    db: Connection, world: World, change: dict[str, Any]
) -> None:
    from helpdesk.services import people

    ids = _some(world)
    begun = _start(world)
    assert _job_batch.next_batch() == 3
    people.update_user(world.actor("admin"), world.agent.id, change)
    jobs.run_due()
    stopped = jobs.get(world.actor("admin"), begun.id)
    assert (stopped.status, stopped.done) == ("stopped", 3)
    assert stopped.reason
    assert _priorities(ids) == {"High": 3, "Medium": 4}


def test_lost_membership_counts_for_each_ticket(db: Connection, world: World) -> None:
    from helpdesk.models.tree import group_members

    made = [make_ticket(world.client, world.hr).ticket.id for _ in range(4)]
    begun = jobs.start(world.actor("hr_agent"), OPEN, "priority", {"priority": "High"})
    _job_batch.next_batch()
    db.execute(group_members.delete().where(group_members.c.user_id == world.hr_agent.id))
    jobs.run_due()
    done = jobs.get(actor_for(world.hr_agent), begun.id)
    assert (done.changed, done.refused) == (3, 1)
    assert _priorities(made) == {"High": 3, "Medium": 1}


def test_cancelling_keeps_what_is_done(db: Connection, world: World) -> None:
    ids = _some(world)
    begun = _start(world)
    _job_batch.next_batch()
    ended = jobs.cancel(world.actor("agent"), begun.id)
    assert (ended.status, ended.done) == ("cancelled", 3)
    assert jobs.run_due() == 0
    assert _priorities(ids) == {"High": 3, "Medium": 4}
    assert jobs.cancel(world.actor("agent"), begun.id) == ended, "it has ended: nothing more to do"
    actions = db.scalars(select(audit_log.c.action).where(audit_log.c.object_type == "job")).all()
    assert actions == ["job.start", "job.cancel"]


def test_one_at_a_time(db: Connection, world: World) -> None:
    _some(world)
    begun = _start(world)
    with pytest.raises(Conflict) as refused:
        _start(world)
    assert refused.value.extra == {"job_id": begun.id}
    assert _start(world, "agent2").status == "queued", "another person's is no matter"
    jobs.run_due()
    assert _start(world, priority="Low").status == "queued"
    assert [one.status for one in jobs.list_own(world.actor("agent"))] == ["queued", "done"]


def test_two_at_once_make_one(fresh_world: World) -> None:
    _some(fresh_world, 2)

    def begin(_: int) -> str:
        try:
            return _start(fresh_world).status
        except Conflict:
            return "refused"

    with ThreadPoolExecutor(4) as pool:
        assert Counter(pool.map(begin, range(4))) == {"queued": 1, "refused": 3}


def test_who_sees_a_job(db: Connection, world: World) -> None:
    _some(world)
    begun = _start(world)
    for name in ("agent2", "manager", "hr_agent"):
        for call in (jobs.get, jobs.refused, jobs.cancel):
            with pytest.raises(NotFound):
                call(world.actor(name), begun.id)
    assert jobs.get(world.actor("admin"), begun.id).owner.id == world.agent.id
    assert jobs.cancel(world.actor("admin"), begun.id).status == "cancelled"


@pytest.mark.parametrize(
    ("who", "query", "action", "args", "error"),
    [
        ("client", OPEN, "priority", {"priority": "Low"}, Forbidden),
        ("manager", OPEN, "priority", {"priority": "Low"}, Forbidden),
        ("agent", OPEN, "delete", {}, Invalid),
        ("agent", OPEN, "priority", {"priority": "Lowest"}, Invalid),
        ("agent", OPEN, "priority", {"status": "Closed"}, Invalid),
        ("agent", TicketQuery(status=("Lost",)), "priority", {"priority": "Low"}, Invalid),
        ("agent", TicketQuery(q="nothing like it"), "priority", {"priority": "Low"}, Invalid),
        ("agent", OPEN, "hold", {"reason": "approval", "until": datetime(2020, 1, 1, tzinfo=UTC)}, Invalid),
    ],
)
def test_what_is_refused(
    db: Connection,
    world: World,
    who: str,
    query: TicketQuery,
    action: str,
    args: Any,
    error: type[DomainError],
) -> None:
    _some(world, 1)
    with pytest.raises(error):
        jobs.start(world.actor(who), query, action, args)
    assert db.scalar(select(func.count()).select_from(job_rows)) == 0


def test_too_many(db: Connection, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _some(world, 4)
    monkeypatch.setattr(jobs, "MAX_TICKETS", 3)
    with pytest.raises(Invalid) as refused:
        _start(world)
    assert [one.field for one in refused.value.errors] == ["filter"]


def test_a_hold_with_an_end(db: Connection, world: World) -> None:
    _some(world, 2)
    jobs.start(world.actor("agent"), OPEN, "assign", {"assigned_to": world.agent.id})
    jobs.run_due()
    until = datetime.now(UTC) + timedelta(days=2)
    held = jobs.start(world.actor("agent"), TicketQuery(), "hold", {"reason": "approval", "until": until})
    jobs.run_due()
    assert jobs.get(world.actor("agent"), held.id).changed == 2


def test_two_workers_share_the_jobs_and_no_ticket_twice(fresh_world: World) -> None:
    ids = _some(fresh_world, 8)
    first, second = _start(fresh_world), _start(fresh_world, "agent2", "Low")
    with ThreadPoolExecutor(4) as pool:
        tried = list(pool.map(lambda _: jobs.run_due(), range(4)))
    jobs.run_due()
    assert sum(tried) == 16
    with transaction() as s:
        changed = s.execute(
            select(ticket_history.c.ticket_id, ticket_history.c.changed_by).where(
                ticket_history.c.ticket_id.in_(ids), ticket_history.c.old_value.is_not(None)
            )
        ).all()
    assert len(changed) == len(set(changed)) == 16
    for job, who in ((first, "agent"), (second, "agent2")):
        assert jobs.get(fresh_world.actor(who), job.id).status == "done"


_KILLED = """
    import os, signal
    from helpdesk.services import _job_batch, jobs
    from helpdesk.services.tickets import bulk

    _job_batch.BATCH = 3
    inner, tried = _job_batch.change_one, []

    def change(*args):
        if len(tried) == 4:  # in the middle of the second batch
            os.kill(os.getpid(), signal.SIGKILL)
        tried.append(args)
        return inner(*args)

    _job_batch.change_one = change
    jobs.run_due()
"""


def test_a_killed_worker_leaves_no_ticket_half_done(fresh_db: str, fresh_world: World) -> None:
    ids = _some(fresh_world, 7)
    begun = _start(fresh_world)
    died = subprocess.run([sys.executable, "-c", textwrap.dedent(_KILLED)], check=False, timeout=60)
    assert died.returncode == -9
    agent = fresh_world.actor("agent")
    assert jobs.get(agent, begun.id).done == 3, "the first batch stands, the second is as if it had not begun"
    assert _priorities(ids) == {"High": 3, "Medium": 4}
    assert jobs.run_due() == 4
    assert jobs.get(agent, begun.id).status == "done"
    with transaction() as s:
        written = Counter(
            s.scalars(select(ticket_history.c.ticket_id).where(ticket_history.c.old_value == "Medium"))
        )
        results = Counter(s.scalars(select(job_tickets.c.result)))
    assert written == dict.fromkeys(ids, 1)
    assert results == {"changed": 7}


def test_a_fault_of_one_ticket_stops_no_other(
    db: Connection, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = _some(world, 4)
    inner = _job_batch.change_one

    def fails_once(s: Any, actor: Any, ticket_id: int, *more: Any) -> Any:
        if ticket_id == ids[1]:
            raise ZeroDivisionError
        return inner(s, actor, ticket_id, *more)

    monkeypatch.setattr(_job_batch, "change_one", fails_once)
    begun = _start(world)
    jobs.run_due()
    done = jobs.get(world.actor("agent"), begun.id)
    assert (done.status, done.changed, done.refused) == ("done", 3, 1)


def test_jobs_are_forgotten_after_30_days(db: Connection, world: World) -> None:
    _some(world, 1)
    _start(world)
    jobs.run_due()
    assert jobs.forget_old() == 0
    with clock.moved(datetime.now(UTC) + timedelta(days=31)):
        assert jobs.forget_old() == 1
    assert db.scalar(select(func.count()).select_from(job_tickets)) == 0

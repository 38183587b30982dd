"""Changing all that match, from the queue: the same job as over HTTP, followed to its end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core.db import transaction
from helpdesk.models.job import job_tickets
from helpdesk.models.job import jobs as job_rows
from helpdesk.services import jobs, tickets
from tests import factories
from tests.client import Api
from tests.factories import World
from tests.ui.conftest import Opener
from tests.ui.doing import act, as_person, form, loaded

ui = pytest.mark.asyncio(loop_scope="session")


def _written() -> tuple[dict[str, Any], list[Any]]:
    with transaction() as s:
        row = s.execute(
            select(job_rows.c.owner_id, job_rows.c.action, job_rows.c.args, job_rows.c.total)
        ).one()
        found = s.scalars(select(job_tickets.c.ticket_id).order_by(job_tickets.c.ticket_id)).all()
    return dict(row._mapping), list(found)


def _file(people: World, count: int = 3) -> list[int]:
    return [factories.make_ticket(people.client, people.it).ticket.id for _ in range(count)]


@ui
async def test_it_is_followed_to_its_end(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.jobs.state import JobState
    from helpdesk.ui.queue.state import QueueState

    ids = await asyncio.to_thread(_file, people)
    name = JobState.get_full_name()
    tab = await loaded(
        await open_tab(people.agent, f"/queue?view=all&group={people.it.group_id}"), QueueState
    )
    await act(tab, f"{name}.ask")
    assert (tab.var(JobState, "asking"), tab.var(JobState, "words")) == (True, "3 tickets")
    offered = [one["value"] for one in tab.var(JobState, "choices")]
    assert {"priority:High", "assign:me", f"assign:{people.agent2.id}"} <= set(offered)
    await act(tab, f"{name}.start", form=form(action="priority:High"))
    assert tab.var(JobState, "job")["words"] == "0 of 3"
    row, found = await asyncio.to_thread(_written)
    assert row == {
        "owner_id": people.agent.id,
        "action": "priority",
        "args": {"priority": "High"},
        "total": 3,
    }
    assert found == ids
    await as_person(people, "admin", tickets.set_status, ids[0], "Closed")
    await asyncio.to_thread(jobs.run_due)
    await act(tab, f"{name}.refresh")
    job = tab.var(JobState, "job")
    assert (job["running"], job["outcome"]) == (False, "2 changed, 0 as before, 1 refused.")
    assert len(tab.var(JobState, "refused")) == 1
    assert {row["priority"] for row in tab.var(QueueState, "rows")} == {"High"}


@ui
async def test_the_same_job_as_over_http(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.jobs.state import JobState
    from helpdesk.ui.queue.state import QueueState

    await asyncio.to_thread(_file, people)
    tab = await loaded(await open_tab(people.agent, "/queue?view=unassigned"), QueueState)
    name = JobState.get_full_name()
    await act(tab, f"{name}.start", form=form(action="assign:me"))
    by_page = await asyncio.to_thread(_written)
    await act(tab, f"{name}.cancel")
    assert tab.var(JobState, "job")["status"] == "cancelled"

    def by_api() -> Any:
        with transaction() as s:
            s.execute(job_tickets.delete())
            s.execute(job_rows.delete())
        body = {
            "filter": {"assigned_to": ["none"], "status": ["Open", "Assigned", "In Progress"]},
            "action": "assign",
            "assigned_to": people.agent.id,
        }
        assert Api().login(people.agent).post("/api/v1/admin/tickets/bulk", json=body).status_code == 202
        return _written()

    assert await asyncio.to_thread(by_api) == by_page


@ui
async def test_a_second_one_shows_the_first(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.jobs.state import JobState
    from helpdesk.ui.queue.state import QueueState

    await asyncio.to_thread(_file, people)
    tab = await loaded(await open_tab(people.agent, "/queue?view=all"), QueueState)
    name = JobState.get_full_name()
    for wanted in ("priority:High", "priority:Low"):
        await act(tab, f"{name}.start", form=form(action=wanted))
    assert tab.var(JobState, "error").startswith("A bulk change of yours is still running.")
    assert tab.var(JobState, "job")["total"] == 3
    await act(tab, f"{name}.cancel")
    for odd in ("delete:1", "priority:", "assign:", "assign:-1", "assign:9" * 20):
        await act(tab, f"{name}.start", form=form(action=odd))
        assert tab.var(JobState, "error")

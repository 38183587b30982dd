"""Changing all that match, from the queue: the same job as over HTTP, followed to its end."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from helpdesk.core import clock
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
    offered = {
        action: {one["value"] for one in values} for action, values in tab.var(JobState, "choices").items()
    }
    assert offered["priority"] == {"Low", "Medium", "High", "Critical"}
    assert {"me", "nobody", str(people.agent2.id)} <= offered["assign"]
    await act(tab, f"{name}.start", form=form(action="priority", value="High"))
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
    await act(tab, f"{name}.start", form=form(action="assign", value="me"))
    by_page = await asyncio.to_thread(_written)
    await act(tab, f"{name}.cancel")
    assert tab.var(JobState, "job")["status"] == "cancelled"

    def by_api() -> Any:
        _forgotten()
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
    for wanted in ("High", "Low"):
        await act(tab, f"{name}.start", form=form(action="priority", value=wanted))
    assert tab.var(JobState, "error").startswith("A bulk change of yours is still running.")
    assert tab.var(JobState, "job")["total"] == 3
    await act(tab, f"{name}.cancel")
    odd = (
        ("delete", "1"), ("priority", ""), ("assign", ""), ("assign", "-1"), ("assign", "9" * 20),
        ("category", ""), ("category", "1:2"), ("hold", "tea"),
    )  # fmt: skip
    for action, value in odd:
        await act(tab, f"{name}.start", form=form(action=action, value=value))
        assert tab.var(JobState, "error"), action


@ui
async def test_it_moves_and_holds_until_a_morning_of_ones_own(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.jobs.state import JobState
    from helpdesk.ui.queue.state import QueueState

    await asyncio.to_thread(_file, people, 1)
    tab = await loaded(await open_tab(people.agent, "/queue?view=all"), QueueState)
    name = JobState.get_full_name()
    await act(tab, f"{name}.ask")
    place = f"{people.it.group_id}:{people.it.category_id}:0"
    assert place in {one["value"] for one in tab.var(JobState, "choices")["category"]}
    for action in ("hold", "nonsense"):
        await act(tab, f"{name}.choose", action=action)
        assert tab.var(JobState, "action") == "hold"

    async def begun(**sent: str) -> dict[str, Any]:
        await act(tab, f"{name}.start", form=form(**sent))
        assert tab.var(JobState, "error") == ""
        row, _ = await asyncio.to_thread(_written)
        await act(tab, f"{name}.cancel")
        await asyncio.to_thread(_forgotten)
        assert row["action"] == sent["action"]
        return dict(row["args"])

    day = f"{clock.now() + timedelta(days=40):%Y-%m-%d}"
    held = await begun(action="hold", value="third_party", until=day, zone="Pacific/Auckland")
    assert held["reason"] == "third_party"
    assert datetime.fromisoformat(held["until"]) == datetime.fromisoformat(day).replace(
        tzinfo=ZoneInfo("Pacific/Auckland")
    )
    assert await begun(action="hold", value="", until=day) == {"reason": None}
    moved = await begun(action="category", value=place)
    assert moved == {
        "group_id": people.it.group_id, "category_id": people.it.category_id, "subcategory_id": None,
    }  # fmt: skip


def _forgotten() -> None:
    with transaction() as s:
        s.execute(job_tickets.delete())
        s.execute(job_rows.delete())

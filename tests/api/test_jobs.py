"""Bulk changes by filter over HTTP."""

from __future__ import annotations

import pytest

from helpdesk.services import jobs, tickets
from tests.client import Api
from tests.factories import World, make_ticket

BULK = "/api/v1/admin/tickets/bulk"
JOBS = "/api/v1/admin/jobs"


def test_from_the_filter_to_the_result(api: Api, world: World) -> None:
    made = [make_ticket(world.client, world.it).ticket for _ in range(3)]
    agent = api.login(world.agent)
    answer = agent.post(BULK, json={"filter": {"status": ["Open"]}, "action": "priority", "priority": "High"})
    assert answer.status_code == 202
    job = answer.json()
    assert (job["status"], job["total"], job["done"], job["owner"]["id"]) == ("queued", 3, 0, world.agent.id)
    again = agent.post(BULK, json={"filter": {}, "action": "priority", "priority": "Low"})
    assert (again.status_code, again.json()["job_id"]) == (409, job["id"])
    tickets.set_status(world.actor("admin"), made[0].id, "Closed")
    jobs.run_due()
    told = agent.get(f"{JOBS}/{job['id']}").json()
    assert (told["status"], told["changed"], told["refused"]) == ("done", 2, 1)
    page = agent.get(f"{JOBS}/{job['id']}/refused").json()
    assert [(one["id"], one["ticket_no"]) for one in page["items"]] == [(made[0].id, made[0].ticket_no)]
    assert [one["id"] for one in agent.get(JOBS).json()["items"]] == [job["id"]]


def test_others_learn_nothing_of_it(api: Api, world: World) -> None:
    make_ticket(world.client, world.it)
    body = {"filter": {}, "action": "priority", "priority": "High"}
    job = api.login(world.agent).post(BULK, json=body).json()["id"]
    for person, status in (
        (world.agent2, 404),
        (world.manager, 404),
        (world.client, 403),
        (world.admin, 200),
    ):
        client = api.login(person)
        assert client.get(f"{JOBS}/{job}").status_code == status
        assert client.get(f"{JOBS}/{job}/refused").status_code == status
        assert client.post(f"{JOBS}/{job}/cancel").status_code == status
    told = api.login(world.agent).get(f"{JOBS}/{job}").json()
    assert told["status"] == "cancelled"


@pytest.mark.parametrize(
    "change",
    [
        {"ids": [1]},
        {"filter": None},
        {"versions": [1]},
        {"filter": {"status": ["Lost"]}},
        {"filter": {"status": "Open"}},
        {"filter": {"page": 1}},
        {"filter": {"assigned_to": ["somebody"]}},
        {"filter": {"q": "nothing like it"}},
        {"priority": "Lowest"},
        {"status": "Closed"},
        {"action": "delete"},
    ],
)
def test_what_is_refused(api: Api, world: World, change: dict[str, object]) -> None:
    make_ticket(world.client, world.it)
    body = {"filter": {"status": ["Open"]}, "action": "priority", "priority": "High"} | change
    assert api.login(world.agent).post(BULK, json=body).status_code == 422
    assert api.login(world.agent).get(JOBS).json() == {"items": []}


def test_it_takes_the_filters_of_the_list(api: Api) -> None:
    from helpdesk.api.bodies import BulkFilter
    from tests.client import app

    listed = {one["name"] for one in app().openapi()["paths"]["/api/v1/admin/tickets"]["get"]["parameters"]}
    assert set(BulkFilter.model_fields) == listed - {"page", "page_size", "cursor", "sort"}

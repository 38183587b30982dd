"""Reports over HTTP: the shape, the parameters, CSV."""

from __future__ import annotations

import csv
import io

import pytest

from helpdesk.services import reports
from helpdesk.services.views import ReportQuery
from tests.client import Api
from tests.factories import World, make_ticket

PATH = "/api/v1/admin/reports"


def test_the_shape(api: Api, world: World) -> None:
    make_ticket(world.client, world.it)
    make_ticket(world.client, world.hr)
    told = api.login(world.manager).get(PATH).json()
    assert list(told) == [
        "from", "to", "created", "resolved", "reopened", "backlog", "by_status", "by_priority", "by_group",
        "first_response_minutes", "resolution_minutes", "sla", "reopen_rate",
    ]  # fmt: skip
    assert (told["created"], told["backlog"], told["reopen_rate"]) == (1, 1, None)
    assert told["by_status"] == {"Open": 1, "Assigned": 0, "In Progress": 0, "Resolved": 0, "Closed": 0}
    assert told["by_priority"] == {"Low": 0, "Medium": 1, "High": 0, "Critical": 0}
    assert told["by_group"] == [{"id": world.it.group_id, "name": "IT", "count": 1}]
    assert told["first_response_minutes"] == {"median": None, "p90": None}
    nothing = {"met": 0, "breached": 0, "attainment": None}
    assert told["sla"] == {"first_response": nothing, "resolution": nothing}
    assert api.login(world.admin).get(PATH).json()["created"] == 2


def test_days_are_whole_and_moments_exact(api: Api, world: World) -> None:
    admin = api.login(world.admin)
    told = admin.get(PATH, params={"from": "2026-09-01", "to": "2026-09-30"}).json()
    assert (told["from"], told["to"]) == ("2026-09-01", "2026-09-30")
    told = admin.get(PATH, params={"from": "2026-09-01T08:00:00+02:00", "to": "2026-09-30"}).json()
    assert (told["from"], told["to"]) == ("2026-09-01T06:00:00Z", "2026-10-01T00:00:00Z")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"from": "2026-09-02", "to": "2026-09-01"}, "from"),
        ({"from": "2025-01-01", "to": "2026-09-01"}, "from"),
        ({"from": "2026-02-30"}, "from"),
        ({"to": "soon"}, "to"),
        ({"to": "9999-12-31"}, "to"),
        ({"group_id": "0"}, "group_id.0"),
        ({"since": "2026-09-02"}, "since"),
    ],
)
@pytest.mark.parametrize("path", ["", "/figures", "/flow.csv"])
def test_what_is_refused(api: Api, world: World, path: str, wrong: dict[str, str], field: str) -> None:
    answer = api.login(world.admin).get(PATH + path, params=wrong)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_who_may(api: Api, world: World) -> None:
    for person, status in ((world.client, 403), (world.agent, 403), (world.manager, 200)):
        for path in ("", "/figures", "/sla.csv"):
            assert api.login(person).get(PATH + path).status_code == status
    assert api.login(world.admin).get(f"{PATH}/salaries.csv").status_code == 404


def test_hours_in_a_zone(api: Api, world: World) -> None:
    admin = api.login(world.admin)
    told = admin.get(f"{PATH}/figures", params={"zone": "Asia/Tokyo"}).json()
    labels = {one["key"]: one["columns"][0]["label"] for one in told["figures"]}
    assert labels["arrivals"] == "Hour (Asia/Tokyo)"
    assert admin.get(f"{PATH}/arrivals.csv", params={"zone": "Asia/Tokyo"}).status_code == 200
    for path in ("/figures", "/arrivals.csv"):
        answer = admin.get(PATH + path, params={"zone": "Asia/Nowhere"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "zone")


def test_the_files_hold_what_the_figures_say(api: Api, world: World) -> None:
    make_ticket(world.client, world.it)
    admin = api.login(world.admin)
    told = admin.get(f"{PATH}/figures").json()
    known = [one.key for one in reports.dashboard(world.actor("admin"), ReportQuery()).figures]
    assert [figure["key"] for figure in told["figures"]] == known
    for figure in told["figures"]:
        answer = admin.get(f"{PATH}/{figure['key']}.csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert f'filename="{figure["key"]}.csv"' in answer.headers["content-disposition"]
        head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert head == [column["name"] for column in figure["columns"]]
        shown = [["" if cell is None else str(cell) for cell in row] for row in figure["rows"]]
        assert rows == shown

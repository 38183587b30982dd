"""Promises, deadlines and figures over HTTP."""

from __future__ import annotations

from tests.client import Api
from tests.factories import World, make_ticket


def test_what_a_ticket_would_be_promised(api: Api, world: World) -> None:
    client = api.login(world.client)
    answer = client.get(
        f"/api/v1/expectation?group_id={world.it.group_id}&category_id={world.it.category_id}&impact=1&urgency=1"
    )
    assert answer.status_code == 200
    assert answer.json()["resolution_due"] > answer.json()["first_response_due"]
    for wrong in ("", "?group_id=9007199254740991", f"?group_id={world.it.group_id}&impact=4", "?group_id=x"):
        assert client.get(f"/api/v1/expectation{wrong}").status_code == 422


def test_how_a_deadline_comes_about(api: Api, world: World) -> None:
    made = make_ticket(world.client, world.it).ticket
    path = f"/api/v1/tickets/{made.ticket_no}/clocks/resolution"
    items = api.login(world.client).get(path).json()["items"]
    assert items
    assert sum(one["seconds"] for one in items if one["kind"] == "counted") > 0
    assert api.login(world.client2).get(path).status_code == 404
    assert api.login(world.client).get(path.replace("resolution", "lunch")).status_code == 422


def test_the_home_figures_are_in_scope(api: Api, world: World) -> None:
    make_ticket(world.client, world.it)
    make_ticket(world.client, world.hr)
    assert api.login(world.manager).get("/api/v1/admin/home").json()["open"] == 1
    home = api.login(world.admin).get("/api/v1/admin/home").json()
    assert (home["open"], home["unassigned"], home["created_today"], len(home["days"])) == (2, 2, 2, 14)
    assert api.login(world.agent).get("/api/v1/admin/home").status_code == 403

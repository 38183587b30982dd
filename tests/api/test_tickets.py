"""A ticket's whole life over HTTP, and what each side of it sees (product rules §7)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from helpdesk.core.db import transaction
from helpdesk.models.ticket import attachments as files
from helpdesk.models.ticket import ticket_comments, tickets
from tests.client import Api
from tests.factories import World, make_ticket, make_user

TICKET = {
    "id", "ticket_no", "title", "description", "status", "priority", "group", "category", "subcategory",
    "created_by", "requested_for", "assigned_to", "hold", "resolution_code", "resolution_text",
    "reopen_count", "rating", "watchers", "tags", "version", "created_at", "updated_at", "resolved_at",
    "closed_at", "sla",
}  # fmt: skip


def file(client: TestClient, world: World, **more: object) -> dict[str, object]:
    body = {
        "title": "Laptop does not start",
        "description": "  It beeps.\n\tTwice. ",
        "group_id": world.it.group_id,
        "category_id": world.it.category_id,
        "subcategory_id": world.it.subcategory_id,
    } | more
    answer = client.post("/api/v1/tickets", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, object] = answer.json()
    assert answer.headers["location"] == f"/api/v1/tickets/{made['id']}"
    return made


def test_a_whole_life(api: Api, world: World) -> None:
    client, agent = api.login(world.client), api.login(world.agent)
    made = file(client, world)
    assert set(made) == TICKET | {"comments", "attachments", "history"}
    assert made["description"] == "  It beeps.\n\tTwice. "
    assert made["status"] == "Open"
    assert set(made["sla"]) == {"first_response", "next_response", "resolution"}  # type: ignore[call-overload]
    path, admin_path = f"/api/v1/tickets/{made['id']}", f"/api/v1/admin/tickets/{made['id']}"

    queue = agent.get("/api/v1/admin/tickets?assigned_to=none&status=Open").json()
    assert [one["id"] for one in queue["items"]] == [made["id"]]
    assert set(queue["items"][0]) == TICKET

    assert agent.post(f"{admin_path}/take").json()["assigned_to"]["id"] == world.agent.id
    other = api.login(world.agent2).post(f"{admin_path}/take")
    assert (other.status_code, other.json()["assigned_to"]["name"]) == (409, "Ada Agent")
    agent.post(f"{path}/comments", json={"message": "Did you try the other plug?"})
    agent.post(f"{path}/comments", json={"message": "Third one this week.", "is_internal": True})
    assert client.get(path).json()["status"] == "In Progress"
    held = agent.put(f"{admin_path}/hold", json={"reason": "requester"}).json()
    assert held["hold"]["reason"] == "requester"
    assert client.post(f"{path}/comments", json={"message": "Yes."}).status_code == 201
    assert client.get(path).json()["hold"] is None
    done = agent.put(
        f"{admin_path}/status",
        json={"status": "Resolved", "resolution_code": "solved", "resolution_text": "New plug."},
    ).json()
    assert (done["status"], done["resolution_code"]) == ("Resolved", "solved")
    assert client.post(f"{path}/reopen", json={"reason": "Beeps again."}).json()["reopen_count"] == 1
    agent.put(
        f"{admin_path}/status",
        json={"status": "Resolved", "resolution_code": "workaround", "resolution_text": "Tape."},
    )
    assert client.post(f"{path}/close").json()["status"] == "Closed"
    assert client.post(f"{path}/rating", json={"rating": 4, "comment": "ok"}).json()["rating"] == 4
    closed = client.post(f"{path}/comments", json={"message": "One more thing"})
    assert (closed.status_code, closed.json()["offer"]) == (409, "reopen")


def test_the_client_sees_no_note_and_the_agent_does(api: Api, world: World) -> None:
    client, agent = api.login(world.client), api.login(world.agent)
    path = f"/api/v1/tickets/{file(client, world)['id']}"
    before = client.get(path).text
    note = agent.post(
        f"{path}/comments",
        data={"message": "canary-7f3a", "is_internal": "true"},
        files=[("attachments", ("canary-7f3a.txt", b"canary-7f3a", "text/plain"))],
    ).json()
    assert note["is_internal"] is True
    assert client.get(path).text == before
    attachment = f"/api/v1/attachments/{note['attachments'][0]['id']}"
    assert client.get(attachment).status_code == 404
    assert agent.get(attachment).content == b"canary-7f3a"
    shown = agent.get(path).json()
    assert [one["message"] for one in shown["comments"]] == ["canary-7f3a"]


def test_number_and_id_open_the_same_ticket(api: Api, world: World) -> None:
    client = api.login(world.client)
    made = file(client, world)
    number = str(made["ticket_no"])
    for key in (made["id"], number, number.lower()):
        assert client.get(f"/api/v1/tickets/{key}").json()["id"] == made["id"]
    for key in ("HD-1", "x", "0", "9223372036854775808", "HD-1042'--", "%00", "..%2f"):
        assert client.get(f"/api/v1/tickets/{key}").status_code in {404, 422}


def test_similar_requests_are_ones_own(api: Api, world: World) -> None:
    client = api.login(world.client)
    mine = file(client, world, title="The printer on floor 3 jams")
    make_ticket(world.client2, world.it, "The printer on floor 3 jams too")
    path = "/api/v1/tickets/similar"
    found = client.get(path, params={"title": "printer floor 3 jams"}).json()["items"]
    assert [one["id"] for one in found] == [mine["id"]]
    assert client.get(path).status_code == 422
    assert client.get(path, params={"title": "\x00"}).status_code == 422


def test_on_behalf_of_a_colleague(api: Api, world: World) -> None:
    client, colleague = api.login(world.client), api.login(world.client2)
    made = file(client, world, requested_for=world.client2.id)
    assert made["requested_for"]["id"] == world.client2.id  # type: ignore[call-overload]
    assert [one["id"] for one in made["watchers"]] == [world.client.id]  # type: ignore[union-attr]
    assert made["requested_for"]["email"] is None  # type: ignore[call-overload]
    path = f"/api/v1/tickets/{made['id']}"
    assert client.post(f"{path}/close").status_code == 403
    assert colleague.post(f"{path}/close").json()["resolution_code"] == "withdrawn"


def test_watchers_come_and_go(api: Api, world: World) -> None:
    client, colleague = api.login(world.client), api.login(world.client2)
    path = f"/api/v1/tickets/{file(client, world)['id']}"
    assert colleague.get(path).status_code == 404
    assert client.put(f"{path}/watchers", json={"user_ids": [world.client2.id]}).status_code == 200
    assert colleague.get(path).status_code == 200
    assert colleague.get("/api/v1/tickets?watching=true").json()["total"] == 1
    client.put(f"{path}/watchers", json={"user_ids": []})
    assert colleague.get(path).status_code == 404


def test_a_restricted_group_is_closed_to_others_and_open_to_its_requester(api: Api, world: World) -> None:
    client = api.login(world.client)
    made = client.post("/api/v1/tickets", json={"title": "Salary", "group_id": world.hr.group_id}).json()
    path = f"/api/v1/tickets/{made['id']}"
    assert client.get(path).status_code == 200
    for who in (world.agent, world.manager):
        outside = api.login(who)
        assert outside.get(path).status_code == 404
        assert outside.get("/api/v1/admin/tickets").json()["total"] == 0
        assert outside.get("/api/v1/admin/tickets?q=Salary").json()["total"] == 0
        assert outside.get("/api/v1/admin/tickets/counts").json()["all"] == 0
        assert outside.get(f"/api/v1/admin/tickets?group_id={world.hr.group_id}").json()["items"] == []
    for who in (world.hr_agent, world.admin):
        inside = api.login(who)
        assert inside.get(path).status_code == 200
        assert inside.get("/api/v1/admin/tickets").json()["total"] == 1


def test_filters_and_pages(api: Api, world: World) -> None:
    client, agent = api.login(world.client), api.login(world.agent)
    for number in range(7):
        file(client, world, title=f"Ticket {number}", priority="High" if number % 2 else "Low")
    high = client.get("/api/v1/tickets?priority=High&priority=Critical&page_size=2").json()
    assert (high["total"], len(high["items"]), high["page"], high["page_size"]) == (3, 2, 1, 2)
    seen, cursor = [], None
    while True:
        params = {"page_size": 3, "sort": "created_at"} | ({"cursor": cursor} if cursor else {})
        page = agent.get("/api/v1/admin/tickets", params=params).json()
        seen += [one["title"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"Ticket {number}" for number in range(7)]
    assert (
        agent.get("/api/v1/admin/tickets?created_from=2020-01-01&created_to=2020-01-31").json()["total"] == 0
    )
    assert agent.get("/api/v1/admin/tickets?created_from=2020-01-01T00:00:00%2B02:00").json()["total"] == 7
    assert agent.get("/api/v1/admin/tickets?on_hold=true").json()["total"] == 0


def test_an_agents_own_request_looks_to_them_as_to_any_client(api: Api, world: World) -> None:
    agent = api.login(world.agent)
    made = make_ticket(world.agent, world.hr)
    assert agent.get("/api/v1/tickets").json()["total"] == 1
    assert agent.get("/api/v1/admin/tickets").json()["total"] == 0
    path = f"/api/v1/tickets/{made.ticket.id}"
    note = agent.post(f"{path}/comments", json={"message": "x", "is_internal": True})
    assert note.status_code == 403


def test_editing_assigning_and_bulk(api: Api, world: World) -> None:
    agent = api.login(world.agent)
    made = [make_ticket(world.client, world.it).ticket for _ in range(3)]
    hidden = make_ticket(world.client, world.hr).ticket
    path = f"/api/v1/admin/tickets/{made[0].id}"
    edited = agent.put(
        path, json={"priority": "Critical", "title": "Fire", "version": made[0].version}
    ).json()
    assert (edited["priority"], edited["title"]) == ("Critical", "Fire")
    assigned = agent.put(f"{path}/assign", json={"assigned_to": world.agent2.id}).json()
    assert (assigned["status"], assigned["assigned_to"]["id"]) == ("Assigned", world.agent2.id)
    for nobody in (world.client.id, world.manager.id):
        assert agent.put(f"{path}/assign", json={"assigned_to": nobody}).status_code == 422
    assert agent.put(f"{path}/assign", json={"assigned_to": None}).json()["status"] == "Open"

    ids = [one.id for one in made] + [hidden.id]
    body = {"ids": ids, "action": "assign", "assigned_to": world.agent.id}
    results = agent.post("/api/v1/admin/tickets/bulk", json=body).json()["results"]
    assert [(one["id"], one["ok"]) for one in results] == [*((i, True) for i in ids[:3]), (hidden.id, False)]
    for wrong in (
        {"ids": [], "action": "assign", "assigned_to": None},
        {"ids": list(range(1, 202)), "action": "assign", "assigned_to": None},
        {"ids": ids, "action": "delete"},
        {"ids": ids, "action": "assign"},
        {"ids": ids, "action": "priority", "assigned_to": 1, "priority": "Low"},
    ):
        assert agent.post("/api/v1/admin/tickets/bulk", json=wrong).status_code == 422


def test_a_status_that_the_table_gives_to_others(api: Api, world: World) -> None:
    made = make_ticket(world.client, world.it).ticket
    path = f"/api/v1/admin/tickets/{made.id}/status"
    assert api.login(world.agent).put(path, json={"status": "Closed"}).status_code == 403
    assert api.login(world.manager).put(path, json={"status": "Closed"}).status_code == 403
    assert api.login(world.admin).put(path, json={"status": "Closed"}).json()["status"] == "Closed"


def test_ending_a_hold_takes_null_and_not_nothing(api: Api, world: World) -> None:
    made = make_ticket(world.client, world.it).ticket
    agent = api.login(world.agent)
    path = f"/api/v1/admin/tickets/{made.id}"
    assert agent.put(f"{path}/hold", json={"reason": "approval"}).status_code == 409
    agent.post(f"{path}/take")
    assert agent.put(f"{path}/hold", json={"reason": "approval"}).json()["hold"]["reason"] == "approval"
    assert agent.put(f"{path}/hold").status_code == 422
    answer = agent.put(f"{path}/hold", content=b"null", headers={"content-type": "application/json"})
    assert answer.json()["hold"] is None


@pytest.mark.parametrize("shape", ["json", "form"])
def test_one_key_twenty_times_at_once_makes_one_ticket(
    fresh_api: Api, fresh_world: World, shape: str
) -> None:
    client = fresh_api.login(fresh_world.client)
    fields = {"title": "Once", "group_id": fresh_world.it.group_id}
    headers = {"Idempotency-Key": "a-key-of-the-caller"}

    def send(_: int) -> tuple[int, int]:
        upload = [("attachments", ("a.txt", b"the same file", "text/plain"))]
        body = {"json": fields} if shape == "json" else {"data": fields, "files": upload}
        answer = client.post("/api/v1/tickets", headers=headers, **body)  # type: ignore[arg-type]
        return answer.status_code, answer.json()["id"]

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(send, range(20)))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 201
    with transaction() as s:
        assert s.scalar(select(func.count()).select_from(tickets)) == 1
        assert s.scalar(select(func.count()).select_from(files)) == (0 if shape == "json" else 1)
    other = client.post("/api/v1/tickets", headers=headers, json=fields | {"title": "Twice"})
    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "Idempotency-Key"


def test_a_key_belongs_to_its_caller_place_and_body(api: Api, world: World) -> None:
    client, colleague = api.login(world.client), api.login(world.client2)
    path = f"/api/v1/tickets/{file(client, world)['id']}/comments"
    headers = {"Idempotency-Key": "k"}
    first = client.post(path, json={"message": "Once"}, headers=headers)
    again = client.post(path, json={"message": "Once"}, headers=headers)
    assert first.json() == again.json()
    with transaction() as s:
        assert s.scalar(select(func.count()).select_from(ticket_comments)) == 1
    body = {"title": "Mine", "group_id": world.it.group_id}
    assert client.post("/api/v1/tickets", json=body, headers=headers).status_code == 422
    assert colleague.post("/api/v1/tickets", json=body, headers=headers).status_code == 201
    for key in ("", "x" * 256, "a\x7fb"):
        answer = client.post("/api/v1/tickets", json=body, headers={"Idempotency-Key": key})
        assert answer.status_code == 422


def test_thirty_agents_take_one_ticket(fresh_api: Api, fresh_world: World) -> None:
    made = make_ticket(fresh_world.client, fresh_world.it).ticket
    people = [make_user("agent", f"Agent No{number:02}") for number in range(30)]
    agents = [fresh_api.login(person) for person in people]
    path = f"/api/v1/admin/tickets/{made.id}/take"
    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda client: client.post(path), agents))
    winners = [answer.json()["assigned_to"]["name"] for answer in answers if answer.status_code == 200]
    losers = [answer.json()["assigned_to"]["name"] for answer in answers if answer.status_code == 409]
    assert len(winners) == 1
    assert losers == winners * 29


def test_a_reply_on_an_outdated_thread_is_held(api: Api, world: World) -> None:
    client, agent = api.login(world.client), api.login(world.agent)
    path = f"/api/v1/tickets/{file(client, world)['id']}/comments"
    agent.post(path, json={"message": "Which floor?"})
    agent.post(path, json={"message": "He never says", "is_internal": True})
    held = client.post(path, json={"message": "It smells", "seen_comment_id": 0})
    assert (held.status_code, held.json()["code"]) == (409, "newer_comments")
    (newer,) = held.json()["newer"]
    assert newer["message"] == "Which floor?"
    assert newer["author"] == {"id": world.agent.id, "name": "Ada Agent", "email": None, "role": "agent"}
    sent = client.post(path, json={"message": "It smells", "seen_comment_id": newer["id"]})
    assert sent.status_code == 201
    form = {"message": "On my way", "seen_comment_id": str(newer["id"])}
    in_a_form = agent.post(path, data=form, files={"attachments": ("a.txt", b"a\n")})
    assert [one["id"] for one in in_a_form.json()["newer"]] == [sent.json()["id"]]
    assert agent.get("/api/v1/uploads").json()["attachments"] == []

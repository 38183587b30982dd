"""What stands around a ticket over HTTP: who else has it open, the tickets beside it, whom a note may mention."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from helpdesk.core import clock
from helpdesk.integrations import presence
from helpdesk.services import tickets
from tests.client import Api
from tests.factories import Person, World, make_ticket

OWN, ADMIN = "/api/v1/tickets", "/api/v1/admin/tickets"
ADDRESSES = {
    "GET presence": ("GET", OWN + "/{key}/presence"),
    "PUT presence": ("PUT", OWN + "/{key}/presence"),
    "neighbours": ("GET", ADMIN + "/{key}/neighbours"),
    "mentionable": ("GET", ADMIN + "/{key}/mentionable"),
}


@pytest.fixture(autouse=True)
def nobody_there() -> Iterator[None]:
    """This process may still know the Valkey of a test before."""
    presence.reset()
    yield
    presence.reset()


def person(one: Person) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "email": one.email, "role": str(one.role)}


def ask(client: TestClient, name: str, key: object, **more: Any) -> Any:
    method, path = ADDRESSES[name]
    body = {"json": {"doing": "looking"}} if method == "PUT" else {}
    return client.request(method, path.format(key=key), **(body | more))


# ---- who else is here ------------------------------------------------------------------------------------------------


def test_the_helpdesk_sees_who_is_here(api: Api, world: World) -> None:
    made = make_ticket(world.client, world.it).ticket
    agent, agent2, client = (api.login(one) for one in (world.agent, world.agent2, world.client))
    assert ask(agent, "PUT presence", made.id).json() == {"items": []}
    looking = {"person": person(world.agent), "doing": "looking"}
    there = ask(agent2, "PUT presence", made.ticket_no, json={"doing": "noting"})
    assert (there.status_code, there.json()) == (200, {"items": [looking]})
    assert ask(client, "PUT presence", made.id, json={"doing": "replying"}).json() == {"items": []}
    seen = ask(agent, "GET presence", made.id).json()["items"]
    assert seen == [
        {"person": person(world.agent2), "doing": "noting"},
        {"person": person(world.client), "doing": "replying"},
    ]
    assert ask(agent2, "PUT presence", made.id, json={}).status_code == 200, (
        "looking, unless something is said"
    )
    assert [one["doing"] for one in ask(agent, "GET presence", made.id).json()["items"]] == [
        "replying", "looking",
    ]  # fmt: skip


def test_the_requesters_side_is_told_of_nobody(api: Api, world: World) -> None:
    made = make_ticket(world.client, world.it, watchers=(world.client2.id,)).ticket
    ask(api.login(world.agent), "PUT presence", made.id, json={"doing": "noting"})
    for one in (world.client, world.client2):
        client = api.login(one)
        for name in ("PUT presence", "GET presence"):
            answer = ask(client, name, made.id)
            assert (answer.status_code, answer.json()) == (200, {"items": []}), one.name


def test_a_note_is_for_those_who_can_write_one(api: Api, world: World) -> None:
    made = make_ticket(world.client, world.it).ticket
    own = make_ticket(world.agent, world.hr).ticket
    noting = {"json": {"doing": "noting"}}
    assert ask(api.login(world.client), "PUT presence", made.id, **noting).status_code == 422
    assert ask(api.login(world.manager), "PUT presence", made.id, **noting).status_code == 422
    assert ask(api.login(world.agent), "PUT presence", own.id, **noting).status_code == 403
    assert ask(api.login(world.hr_agent), "GET presence", own.id).json() == {"items": []}, "nobody was"


@pytest.mark.parametrize("body", [{"doing": "dancing"}, {"doing": None}, {"doing": 1}, {"who": 1}, []])
def test_made_up_presence_is_refused(api: Api, world: World, body: Any) -> None:
    made = make_ticket(world.client, world.it).ticket
    assert ask(api.login(world.agent), "PUT presence", made.id, json=body).status_code == 422


# ---- the tickets beside it -------------------------------------------------------------------------------------------


def test_the_tickets_beside_it_in_a_list(api: Api, world: World) -> None:
    first = make_ticket(world.client, world.it, "One", priority="High").ticket
    make_ticket(world.client, world.hr, "Out of sight")
    second = make_ticket(world.client2, world.it, "Two").ticket
    third = make_ticket(world.client, world.it, "Three", priority="High").ticket
    agent = api.login(world.agent)

    def beside(key: object, **params: Any) -> tuple[str | None, str | None]:
        answer = ask(agent, "neighbours", key, params={"sort": "ticket_no"} | params)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert set(body) == {"previous", "next"}
        return body["previous"], body["next"]

    assert beside(first.id) == (None, second.ticket_no)
    assert beside(second.ticket_no.lower()) == (first.ticket_no, third.ticket_no)
    assert beside(third.id) == (second.ticket_no, None)
    assert beside(first.id, priority="High") == (None, third.ticket_no)
    assert beside(second.id, priority=["High", "Low"]) == (first.ticket_no, third.ticket_no), (
        "where it would be"
    )
    assert beside(second.id, created_by=world.client.id, sort="-ticket_no") == (
        third.ticket_no, first.ticket_no,
    )  # fmt: skip
    tickets.take(world.actor("agent2"), second.id)
    assert beside(first.id, assigned_to="none") == (None, third.ticket_no)


@pytest.mark.parametrize("query", ["sort=title", "status=Lost", "colour=red", "priority=", "group_id=x"])
def test_a_list_that_there_is_not(api: Api, world: World, query: str) -> None:
    made = make_ticket(world.client, world.it).ticket
    assert api.login(world.agent).get(f"{ADMIN}/{made.id}/neighbours?{query}").status_code == 422


# ---- whom a note may mention -----------------------------------------------------------------------------------------


def test_whom_a_note_may_mention(api: Api, world: World) -> None:
    made = make_ticket(world.client, world.it).ticket
    answer = ask(api.login(world.agent), "mentionable", made.ticket_no, params={"q": "BE"})
    handle = world.agent2.email.partition("@")[0]
    ben = {"id": world.agent2.id, "name": "Ben Agent", "department": None, "handle": handle}
    assert (answer.status_code, answer.json()) == (200, {"items": [ben]})
    everybody = ask(api.login(world.agent), "mentionable", made.id).json()["items"]
    assert [one["name"] for one in everybody] == ["Axel Admin", "Ben Agent", "Hana Agent"]


def test_in_a_restricted_group_it_offers_those_inside(api: Api, world: World) -> None:
    made = make_ticket(world.client, world.hr).ticket
    offered = ask(api.login(world.hr_agent), "mentionable", made.id).json()["items"]
    assert [one["name"] for one in offered] == ["Axel Admin"]


@pytest.mark.parametrize("query", ["q=" + "x" * 151, "q=a&q=b", "word=a", "q=%00"])
def test_made_up_words_are_refused(api: Api, world: World, query: str) -> None:
    made = make_ticket(world.client, world.it).ticket
    assert api.login(world.agent).get(f"{ADMIN}/{made.id}/mentionable?{query}").status_code == 422


# ---- strangers -------------------------------------------------------------------------------------------------------

REFUSALS: dict[str, dict[str, int]] = {
    # on a ticket of the open group that `client` filed
    "client2": {"GET presence": 404, "PUT presence": 404, "neighbours": 403, "mentionable": 403},
    "client": {"neighbours": 403, "mentionable": 403},
    "manager": {"mentionable": 403},
}
RESTRICTED: dict[str, dict[str, int]] = {
    # on one of the restricted group that `agent` filed
    "agent": {"neighbours": 404, "mentionable": 403},  # seen as its requester alone
    "agent2": {"GET presence": 404, "PUT presence": 404, "neighbours": 404, "mentionable": 404},
    "manager": {"GET presence": 404, "PUT presence": 404, "neighbours": 404, "mentionable": 403},
    "client": {"GET presence": 404, "PUT presence": 404, "neighbours": 403, "mentionable": 403},
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_strangers(api: Api, world: World, name: str) -> None:
    seen = make_ticket(world.client, world.it).ticket.id
    hidden = make_ticket(world.agent, world.hr).ticket.id
    for ticket_id, table in ((seen, REFUSALS), (hidden, RESTRICTED)):
        for who, refusals in table.items():
            expected = refusals.get(name, 200)
            assert ask(api.login(getattr(world, who)), name, ticket_id).status_code == expected, who
    for insider in (world.hr_agent, world.admin):
        assert ask(api.login(insider), name, hidden).status_code == 200
    for missing, status in ((2**40, 404), ("HD-999999", 404), ("nonsense", 404), (2**63, 422)):
        assert ask(api.login(world.admin), name, missing).status_code == status, missing
    assert ask(api.anonymous, name, seen).status_code == 401
    assert ask(api.client("hd_nobody"), name, seen).status_code == 401


@pytest.mark.parametrize("name", ADDRESSES)
def test_tokens_need_their_scope(api: Api, world: World, name: str) -> None:
    ticket_id = make_ticket(world.client, world.it).ticket.id
    agent = api.login(world.agent)
    until = (clock.now() + timedelta(days=1)).isoformat()
    for scope in ("read", "write"):
        asked = {"name": scope, "scopes": [scope], "expires_at": until}
        token = agent.post("/api/v1/profile/tokens", json=asked).json()["value"]
        needed = "write" if name == "PUT presence" else "read"
        expected = 200 if scope == needed else 403
        assert ask(api.client(token), name, ticket_id).status_code == expected, scope

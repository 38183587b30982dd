"""Many at once: distinct numbers, one winner, one ticket per key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier
from typing import Any, TypeVar

from sqlalchemy import func, select

from helpdesk.core.db import transaction
from helpdesk.core.errors import Conflict
from helpdesk.domain.enums import Role
from helpdesk.models.notification import notification_logs
from helpdesk.models.ticket import ticket_events, ticket_history, tickets
from helpdesk.services import tickets as service
from helpdesk.services.views import NewTicket
from tests.client import Api
from tests.factories import World, actor_for, make_ticket, make_user

T = TypeVar("T")


def at_once(calls: int, threads: int, call: Callable[[int], T]) -> list[T]:
    """Run `call(0)` … `call(calls - 1)`, the first `threads` of them from the same instant on."""
    barrier = Barrier(threads)

    def run(number: int) -> T:
        if number < threads:
            barrier.wait(30)
        return call(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(calls)))


def test_a_hundred_tickets_get_a_hundred_numbers(fresh_world: World) -> None:
    actor = fresh_world.actor("client")
    new = NewTicket(group_id=fresh_world.it.group_id, title="One of many")
    made = at_once(100, 25, lambda _: service.create(actor, new).ticket)
    assert len({ticket.ticket_no for ticket in made}) == 100
    assert len({ticket.id for ticket in made}) == 100
    with transaction() as s:
        assert s.scalar(select(func.count()).select_from(tickets)) == 100
        first_events = select(ticket_events.c.ticket_id).where(ticket_events.c.kind == "created")
        assert len(s.scalars(first_events).all()) == 100
        assert s.scalar(select(func.count(ticket_history.c.ticket_id.distinct()))) == 100
        assert s.scalar(select(func.count(notification_logs.c.ticket_id.distinct()))) == 100


def test_thirty_take_one_ticket(fresh_world: World) -> None:
    ticket = make_ticket(fresh_world.client, fresh_world.it).ticket
    agents = [make_user(Role.AGENT, f"Racer Nr{number}") for number in range(30)]
    actors = [actor_for(agent) for agent in agents]

    def take(number: int) -> tuple[str, str]:
        try:
            taken = service.take(actors[number], ticket.id)
        except Conflict as refused:
            return "refused", refused.message
        assert taken.ticket.assigned_to is not None
        assert taken.ticket.assigned_to.id == agents[number].id
        return "won", agents[number].name

    outcomes = at_once(30, 30, take)
    assert Counter(kind for kind, _ in outcomes) == {"won": 1, "refused": 29}
    winner = next(text for kind, text in outcomes if kind == "won")
    assert all(winner in text for kind, text in outcomes if kind == "refused"), outcomes
    with transaction() as s:
        assigned = select(ticket_events.c.actor_id).where(ticket_events.c.kind == "assigned")
        assert len(s.scalars(assigned).all()) == 1


def test_one_idempotency_key_makes_one_ticket(fresh_world: World, fresh_api: Api) -> None:
    token = str(fresh_api.tokens(fresh_world.client)["access_token"])
    body = {"group_id": fresh_world.it.group_id, "title": "Once only"}

    def create(_: int) -> tuple[int, Any]:
        answer = fresh_api.client(token).post(
            "/api/v1/tickets", json=body, headers={"Idempotency-Key": "7c0f7d0e-once"}
        )
        return answer.status_code, answer.json()

    answers = at_once(20, 20, create)
    assert {status for status, _ in answers} == {201}
    assert len({body["id"] for _, body in answers}) == 1
    with transaction() as s:
        assert s.scalar(select(func.count()).select_from(tickets)) == 1
        receipts = select(func.count()).where(notification_logs.c.event == "ticket_receipt")
        assert s.scalar(receipts) == 1


def test_the_same_key_with_another_body_is_refused(fresh_world: World, fresh_api: Api) -> None:
    client = fresh_api.login(fresh_world.client)
    headers = {"Idempotency-Key": "7c0f7d0e-other"}
    body = {"group_id": fresh_world.it.group_id, "title": "Once only"}
    assert client.post("/api/v1/tickets", json=body, headers=headers).status_code == 201
    assert client.post("/api/v1/tickets", json=body | {"title": "B"}, headers=headers).status_code == 422
    # another person's key is another key
    other = fresh_api.login(fresh_world.client2)
    assert other.post("/api/v1/tickets", json=body, headers=headers).status_code == 201


def test_changes_of_one_ticket_leave_an_unbroken_chain(fresh_world: World) -> None:
    ticket = make_ticket(fresh_world.client, fresh_world.it).ticket
    agents = [actor_for(make_user(Role.AGENT)) for _ in range(8)]

    def change(number: int) -> None:
        agent = agents[number % len(agents)]
        service.assign(agent, ticket.id, agent.user_id)

    at_once(40, 8, change)
    with transaction() as s:
        rows = s.execute(
            select(ticket_history)
            .where(ticket_history.c.ticket_id == ticket.id)
            .order_by(ticket_history.c.seq)
        ).all()
        events = s.execute(
            select(ticket_events.c.seq, ticket_events.c.at)
            .where(ticket_events.c.ticket_id == ticket.id)
            .order_by(ticket_events.c.seq)
        ).all()
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert all(later.prev_hash == earlier.hash for earlier, later in pairwise(rows))
    assert [row.seq for row in events] == list(range(1, len(events) + 1))
    assert all(later.at > earlier.at for earlier, later in pairwise(events))

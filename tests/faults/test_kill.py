"""Worker, Valkey and PostgreSQL are killed in the middle of a burst: nothing is lost, nothing is sent twice."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import func, select

from helpdesk.core.db import transaction
from helpdesk.domain.enums import Role
from helpdesk.integrations.mailbox import read_mailbox
from helpdesk.models.notification import notification_attempts, notification_logs
from helpdesk.models.ticket import ticket_events, ticket_history, tickets
from helpdesk.stack.process import wait_for
from tests.factories import PASSWORD, Person, add_member, make_group, make_user
from tests.product import in_its_database
from tests.stack.running import PARTS, Running

TICKETS = 200
VICTIMS = {40: "worker", 90: "valkey", 140: "postgres"}  # after so many tickets


class Burst:
    """Files tickets as a careful program does: each with a key, tried again until there is an answer."""

    def __init__(self, product: Running, client: httpx.Client, person: Person, group_id: int) -> None:
        self.product, self.client, self.group_id = product, client, group_id
        answer = client.post("/auth/login", json={"email": person.email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        self.lock = threading.Lock()
        self.numbers: list[str] = []
        self.refusals: Counter[str] = Counter()

    def file(self, number: int) -> None:
        body = {"group_id": self.group_id, "title": f"Burst {number:03d}"}
        limit = time.monotonic() + 90
        while True:
            try:
                answer = self.client.post(
                    "/tickets", json=body, headers={"Idempotency-Key": f"burst-{number}"}
                )
            except httpx.TransportError as error:
                self.refusals[type(error).__name__] += 1
            else:
                if answer.status_code == 201:
                    break
                # a part is away: the answer says so, and that trying again is safe
                assert answer.status_code == 503, (answer.status_code, answer.text)
                self.refusals["503"] += 1
            assert time.monotonic() < limit, f"ticket {number} was never taken: {self.refusals}"
            time.sleep(0.25)
        with self.lock:
            self.numbers.append(answer.json()["ticket_no"])
            victim = VICTIMS.get(len(self.numbers))
        if victim:
            self.product.kill(victim)


def _unsettled() -> int:
    with transaction() as s:
        open_ones = notification_logs.c.status.in_(["queued", "sending"])
        return s.scalar(select(func.count()).select_from(notification_logs).where(open_ones)) or 0


@pytest.mark.stack
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.xdist_group("stack")
def test_nothing_is_lost_and_nothing_sent_twice(product: Running) -> None:
    with in_its_database(product):
        client, agent = make_user(Role.CLIENT), make_user(Role.AGENT)
        group = make_group("Burst", queue_email="burst@example.com")
        add_member(group, agent)
        with httpx.Client(base_url=f"{product.url}/api/v1", timeout=30) as http:
            burst = Burst(product, http, client, group)
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(burst.file, range(TICKETS)))
        assert len(set(burst.numbers)) == TICKETS
        together = lambda: product.answers() and all(product.pid(part) for part in PARTS)  # noqa: E731
        assert wait_for(together, 60, 0.2), "the product comes back by itself"
        assert wait_for(lambda: _unsettled() == 0, 240, 0.5), f"{_unsettled()} messages were never sent"

        mine = select(tickets.c.id).where(tickets.c.group_id == group)
        with transaction() as s:
            assert len(s.scalars(mine).all()) == TICKETS
            created = select(func.count()).where(
                ticket_events.c.kind == "created", ticket_events.c.ticket_id.in_(mine)
            )
            assert s.scalar(created) == TICKETS
            with_history = func.count(ticket_history.c.ticket_id.distinct())
            assert s.scalar(select(with_history).where(ticket_history.c.ticket_id.in_(mine))) == TICKETS
            told = s.execute(select(notification_logs).where(notification_logs.c.ticket_id.in_(mine))).all()
            rows = [row for row in told if row.channel == "email"]
            tries = select(notification_attempts.c.notification_id, func.count().label("tries"))
            tried = dict(s.execute(tries.group_by(notification_attempts.c.notification_id)).tuples().all())

    assert Counter((row.event, row.recipient_key) for row in rows) == {
        ("ticket_receipt", f"user:{client.id}"): TICKETS,
        ("ticket_created", f"user:{agent.id}"): TICKETS,
        ("ticket_created", "address:burst@example.com"): TICKETS,
    }
    bells = Counter((row.event, row.recipient_key) for row in told if row.channel == "in_app")
    assert bells == {("ticket_created", f"user:{agent.id}"): TICKETS}
    assert Counter(row.status for row in told) == {"sent": len(told)}
    _balance(product, {row.message_id: tried[row.id] for row in rows}, client, agent)
    checked = product.command("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def _balance(product: Running, tries: dict[str, int], *people: Person) -> None:
    """Each row's mail arrived and no other; more than once only where a try was killed."""
    ours = {"burst@example.com", *(person.email for person in people)}
    mails = [
        mail
        for mail in read_mailbox(product.data / "mailbox", 100_000)
        if any(one in mail.to for one in ours)
    ]
    arrived = Counter(mail.message_id for mail in mails)
    assert set(arrived) == set(tries)
    assert [message for message, count in arrived.items() if count > tries[message]] == []
    repeated = sum(count - 1 for count in arrived.values())
    # a killed worker had at most one mail per process on its way, and as many when the database went
    assert repeated <= 2 * len(VICTIMS), f"{repeated} mails arrived twice"

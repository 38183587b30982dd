"""Worker, Valkey and PostgreSQL are killed in the middle of a burst: nothing is lost, nothing is sent twice."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import func, select

from helpdesk.core.db import transaction
from helpdesk.integrations.mailbox import read_mailbox
from helpdesk.models.notification import notification_attempts, notification_logs
from helpdesk.models.ticket import ticket_events, ticket_history, tickets
from helpdesk.stack.process import wait_for
from tests.conftest import _DATA
from tests.factories import PASSWORD, World, make_world
from tests.product import in_its_database, start_product
from tests.stack.running import PARTS, Running

TICKETS = 200
VICTIMS = {40: "worker", 90: "valkey", 140: "postgres"}  # after so many tickets


@pytest.fixture(scope="module")
def stack() -> Iterator[Running]:
    running = start_product(_DATA / "faults")
    yield running
    running.stop()


class Burst:
    """Files tickets as a careful program does: each with a key, tried again until there is an answer."""

    def __init__(self, stack: Running, world: World) -> None:
        self.stack, self.world = stack, world
        self.client = httpx.Client(base_url=f"{stack.url}/api/v1", timeout=30)
        self.client.headers["Authorization"] = f"Bearer {self._token()}"
        self.lock = threading.Lock()
        self.numbers: list[str] = []
        self.refusals: Counter[str] = Counter()

    def _token(self) -> str:
        body = {"email": self.world.client.email, "password": PASSWORD}
        answer = self.client.post("/auth/login", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def file(self, number: int) -> None:
        body = {"group_id": self.world.it.group_id, "title": f"Burst {number:03d}"}
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
            self.stack.kill(victim)


def _unsettled() -> int:
    with transaction() as s:
        open_ones = notification_logs.c.status.in_(["queued", "sending"])
        return s.scalar(select(func.count()).select_from(notification_logs).where(open_ones)) or 0


@pytest.mark.stack
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.xdist_group("stack")
def test_nothing_is_lost_and_nothing_sent_twice(stack: Running) -> None:
    with in_its_database(stack):
        world = make_world()
        burst = Burst(stack, world)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(burst.file, range(TICKETS)))
        assert len(set(burst.numbers)) == TICKETS
        assert wait_for(lambda: all(stack.pid(part) for part in PARTS) and stack.answers(), 60, 0.2), (
            "the product comes back by itself"
        )
        assert wait_for(lambda: _unsettled() == 0, 240, 0.5), f"{_unsettled()} messages were never sent"

        with transaction() as s:
            assert s.scalar(select(func.count()).select_from(tickets)) == TICKETS
            created = select(func.count()).where(ticket_events.c.kind == "created")
            assert s.scalar(created) == TICKETS
            assert s.scalar(select(func.count(ticket_history.c.ticket_id.distinct()))) == TICKETS
            rows = s.execute(select(notification_logs)).all()
            tries = select(notification_attempts.c.notification_id, func.count().label("tries"))
            tried = dict(s.execute(tries.group_by(notification_attempts.c.notification_id)).tuples().all())

    told = Counter((row.event, row.recipient_key) for row in rows)
    everybody = {f"user:{person.id}" for person in (world.agent, world.agent2, world.manager)}
    everybody.add("address:it@example.com")
    assert told == {
        ("ticket_receipt", f"user:{world.client.id}"): TICKETS,
        **{("ticket_created", key): TICKETS for key in everybody},
    }
    assert Counter(row.status for row in rows) == {"sent": len(rows)}

    arrived = Counter(mail.message_id for mail in read_mailbox(stack.data / "mailbox", 100_000))
    assert {row.message_id for row in rows} == set(arrived), "each row's mail arrived, and no other"
    again = {row.message_id: tried[row.id] for row in rows}
    sent_twice = [message for message, count in arrived.items() if count > max(again[message], 1)]
    assert sent_twice == [], "more mails than tries"
    repeated = sum(count - 1 for count in arrived.values())
    # a killed worker may have had one mail per process on its way, and as many when the database went
    assert repeated <= 2 * len(VICTIMS), f"{repeated} mails arrived twice"

    checked = stack.command("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr

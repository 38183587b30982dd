"""A running product for the fixed points: its people, its mail server, and time that passes on demand."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import redis
from kombu import Connection, Producer
from sqlalchemy import func, select, update

from helpdesk.core.db import transaction
from helpdesk.domain.enums import Channel, Role
from helpdesk.integrations import wake
from helpdesk.models.notification import notification_attempts, notification_logs
from helpdesk.stack.folder import DataFolder
from helpdesk.stack.network import free_port
from helpdesk.stack.process import identity, wait_for
from tests.factories import make_branch, make_user
from tests.faults.parts import Parts
from tests.faults.sink import Sink
from tests.faults.users import Caller, Tally
from tests.product import in_its_database
from tests.stack.running import Running

_n = notification_logs.c
_WAIT_S = 60


class Stack:
    def __init__(self, data: Path, secret_key: str) -> None:
        self.sink = Sink()
        self.product = Running(
            data,
            *("--port", f"{free_port()}"),
            secret_key=secret_key,
            rate_limits="off",
            bcrypt_cost="4",
            smtp_url=self.sink.url,
        )
        self.parts = Parts(self.product)
        self.files = data / "files"
        self._numbers = itertools.count(1)

    def begin(self) -> None:
        self.product.ready(420)
        self.addresses = DataFolder(self.product.data).addresses()
        with self.in_its_database():
            self.branch = make_branch("Faults")
            self.client_person = make_user(Role.CLIENT)
            self.agent_person = make_user(Role.AGENT, group_ids=[self.branch.group_id])
        self.client = Caller(self.product.url, self.client_person, Tally())

    def in_its_database(self) -> AbstractContextManager[None]:
        return in_its_database(self.product)

    def stop(self) -> None:
        self.parts.thaw()
        self.product.stop()
        self.sink.close()

    def mend(self) -> None:
        """All parts back, the mail server good, and nothing left to send."""
        self.parts.thaw()
        self.sink.mode, self.sink.poison = "good", ""
        self.wait(self.parts.all_there, "every part to be back")
        self.wait(lambda: self.settled(None), "the outbox to be empty")

    # ---- acts ----------------------------------------------------------------------------------------------

    def title(self) -> str:
        return f"Fault {next(self._numbers)}"

    def file(self, title: str | None = None, **options: Any) -> int:
        """A ticket by the API, tried until there is an answer; tells its client and the agent, a mail each."""
        title = title or self.title()
        body = {"group_id": self.branch.group_id, "title": title}
        return int(self.client.write("POST", "/tickets", title, **(options or {"json": body}))["id"])

    def worker_answers(self) -> bool:
        """Whether a task goes all the way now."""
        token = uuid.uuid4().hex
        with redis.Redis.from_url(f"{self.addresses['HELPDESK_REDIS_URL']}/2", socket_timeout=2) as live:
            try:
                self._ask(token)
                return wait_for(lambda: bool(live.delete(f"hd:pong:{token}")), 5, 0.05)
            except redis.RedisError:
                return False

    def _ask(self, token: str) -> None:
        """Send a ping over a connection of its own."""
        with Connection(f"{self.addresses['HELPDESK_REDIS_URL']}/0") as broker:
            wake._publish(Producer(broker.channel()), "helpdesk.ping", [token])

    def time_passes(self) -> None:
        """Pauses are over, and the leases of the dead."""
        a = notification_attempts.c
        with transaction() as s:
            held = select(_n.id, a.worker).join(notification_attempts, a.notification_id == _n.id)
            held = held.where(_n.status == "sending", a.number == _n.attempts)
            dead = [row.id for row in s.execute(held) if not identity(int(row.worker.rpartition(":")[2]))]
            over = (_n.status == "queued") | _n.id.in_(dead)
            s.execute(update(notification_logs).where(over).values(next_attempt_at=_n.created_at))
        try:
            with redis.Redis.from_url(f"{self.addresses['HELPDESK_REDIS_URL']}/2", socket_timeout=2) as live:
                live.delete("hd:mail:pause", "hd:mail:suspect", "hd:mail:probe")
        except redis.RedisError:
            return

    # ---- looking -------------------------------------------------------------------------------------------

    def rows(self, ticket: int | None) -> list[Any]:
        """The mails; the bell rings with the commit, so that nothing can happen to it."""
        with transaction() as s:
            mails = select(notification_logs).where(_n.channel == Channel.EMAIL)
            which = mails.where(_n.ticket_id == ticket) if ticket else mails
            return list(s.execute(which.order_by(_n.id)).all())

    def statuses(self, ticket: int) -> set[str]:
        return {row.status for row in self.rows(ticket)}

    def tries(self, ticket: int, *, unfinished: bool = False) -> int:
        a = notification_attempts.c
        with transaction() as s:
            which = select(func.count()).select_from(notification_attempts).join(notification_logs)
            which = which.where(_n.ticket_id == ticket)
            return s.scalar(which.where(a.finished_at.is_(None)) if unfinished else which) or 0

    def settled(self, ticket: int | None) -> bool:
        """Whether all is sent or given up; what waits for a later try has its time."""
        if not {row.status for row in self.rows(ticket)} & {"queued", "sending"}:
            return True
        self.time_passes()
        return False

    def arrivals(self, ticket: int) -> list[int]:
        """How often the mail of each row arrived."""
        return [self.sink.arrived[row.message_id] for row in self.rows(ticket)]

    def wait(self, done: Callable[[], bool], what: str) -> None:
        assert wait_for(done, _WAIT_S, 0.2), f"waited in vain for {what}"

"""A real worker process on a real broker and database: killed, cut off, fed with rubbish."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import redis
from sqlalchemy import select, update

from helpdesk.core.config import Settings
from helpdesk.core.db import transaction
from helpdesk.integrations import live, mail_gate, signs, wake
from helpdesk.models.notification import notification_attempts, notification_logs
from helpdesk.services import _ledger, tickets
from helpdesk.stack.process import end, spawn, wait_for
from helpdesk.stack.valkey import Store, Valkey, start_valkey
from tests.conftest import Mail
from tests.factories import World, make_ticket

pytestmark = pytest.mark.slow


def _forget_connections() -> None:
    live._client.cache_clear()
    mail_gate._client.cache_clear()
    signs._client.cache_clear()
    wake._drop()
    wake._guard._paused_until = 0


@pytest.fixture
def broker(tmp_path: Path, settings: Callable[..., Settings]) -> Iterator[Valkey]:
    server = start_valkey(tmp_path / "valkey", durable=True)
    settings(redis_url=server.url)
    _forget_connections()
    yield server
    if server.process.poll() is None:
        server.stop()
    _forget_connections()


class Worker:
    """A worker as the stack starts it, with one process for tasks; or the scheduler."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.log = folder / f"worker-{uuid.uuid4().hex[:6]}.log"
        command = [sys.executable, "-m", "celery", "-A", "helpdesk.worker.app:celery", *arguments]
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
                start_new_session=True,
            )

    def kill(self) -> None:
        """As the out-of-memory killer or a power cut: the worker and its processes, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, 9)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


_WORKER = ("worker", "--pool", "prefork", "--concurrency", "1", "--without-gossip", "--without-mingle")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    running: list[Worker] = []

    def start_one(*arguments: str) -> Worker:
        running.append(Worker(tmp_path, *(arguments or (*_WORKER, "--loglevel", "INFO"))))
        return running[-1]

    yield start_one
    for worker in running:
        worker.stop()


def _answers(broker: Valkey, seconds: float = 40) -> bool:
    token = uuid.uuid4().hex
    wake.ask("helpdesk.ping", token)
    with redis.Redis.from_url(f"{broker.url}/2") as client:
        return wait_for(lambda: bool(client.delete(f"hd:pong:{token}")), seconds, pause_s=0.05)


def _rows() -> list[dict[str, object]]:
    """What is to be sent by mail."""
    mails = select(notification_logs).where(notification_logs.c.channel == "email")
    with transaction() as s:
        return [dict(row) for row in s.execute(mails).mappings()]


def _all_sent(seconds: float = 40) -> bool:
    return wait_for(lambda: {row["status"] for row in _rows()} == {"sent"}, seconds, pause_s=0.1)


def _leases_end() -> None:
    """The time of a lease passes."""
    with transaction() as s:
        s.execute(
            update(notification_logs)
            .where(notification_logs.c.status.in_(["sending", "queued"]))
            .values(next_attempt_at=notification_logs.c.created_at)
        )


def _ledger_holds() -> None:
    with transaction() as s:
        assert list(_ledger.problems(s)) == []


def test_a_commit_wakes_the_worker_and_the_mail_leaves_at_once(
    fresh_world: World, broker: Valkey, mailbox: Mail, start: Callable[..., Worker]
) -> None:
    worker = start()
    assert _answers(broker)
    began = time.monotonic()
    make_ticket(fresh_world.client, fresh_world.it)
    assert _all_sent(10)
    # no scheduler runs here: it was the wake-up alone
    assert time.monotonic() - began < 5
    assert len(mailbox.received()) == 5
    assert worker.process.poll() is None


def test_rubbish_in_the_queue_stops_nobody(
    fresh_world: World, broker: Valkey, mailbox: Mail, start: Callable[..., Worker]
) -> None:
    worker = start()
    assert _answers(broker)
    wake.ask("helpdesk.no_such_task")
    wake.ask("helpdesk.deliver", "an argument too many")
    wake.ask("helpdesk.ping", "no token: ../../")
    with redis.Redis.from_url(f"{broker.url}/0") as client:
        good = {
            "body": "e30=",
            "content-encoding": "utf-8",
            "content-type": "application/x-python-serialize",
            "headers": {"task": "helpdesk.deliver", "id": "x", "lang": "py"},
            "properties": {
                "delivery_tag": "t",
                "delivery_info": {"exchange": "", "routing_key": wake.QUEUE},
                "body_encoding": "base64",
            },
        }
        client.lpush(wake.QUEUE, json.dumps(good))
    assert _answers(broker, 20)
    make_ticket(fresh_world.client, fresh_world.it)
    assert _all_sent(20)
    assert worker.process.poll() is None
    assert "Traceback" not in worker.log.read_text().split("ready")[0]


def test_a_lost_wake_up_costs_seconds_and_two_schedulers_do_no_harm(
    fresh_world: World,
    broker: Valkey,
    mailbox: Mail,
    start: Callable[..., Worker],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wake, "wake", lambda: None)
    make_ticket(fresh_world.client, fresh_world.it)
    start()
    for number in range(2):
        start("beat", "--schedule", str(tmp_path / f"beat{number}"), "--pidfile", "", "--loglevel", "INFO")
    assert _all_sent(40)
    assert len(mailbox.received()) == 5
    assert wait_for(lambda: signs.last_beat() is not None, 40)
    _ledger_holds()


class _Stalling:
    """A mail server that takes a message and never says so."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.messages: list[str] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 hello\r\n")
            for line in lines:
                word = line[:4].upper()
                if word == b"DATA":
                    connection.sendall(b"354 go\r\n")
                    message = b"".join(iter(lines.readline, b".\r\n"))
                    self.messages.append(message.decode())
                    time.sleep(60)
                connection.sendall(b"250 fine\r\n")


def test_kill_9_while_a_mail_leaves_repeats_that_mail_once_with_its_id(
    fresh_world: World,
    broker: Valkey,
    mailbox: Mail,
    settings: Callable[..., Settings],
    start: Callable[..., Worker],
) -> None:
    real = os.environ["HELPDESK_SMTP_URL"]
    stalling = _Stalling()
    settings(smtp_url=f"smtp://127.0.0.1:{stalling.port}")
    worker = start()
    assert _answers(broker)
    make_ticket(fresh_world.client, fresh_world.it)
    assert wait_for(lambda: bool(stalling.messages), 20)
    worker.kill()
    stalling.listener.close()
    # what the killed one took is on record, without a result: the mail, and those that were to leave after it
    with transaction() as s:
        tries = s.execute(select(notification_attempts.c.finished_at)).all()
    assert [row.finished_at for row in tries] == [None] * 5
    settings(smtp_url=real)
    _leases_end()
    start()
    wake.wake()
    assert _answers(broker)
    wake.wake()
    assert _all_sent()
    received = Counter(one.message_id for one in mailbox.received())
    assert len(received) == 5
    assert set(received.values()) == {1}
    assert {row["attempts"] for row in _rows()} == {2}
    [left] = stalling.messages
    assert [one for one in received if f"Message-ID: {one}" in left]
    _ledger_holds()


def test_kills_in_a_burst_lose_nothing(
    fresh_world: World, broker: Valkey, mailbox: Mail, start: Callable[..., Worker]
) -> None:
    worker, kills = start(), 0
    assert _answers(broker)
    for number in range(30):
        make_ticket(fresh_world.client, fresh_world.it, f"Ticket {number}")
        if number % 10 == 9:
            worker.kill()
            kills += 1
            worker = start()
    assert _answers(broker)
    for _ in range(60):
        _leases_end()
        wake.wake()
        if _all_sent(2):
            break
    rows = _rows()
    assert {row["status"] for row in rows} == {"sent"}
    received = Counter(one.message_id for one in mailbox.received())
    assert set(received) == {row["message_id"] for row in rows}
    assert sum(received.values()) - len(received) <= kills
    _ledger_holds()


def test_without_a_broker_tickets_are_filed_and_the_mail_comes_later(
    fresh_world: World, broker: Valkey, mailbox: Mail, start: Callable[..., Worker], tmp_path: Path
) -> None:
    worker = start()
    assert _answers(broker)
    broker.process.kill()
    broker.process.wait()
    began = time.monotonic()
    filed = [make_ticket(fresh_world.client, fresh_world.it).ticket.id for _ in range(5)]
    assert time.monotonic() - began < 5
    assert {row["status"] for row in _rows()} == {"queued"}
    store, port = Store(tmp_path / "valkey"), int(broker.url.rsplit(":", 1)[1])
    again = spawn(store.command(port), tmp_path / "valkey-again.log")
    try:
        assert wait_for(lambda: store.answers(port), 20)
        _forget_connections()
        # the same worker, which never stopped, takes up its work
        assert _answers(broker, 60)
        wake.wake()
        assert _all_sent()
        assert worker.process.poll() is None
        assert len(mailbox.received()) == 5 * len(filed)
        _ledger_holds()
    finally:
        end(again)


def test_a_mail_server_that_was_down_gets_everything_once(
    fresh_world: World,
    broker: Valkey,
    mailbox: Mail,
    settings: Callable[..., Settings],
    start: Callable[..., Worker],
) -> None:
    real = os.environ["HELPDESK_SMTP_URL"]
    port = int(real.rsplit(":", 1)[1])
    proxy = socket.create_server(("127.0.0.1", 0))  # never accepts: connecting works, talking does not
    settings(smtp_url=f"smtp://127.0.0.1:{proxy.getsockname()[1]}")
    first = start()
    assert _answers(broker)
    key = make_ticket(fresh_world.client, fresh_world.it).ticket.ticket_no
    tickets.take(fresh_world.actor("agent"), key)
    assert wait_for(lambda: any(row["last_error"] for row in _rows()), 20)
    proxy.close()
    first.stop()
    settings(smtp_url=f"smtp://127.0.0.1:{port}")
    with redis.Redis.from_url(f"{broker.url}/2") as client:
        client.delete("hd:mail:pause")
    start()
    _leases_end()
    assert _answers(broker)
    for _ in range(20):
        _leases_end()
        wake.wake()
        if _all_sent(2):
            break
    assert set(Counter(one.message_id for one in mailbox.received()).values()) == {1}
    assert {row["status"] for row in _rows()} == {"sent"}
    _ledger_holds()

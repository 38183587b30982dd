"""Hints through Valkey: they arrive, and a Valkey that is gone or hangs neither delays nor fails anybody."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from helpdesk.core.config import Settings
from helpdesk.integrations import live, wake
from helpdesk.integrations._best_effort import LOG_EVERY, PAUSE, BestEffort
from helpdesk.stack.process import end, spawn, wait_for
from helpdesk.stack.valkey import Store, Valkey, start_valkey


@pytest.fixture
def own(tmp_path: Path, settings: Callable[..., Settings]) -> Iterator[Valkey]:
    """A Valkey of the test's own, to be stopped and killed; fresh connections and guards."""
    server = start_valkey(tmp_path / "valkey")
    settings(redis_url=server.url)
    _forget()
    yield server
    os.kill(server.process.pid, signal.SIGCONT) if server.process.poll() is None else None
    server.stop()
    _forget()


def _forget() -> None:
    live._client.cache_clear()
    wake._drop()
    live._guard = BestEffort("live", logging.getLogger(live.__name__))
    wake._guard = BestEffort("wake", logging.getLogger(wake.__name__))


def _database(server: Valkey, number: int) -> redis.Redis:
    return redis.Redis.from_url(f"{server.url}/{number}", socket_timeout=5)


def _restarted(server: Valkey, folder: Path) -> subprocess.Popen[bytes]:
    store, port = Store(folder, durable=False), int(server.url.rsplit(":", 1)[1])
    process = spawn(store.command(port), folder / "again.log")
    assert wait_for(lambda: store.answers(port), 20)
    return process


def test_ids_and_versions_are_published(own: Valkey) -> None:
    with _database(own, 2).pubsub(ignore_subscribe_messages=True) as heard:
        heard.subscribe(live.CHANNEL)
        heard.get_message(timeout=5)
        live.publish(["queue", "group:3", "queue"], {1042: 7})
        message = heard.get_message(timeout=5)
    assert message is not None
    assert json.loads(message["data"]) == {"topics": ["queue", "group:3"], "tickets": {"1042": 7}}


@pytest.mark.parametrize("topic", ["", "Queue", "group:x", "a b", "title:<b>", "group:3:4:5", "note:3\n"])
def test_no_text_gets_onto_the_channel(topic: str) -> None:
    with pytest.raises(ValueError, match="not a topic"):
        live.publish([topic])


def test_nothing_to_tell_needs_no_server(settings: Callable[..., Settings]) -> None:
    settings(redis_url="redis://127.0.0.1:1")
    live._client.cache_clear()
    started = time.monotonic()
    live.publish()
    assert time.monotonic() - started < 0.1


def test_waking_puts_one_task_into_the_queue(own: Valkey) -> None:
    wake.wake()
    wake.ask("helpdesk.ping", "token")
    with _database(own, 0) as broker:
        messages = [json.loads(raw) for raw in broker.lrange(wake.QUEUE, 0, -1)]
        assert [one["headers"]["task"] for one in messages] == ["helpdesk.ping", "helpdesk.deliver"]
        assert all(one["content-type"] == "application/json" for one in messages)
        assert set(broker.keys("*")) == {wake.QUEUE.encode()}


def _took(call: Callable[[], object]) -> float:
    started = time.monotonic()
    call()
    return time.monotonic() - started


def test_a_hanging_server_delays_one_request_by_a_second_and_others_not(own: Valkey) -> None:
    live.publish(["queue"])
    wake.wake()
    os.kill(own.process.pid, signal.SIGSTOP)
    assert _took(lambda: live.publish(["queue"])) < 1.2
    assert _took(wake.wake) < 1.2
    assert _took(lambda: [live.publish(["queue"]) for _ in range(20)]) < 0.1
    assert _took(lambda: [wake.wake() for _ in range(20)]) < 0.1
    with pytest.raises((redis.RedisError, OSError)):
        wake.ask("helpdesk.ping", "token")


def test_many_threads_and_a_hanging_server(own: Valkey) -> None:
    os.kill(own.process.pid, signal.SIGSTOP)
    times: list[float] = []
    threads = [threading.Thread(target=lambda: times.append(_took(wake.wake))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(times) == 20
    assert max(times) < 2


def _both_arrive(own: Valkey) -> None:
    """A hint is heard, and a wake-up lies in the queue."""
    with _database(own, 0) as broker, _database(own, 2).pubsub(ignore_subscribe_messages=True) as heard:
        heard.subscribe(live.CHANNEL)
        heard.get_message(timeout=5)
        live.publish(["queue"])
        wake.wake()
        assert heard.get_message(timeout=5) is not None
        assert broker.llen(wake.QUEUE) == 1


def test_a_server_that_comes_back_is_used_again(own: Valkey, tmp_path: Path) -> None:
    live.publish(["queue"])
    wake.wake()
    own.process.kill()
    own.process.wait()
    assert _took(lambda: live.publish(["queue"])) < 1
    assert _took(wake.wake) < 1
    again = _restarted(own, tmp_path / "valkey")
    try:
        time.sleep(PAUSE)
        _both_arrive(own)
    finally:
        end(again)


def test_a_restart_between_two_commits_loses_no_hint(own: Valkey, tmp_path: Path) -> None:
    """The old connection is found closed and made anew within the same call."""
    live.publish(["queue"])
    wake.wake()
    own.process.kill()
    own.process.wait()
    again = _restarted(own, tmp_path / "valkey")
    try:
        _both_arrive(own)
    finally:
        end(again)


def test_failures_are_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    moment = [0.0]
    guard = BestEffort("Knocking", logging.getLogger("knocking"), clock=lambda: moment[0])
    calls: list[float] = []

    def knock() -> None:
        calls.append(moment[0])
        raise ConnectionError("redis://:secret@host")

    with caplog.at_level(logging.WARNING):
        for _ in range(1300):
            assert guard.run(knock) is False
            moment[0] += 0.1
    assert 110 <= len(calls) <= 130  # about one a second of 130 seconds
    assert len(caplog.records) == 3  # at 0, after 60 and after 120 seconds
    assert LOG_EVERY == 60
    assert "secret" not in caplog.text
    assert guard.run(lambda: None) is (moment[0] - calls[-1] >= PAUSE)


def test_a_forked_child_opens_its_own_connection(own: Valkey) -> None:
    wake.wake()
    parent = wake._open
    child = os.fork()
    if child == 0:  # pragma: no cover
        wake.wake()
        os._exit(0 if wake._open is not None and wake._open is not parent else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    wake.wake()
    with _database(own, 0) as broker:
        assert broker.llen(wake.QUEUE) == 3

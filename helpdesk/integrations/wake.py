"""Waking the worker after a commit, so that mail leaves at once and not with the next sweep.

The rows are the truth: a periodic sweep finds each of them, so a lost wake-up loses nothing but a few
seconds. Hence no
retries, short time-outs, and a failure that is only logged.

The message is a Celery task made with kombu, the messaging library below Celery. Services must not know
Celery (nor the
worker's task objects), and the alternative, a token in a list that a thread in the worker turns into a task,
would be
one more moving part to watch for the same effect.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import uuid
from typing import Any

import redis
from kombu.connection import Connection
from kombu.messaging import Producer

from helpdesk.core.config import get_settings
from helpdesk.integrations._best_effort import BestEffort

DELIVER = "helpdesk.deliver"
"""The task that sends what is due in the outbox; it takes no arguments."""

QUEUE = "helpdesk"
TIMEOUT = 0.5

_guard = BestEffort("Waking the worker", logging.getLogger(__name__))
_lock = threading.Lock()
_open: tuple[int, Any] | None = None


def wake(task: str = DELIVER) -> None:
    """Ask the worker to run this task (without arguments) now; call it after the commit.

    Takes at most about a second, never raises.
    """
    _guard.run(lambda: _send(task, []))


def ask(task: str, *args: str | int) -> None:
    """Send a task that must arrive to be of use, such as the round trip that proves the worker to be alive.

    Raises whatever the broker's client raises where it does not answer within the time-out.
    """
    _send(task, list(args))


def _send(task: str, args: list[str | int]) -> None:
    if not _lock.acquire(timeout=TIMEOUT):
        raise TimeoutError("the connection to the broker is busy")
    try:
        try:
            _publish(_producer(), task, args)
        except (redis.ConnectionError, ConnectionError):
            # closed while it was idle, for instance by a restart: once more at once; never after a time-out
            _drop()
            _publish(_producer(), task, args)
    except BaseException:
        _drop()
        raise
    finally:
        _lock.release()


def _producer() -> Any:
    """One connection per process; a forked child must not share its parent's."""
    global _open
    if _open is None or _open[0] != os.getpid():
        options = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT}
        connection: Any = Connection(get_settings().broker_url, transport_options=options)
        transport: Any = connection.transport
        producer_class: Any = Producer
        # straight from the transport: a channel of the connection would wait and try again by itself
        _open = (os.getpid(), producer_class(transport.create_channel(transport)))
    return _open[1]


def _drop() -> None:
    global _open
    broken, _open = _open, None
    if broken and broken[0] == os.getpid():
        with contextlib.suppress(Exception):  # it is broken: closing it may fail in any way
            broken[1].channel.close()


def _publish(producer: Any, task: str, args: list[str | int]) -> None:
    # Celery's message protocol, version 2; to the default exchange, where the routing key is the queue's name
    task_id = str(uuid.uuid4())
    producer.publish(
        [args, {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}],
        exchange="",
        routing_key=QUEUE,
        serializer="json",
        retry=False,
        delivery_mode=2,
        correlation_id=task_id,
        headers={"lang": "py", "task": task, "id": task_id, "root_id": task_id, "argsrepr": repr(args)},
    )

"""A message that the broker can't be told of is let go of, or the worker never asks for another."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis
from kombu import Connection, Consumer, Queue
from kombu.message import Message

from helpdesk.stack.valkey import start_valkey
from helpdesk.worker.transport import Transport


@pytest.mark.parametrize("end", ["ack", "reject", "requeue"])
def test_a_failed_acknowledgement_frees_its_place(tmp_path: Path, end: str) -> None:
    broker = start_valkey(tmp_path / "valkey")
    connection: Connection = Connection(f"{broker.url}/0", transport=Transport)
    taken: list[Message] = []
    channel = connection.channel()
    queue = Queue("helpdesk", channel=channel)
    consumer = Consumer(channel, [queue], on_message=taken.append)
    consumer.qos(prefetch_count=1)
    consumer.consume()
    channel.basic_publish(channel.prepare_message("{}", content_type="application/json"), "", "helpdesk")
    connection.drain_events(timeout=5)
    assert not channel.qos.can_consume()
    broker.process.kill()
    broker.process.wait()
    with pytest.raises(redis.ConnectionError):
        taken[0].ack() if end == "ack" else taken[0].reject(requeue=end == "requeue")
    assert channel.qos.can_consume()

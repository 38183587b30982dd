"""The broker's transport, so that a worker still takes tasks after an outage.

A task of ours is acknowledged after its work. Where the broker is gone by then, kombu (5.7) reports the failure and
keeps the message in its books as unfinished, for ever. After as many such failures as the worker has processes, their
number has reached the prefetch limit: the worker asks for nothing any more, hence never notices that its connection is
broken, and sits there until it is restarted.
"""

from __future__ import annotations

from typing import Any

from kombu.transport import redis, virtual


class QoS(redis.QoS):
    """Lets go of a message also where the broker can't be told: it is restored there, and a sweep may run twice."""

    def ack(self, delivery_tag: Any) -> None:
        try:
            super().ack(delivery_tag)
        except Exception:
            virtual.QoS.ack(self, delivery_tag)
            raise

    def reject(self, delivery_tag: Any, requeue: bool = False) -> None:
        try:
            super().reject(delivery_tag, requeue)
        except Exception:
            virtual.QoS.ack(self, delivery_tag)
            raise


class Channel(redis.Channel):
    QoS = QoS


class Transport(redis.Transport):
    Channel = Channel

"""Hearing what `live.publish` said: for the web processes, each with one listener."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, cast

import redis.asyncio as aioredis

from helpdesk.core.config import get_settings
from helpdesk.integrations.live import CHANNEL

_CONNECT_S = 3.0


async def topics(window: float) -> AsyncIterator[frozenset[str]]:
    """Yield the topics that changed, gathered over `window` seconds from the first, so that a burst is one
    set.

    Raises:
        redis.RedisError, OSError: the server does not answer; the caller starts again after a pause.
    """
    connect: Any = aioredis.from_url
    client = connect(get_settings().live_url, socket_connect_timeout=_CONNECT_S, health_check_interval=15)
    try:
        async with client.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(CHANNEL)
            while True:
                gathered = _topics_of(await channel.get_message(timeout=None))
                until = asyncio.get_running_loop().time() + window
                while (left := until - asyncio.get_running_loop().time()) > 0:
                    gathered |= _topics_of(await channel.get_message(timeout=left))
                if gathered:
                    yield frozenset(gathered)
    finally:
        await client.aclose()


def _topics_of(message: dict[str, Any] | None) -> set[str]:
    """A message that isn't ours is nothing:
    whoever can write to the channel can at most make pages read again.
    """
    if not message:
        return set()
    try:
        named: object = json.loads(message["data"])["topics"]
    except (ValueError, KeyError, TypeError):
        return set()
    return {str(name) for name in cast("list[object]", named)} if isinstance(named, list) else set()

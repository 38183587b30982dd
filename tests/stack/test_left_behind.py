"""What a killed web process left in Valkey is dropped before the next one starts."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis.asyncio as aioredis
from reflex.istate.manager.redis import StateManagerRedis
from reflex.istate.manager.token import BaseStateToken
from reflex.state import State

from helpdesk.core.config import Settings
from helpdesk.stack.folder import DataFolder
from helpdesk.stack.parts import Plan, web
from helpdesk.stack.valkey import client, start_valkey


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    server = start_valkey(tmp_path / "valkey")
    yield server.url
    server.stop()


def test_the_locks_of_states_go_and_the_states_stay(address: str, tmp_path: Path) -> None:
    token, settings = BaseStateToken(ident=str(uuid.uuid4()), cls=State), Settings(redis_url=address)

    async def hold_and_die() -> None:
        async with aioredis.from_url(settings.state_url) as connection:
            manager = StateManagerRedis(connection)
            manager._oplock_enabled = False
            async with manager.modify_state(token) as state:
                state.is_hydrated = True
            assert await manager._try_get_lock(manager._lock_key(token), b"of a process that was killed")
            await connection.sadd(manager._lock_key(token) + b"_waiters", "another")
            await manager.close()

    asyncio.run(hold_and_die())
    addresses = {"HELPDESK_REDIS_URL": address}
    plan = Plan(DataFolder(tmp_path), "127.0.0.1", 1, demo=False, processes=1, addresses=addresses)
    prepare = web(plan, settings).before_start
    assert prepare is not None
    prepare()
    with client(settings.state_url) as state:
        left = [key.decode() for key in state.scan_iter("*")]
    assert left
    assert not [key for key in left if "lock" in key.rpartition("_")[2] or "waiters" in key]

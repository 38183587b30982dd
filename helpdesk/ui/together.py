"""One read for all who ask the same at the same time, as many open pages do after a change.

Nothing is kept: an answer goes to those who asked before its read began, and to nobody else. So it is never older than
the question, and what was revoked before a question is not in its answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

_GATHER_S = 0.03  # pages that were poked at once ask within it
_AT_ONCE = 4  # reads; meanwhile others join those that wait


class Together:
    """Reads by key."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, asyncio.Task[Any]] = {}
        self._turns: asyncio.Semaphore | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def read(self, key: Hashable, read: Callable[[], T]) -> T:
        """What `read` answers in a thread; it begins after this call, for all of the same key that wait by then."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop or self._turns is None:
            self._loop, self._waiting, self._turns = loop, {}, asyncio.Semaphore(_AT_ONCE)
        task = self._waiting.get(key)
        if task is None:
            task = self._waiting[key] = asyncio.create_task(self._read(key, read, self._turns))
        return await asyncio.shield(task)

    async def _read(self, key: Hashable, read: Callable[[], T], turns: asyncio.Semaphore) -> T:
        await asyncio.sleep(_GATHER_S)
        async with turns:
            del self._waiting[key]
            return await asyncio.to_thread(read)


class Batched(Generic[K, T]):
    """Look-ups of single keys by a function that takes many: those that come while one is under way are the next."""

    def __init__(self, look_up: Callable[[Sequence[K]], Sequence[T]]) -> None:
        self._look_up = look_up
        self._waiting: dict[K, asyncio.Future[T]] = {}
        self._working: asyncio.Task[None] | None = None

    async def get(self, key: K) -> T:
        """The answer for `key`, looked up after this call. Raises what the look-up raised."""
        loop = asyncio.get_running_loop()
        if self._working is None or self._working.done() or self._working.get_loop() is not loop:
            self._waiting = {}
            self._working = loop.create_task(self._work())
        answer = self._waiting.get(key)
        if answer is None:
            answer = self._waiting[key] = loop.create_future()
        return await asyncio.shield(answer)

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, {}
            try:
                found = await asyncio.to_thread(self._look_up, [*batch])
            except Exception as error:
                for answer in batch.values():
                    answer.set_exception(error)
                continue
            for answer, value in zip(batch.values(), found, strict=True):
                answer.set_result(value)

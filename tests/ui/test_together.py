"""Reads that many pages share, and look-ups that go together."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from helpdesk.ui.together import Batched, Together

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_those_who_ask_at_once_share_a_read() -> None:
    reads: list[int] = []
    together = Together()

    def read() -> int:
        reads.append(1)
        return len(reads)

    assert await asyncio.gather(*(together.read("same", read) for _ in range(50))) == [1] * 50
    assert await together.read("same", read) == 2, "nothing is kept"


async def test_others_get_their_own() -> None:
    together = Together()
    answers = await asyncio.gather(*(together.read(key, lambda key=key: key) for key in ("mine", "yours")))
    assert answers == ["mine", "yours"]


async def test_who_asks_while_a_read_is_under_way_gets_the_next() -> None:
    """Else they could be shown what was true before they asked."""
    together, began, go_on = Together(), threading.Event(), threading.Event()
    reads: list[int] = []

    def read() -> int:
        reads.append(1)
        answer = len(reads)
        began.set()
        assert go_on.wait(10)
        return answer

    first = asyncio.create_task(together.read("same", read))
    assert await asyncio.to_thread(began.wait, 10)
    second = asyncio.create_task(together.read("same", read))
    go_on.set()
    assert (await first, await second) == (1, 2)


async def test_who_leaves_takes_nobody_with_them() -> None:
    together = Together()
    leaving = asyncio.create_task(together.read("same", lambda: 1))
    staying = asyncio.create_task(together.read("same", lambda: 1))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == 1


async def test_a_refusal_reaches_all_and_stays_with_none() -> None:
    together = Together()

    def refuse() -> int:
        raise ValueError("no")

    refused = await asyncio.gather(*(together.read("same", refuse) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in refused] == [ValueError] * 3
    assert await together.read("same", lambda: 1) == 1


async def test_look_ups_that_wait_are_one() -> None:
    batches: list[list[str]] = []
    began, go_on = threading.Event(), threading.Event()

    def look_up(keys: Sequence[str]) -> list[str]:
        batches.append(sorted(keys))
        began.set()
        assert go_on.wait(10)
        return [key.upper() for key in keys]

    batched = Batched(look_up)
    first = asyncio.create_task(batched.get("a"))
    assert await asyncio.to_thread(began.wait, 10)
    others = [asyncio.create_task(batched.get(key)) for key in ("b", "c", "a", "b")]
    await asyncio.sleep(0)
    go_on.set()
    assert await first == "A"
    assert await asyncio.gather(*others) == ["B", "C", "A", "B"]
    assert batches == [["a"], ["a", "b", "c"]]


async def test_a_look_up_that_fails_fails_those_alone_who_waited_for_it() -> None:
    broken = True

    def look_up(keys: Sequence[str]) -> list[str]:
        if broken:
            raise ConnectionError
        return list(keys)

    batched = Batched(look_up)
    with pytest.raises(ConnectionError):
        await batched.get("a")
    broken = False
    assert await batched.get("a") == "a"

"""The two questions that every act is asked: the same effect by both doors, and the same refusals.

test_the_same_effect, test_the_same_refusal = asked(queue.ACTS)
"""

from __future__ import annotations

import asyncio
import functools
import importlib
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import Servers, drop_database
from tests.ui.conftest import Opener
from tests.ui.parity import company as companies
from tests.ui.parity.acts import Act, call, send
from tests.ui.parity.company import Company, changed, differences, read
from tests.ui.protocol import OPENED


@dataclass(frozen=True)
class Doors:
    """What a test needs for both: servers, the migrated database, and a browser."""

    servers: Servers
    template: str
    open_tab: Opener


Test = Callable[[Doors, str], Coroutine[Any, Any, None]]


def asked(acts: Mapping[str, Act]) -> tuple[Test, Test]:
    """The two tests of a table of acts."""

    @pytest.mark.parametrize("name", acts)
    async def test_the_same_effect(doors: Doors, name: str) -> None:
        await same_effect(doors, acts[name])

    @pytest.mark.parametrize("name", acts)
    async def test_the_same_refusal(doors: Doors, name: str) -> None:
        await same_refusal(doors, acts[name])

    return test_the_same_effect, test_the_same_refusal


async def same_effect(doors: Doors, act: Act) -> None:
    """By the page in one company, by the API in its copy: what changed is the same, and something did."""
    with companies.founded(doors.servers, doors.template) as first:
        with companies.inside(doors.servers, first):
            company = await asyncio.to_thread(companies.settle, act.before, [act.by])
        second = await asyncio.to_thread(companies.copied, doors.servers, first)
        try:
            with companies.inside(doors.servers, first), _reached(act.verb) as verbs:
                await _by_page(doors, company, act, act.by, act.events)
                by_page = changed(company.rows, await asyncio.to_thread(read), act.aside)
                assert verbs, f"the page does not lead to {act.verb}"
            with companies.inside(doors.servers, second), _reached(act.api_verb or act.verb) as verbs:
                assert await asyncio.to_thread(call, company, act, act.by) in {200, 201, 202, 204}
                by_api = changed(company.rows, await asyncio.to_thread(read), act.aside)
                assert verbs, f"the API does not lead to {act.api_verb or act.verb}"
        finally:
            drop_database(doors.servers, second)
    assert differences(by_page, by_api) == []
    assert by_page, "nothing happened at all"


async def same_refusal(doors: Doors, act: Act) -> None:
    """Strangers, and whoever was signed out meanwhile, change nothing by either door."""
    with (
        companies.founded(doors.servers, doors.template) as name,
        companies.inside(doors.servers, name),
    ):
        company = await asyncio.to_thread(companies.settle, act.before, [act.by, *act.strangers])
        for who in act.strangers:
            await _by_page(doors, company, act, who, act.forged or act.events)
            await _unchanged(company, act, f"{who} by the page")
            status = await asyncio.to_thread(call, company, act, who)
            assert status in act.answers, who
            await _unchanged(company, act, f"{who} by the API")
        await _signed_out(doors, company, act)


async def _signed_out(doors: Doors, company: Company, act: Act) -> None:
    tab = await doors.open_tab(cookie=company.cookies[act.by], path=act.page.format(id=company.thing))
    await asyncio.to_thread(company.end_sessions, act.by)
    rows = await asyncio.to_thread(read)
    await send(tab, company, act.events)
    await _close()
    assert await asyncio.to_thread(call, company, act, act.by) == 401
    assert changed(rows, await asyncio.to_thread(read)) == {}, "signed out"


async def _by_page(doors: Doors, company: Company, act: Act, name: str, events: Any) -> None:
    tab = await doors.open_tab(cookie=company.cookies[name], path=act.page.format(id=company.thing))
    await send(tab, company, events)
    await _close()


async def _close() -> None:
    while OPENED:
        await OPENED.pop().close()


async def _unchanged(company: Company, act: Act, who: str) -> None:
    assert changed(company.rows, await asyncio.to_thread(read), act.aside) == {}, who


@contextmanager
def _reached(verb: str) -> Iterator[list[str]]:
    """Whether a verb is called meanwhile."""
    name, _, function = verb.partition(".")
    module = importlib.import_module(f"helpdesk.services.{name}")
    real: Callable[..., Any] = getattr(module, function)
    calls: list[str] = []

    @functools.wraps(real)
    def noted(*args: Any, **more: Any) -> Any:
        calls.append(verb)
        return real(*args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, function, noted)
        yield calls

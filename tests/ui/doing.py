"""What tests of pages share: acting beside the browser, and what its forms send."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from helpdesk.integrations import live as publisher
from helpdesk.ui import live
from tests.factories import World
from tests.ui.frames import ON_LOAD
from tests.ui.protocol import Tab

T = TypeVar("T")
_topics = (f"tests:{number}" for number in itertools.count())


async def run(work: Callable[..., T], *args: Any, **more: Any) -> T:
    """What waits for the database, in a thread."""
    return await asyncio.to_thread(work, *args, **more)


async def as_person(people: World, name: str, service: Callable[..., T], *args: Any, **more: Any) -> T:
    """`await as_person(people, "admin", tree.admin_tree)`: the service's answer, from a thread."""
    return await asyncio.to_thread(lambda: service(people.actor(name), *args, **more))


def form(**values: str) -> dict[str, Any]:
    """The payload of a form with these fields."""
    return {"__reflex_form_data__": [[name, value] for name, value in values.items()]}


def name_of(state: Any, handler: str) -> str:
    """A handler's name, as a browser says it."""
    return f"{state.get_full_name()}.{handler}"


async def go(tab: Tab, path: str) -> Tab:
    """Another address in the same tab, as a click on a link: the page's load handlers run."""
    tab.path = path
    return await tab.event(ON_LOAD)


def redirects(tab: Tab) -> list[str]:
    """Where the tab was sent."""
    return [action["payload"]["path"] for action in tab.actions if action["name"] == "_redirect"]


def toasts(tab: Tab) -> list[dict[str, str]]:
    from helpdesk.ui.app_state import AppState

    return list(tab.var(AppState, "toasts") or [])


async def act(tab: Tab, handler: str, **payload: Any) -> None:
    """Send an event; back when it is done."""
    await tab.event(handler, **payload)


async def loaded(tab: Tab, state: type) -> Tab:
    """The tab, whose page has read what it shows."""
    assert tab.var(state, "ready")
    return tab


async def hints_told(*tabs: Tab) -> None:
    """Every change committed so far has reached those of these tabs that follow it, and they have read it again.

    A topic of our own goes through the channel behind the others, and is told after them.
    """
    topic, told, poke = next(_topics), asyncio.Event(), live.poke

    async def watched(app: Any, topics: Iterable[str]) -> int:
        sockets = await poke(app, topics)
        if topic in topics:
            told.set()
        return sockets

    live.poke = watched
    try:
        async with asyncio.timeout(30):
            while not told.is_set():  # what is published before the channel is heard is lost
                await asyncio.to_thread(publisher.publish, [topic])
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(told.wait(), 2)
    finally:
        live.poke = poke
    for tab in tabs:
        await tab.settle()

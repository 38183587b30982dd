"""What tests of pages share: acting beside the browser, and what its forms send."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from tests.factories import World
from tests.ui.protocol import Tab

T = TypeVar("T")


async def as_person(people: World, name: str, service: Callable[..., T], *args: Any, **more: Any) -> T:
    """`await as_person(people, "admin", tree.admin_tree)`: the service's answer, from a thread."""
    return await asyncio.to_thread(lambda: service(people.actor(name), *args, **more))


def form(**values: str) -> dict[str, Any]:
    """The payload of a form with these fields."""
    return {"__reflex_form_data__": [[name, value] for name, value in values.items()]}


async def loaded(tab: Tab, state: type) -> Tab:
    """The tab, once the page's state has read what it shows: a busy machine takes longer than `settle` waits."""
    await tab.until(lambda: tab.var(state, "ready"), timeout=10.0)
    return tab


async def act(tab: Tab, handler: str, **payload: Any) -> None:
    """Send an event and wait until it is done, however long a busy machine takes."""
    await tab.event(handler, **payload)
    await tab.done()

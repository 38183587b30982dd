"""The web process in this one: the app with its lifespan, people, and tabs that are signed in."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

import hypothesis  # noqa: F401 - its plugin imports it at the very end, where CPython 3.11 may fail to compile it
import pytest
import pytest_asyncio

from helpdesk.services import sessions
from tests import factories
from tests.conftest import Servers
from tests.factories import PASSWORD, Person, World
from tests.ui.doing import hints_told
from tests.ui.protocol import OPENED, Tab

if TYPE_CHECKING:
    from tests.ui.parity.checks import Doors


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def asgi(servers: Servers) -> AsyncIterator[Any]:
    """The composed app, started. One for all tests, since the framework's registry is one per process."""
    os.environ["__REFLEX_SKIP_COMPILE"] = "true"
    os.environ["REFLEX_ENV_MODE"] = "prod"
    from helpdesk.helpdesk import app

    made = app()
    to_app: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    from_app: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    await to_app.put({"type": "lifespan.startup"})
    running = asyncio.create_task(made({"type": "lifespan", "state": {}}, to_app.get, from_app.put))
    assert (await asyncio.wait_for(from_app.get(), 20))["type"] == "lifespan.startup.complete"
    await hints_told()  # from now on every change is heard
    yield made
    await to_app.put({"type": "lifespan.shutdown"})
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(running, 10)


@pytest_asyncio.fixture(loop_scope="session")
async def people(fresh_db: str) -> AsyncIterator[World]:
    """A company in a database of the test's own: handlers run in threads, and commits are real.

    Sockets that the test leaves open are closed before the database goes.
    """
    yield await asyncio.to_thread(factories.make_world)
    while OPENED:
        await OPENED.pop().close()


def cookie_of(person: Person) -> str:
    """Sign somebody in and return the cookie's value."""
    return sessions.sign_in(sessions.Client("127.0.0.1", "tests"), person.email, PASSWORD)[1]


pytest.register_assert_rewrite("tests.ui.parity.checks")

Opener = Callable[..., Awaitable[Tab]]


@pytest.fixture
def open_tab(asgi: Any) -> Opener:
    """`await open_tab(person, "/queue")`: a connected, hydrated tab."""

    async def connect(person: Person | None = None, path: str = "/nowhere", **more: Any) -> Tab:
        cookie = more.pop("cookie", None) or (await asyncio.to_thread(cookie_of, person) if person else "")
        return await Tab(asgi, cookie=cookie, path=path, **more).connect()

    return connect


@pytest.fixture
def doors(servers: Servers, template: str, open_tab: Opener) -> Doors:
    """For tests of parity: they make their companies themselves."""
    from tests.ui.parity.checks import Doors

    return Doors(servers, template, open_tab)

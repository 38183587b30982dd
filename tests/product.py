"""The whole product, started as a person starts it, with people whom this process can make."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from helpdesk.core import config
from helpdesk.core.config import PREFIX
from helpdesk.integrations.storage import get_storage
from helpdesk.stack.folder import DataFolder
from helpdesk.stack.network import free_port
from tests.conftest import database_url
from tests.stack.running import Running

T = TypeVar("T")
_READY_S = 420  # with a front end to build on a slow machine


def start_product(data: Path, *arguments: str) -> Running:
    """Start the stack in `data`; it shares this process's secret key, so that passwords made here are good there."""
    running = Running(
        data,
        "--port",
        f"{free_port()}",
        *arguments,
        secret_key=os.environ[PREFIX + "SECRET_KEY"],
        rate_limits="off",
        bcrypt_cost="4",
    )
    try:
        running.ready(_READY_S)
    except AssertionError:
        running.stop()
        raise
    return running


@contextmanager
def in_its_database(running: Running) -> Iterator[None]:
    """Point the package, in this process, at the stack's database, and at the folder of its files."""
    before = os.environ[PREFIX + "DATA"]
    os.environ[PREFIX + "DATA"] = str(running.data)
    get_storage.cache_clear()
    try:
        with database_url(DataFolder(running.data).addresses()[PREFIX + "DATABASE_URL"]):
            yield
    finally:
        os.environ[PREFIX + "DATA"] = before
        get_storage.cache_clear()
        config.reset_settings()


def behind(running: Running, work: Callable[[], T]) -> T:
    """Do something with the stack's database in a thread: Playwright keeps an event loop on this one."""

    def inside() -> T:
        with in_its_database(running):
            return work()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(inside).result()

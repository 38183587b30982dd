"""How the tests run side by side: `pytest -n 2`, as `make test` does.

A file's tests stay together on one worker. So do all that need the running product, and they start first: that
worker starts one stack and one browser for them, while the others do the rest.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

_PRODUCT = ("tests/e2e/", "tests/faults/")
_LONG = ("tests/stack/", "tests/ui/")


def _scope(nodeid: str) -> str:
    return "the running product" if nodeid.startswith(_PRODUCT) else nodeid.partition("::")[0]


def _turn(nodeid: str) -> int:
    """Long files first, so that at the end no worker waits for another's."""
    return 0 if nodeid.startswith(_PRODUCT) else 1 if nodeid.startswith(_LONG) else 2


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _scope(nodeid)

    config.option.loadscopereorder = False  # not by the number of tests
    return ByFile(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _turn(item.nodeid))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """No garbage collection while a failure is written.

    To quote the source, pytest has it parsed. CPython 3.11 counts the depth of that in one place for all threads:
    where a finalizer lets another one in that parses too, it ends in "AST constructor recursion depth mismatch".
    """
    collected = gc.isenabled()
    gc.disable()
    try:
        return (yield)
    finally:
        if collected:
            gc.enable()

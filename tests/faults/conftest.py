"""One stack for the fixed points, with a mail server that can misbehave."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.faults.stack import Stack


@pytest.fixture(scope="module")
def running_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("faults"), os.environ["HELPDESK_SECRET_KEY"])
    try:
        stack.begin()
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def stack(running_stack: Stack) -> Iterator[Stack]:
    """The stack, whole again after each test."""
    with running_stack.in_its_database():
        yield running_stack
        running_stack.mend()

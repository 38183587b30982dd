"""The fixtures themselves: what one test wrote, the next does not see."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, func, select

from helpdesk.core.config import get_settings
from helpdesk.core.db import transaction
from helpdesk.models.person import users
from tests.factories import World, make_user


@pytest.mark.parametrize("turn", [1, 2])
def test_rolled_back(db: Connection, turn: int) -> None:
    with transaction() as s:
        assert s.scalar(select(func.count()).select_from(users)) == 1  # the system user
    make_user()
    with transaction() as s:
        assert s.scalar(select(func.count()).select_from(users)) == 2


@pytest.mark.parametrize("turn", [1, 2])
def test_own_database(fresh_world: World, turn: int) -> None:
    with transaction() as s:
        assert s.scalar(select(func.count()).select_from(users)) == 1 + len(fresh_world.people)


def test_valkey_answers(valkey: str) -> None:
    assert get_settings().redis_url == valkey

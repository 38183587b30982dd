"""`transaction()`: never on the event loop, never nested, all or nothing, hooks only after the commit."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, insert, select

from helpdesk.core.db import after_commit, transaction
from helpdesk.core.errors import Unavailable
from helpdesk.models.tree import groups


async def test_refused_on_the_event_loop() -> None:
    with pytest.raises(RuntimeError, match="event loop"), transaction():
        pass


def test_refused_inside_another(db: Connection) -> None:
    with transaction(), pytest.raises(RuntimeError, match="inside a transaction"), transaction():
        pass


def test_all_or_nothing(fresh_db: str) -> None:
    ran: list[str] = []

    def fails_at_the_end() -> None:
        with transaction() as s:
            s.execute(insert(groups).values(name="Nowhere"))
            after_commit(s, lambda: ran.append("rolled back"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_at_the_end()
    with transaction() as s:
        assert s.scalars(select(groups.c.name)).all() == []
        s.execute(insert(groups).values(name="Here"))
        after_commit(s, lambda: ran.append("committed"))
        assert ran == []
    assert ran == ["committed"]
    with transaction() as s:
        assert s.scalars(select(groups.c.name)).all() == ["Here"]


def test_no_answer_is_unavailable(db: Connection) -> None:
    from tests.conftest import database_url

    with (
        database_url("postgresql+psycopg://nobody@127.0.0.1:1/nothing"),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr("helpdesk.core.db._test_connection", None)
        with pytest.raises(Unavailable) as refused, transaction() as s:
            s.execute(select(1))
    assert "127.0.0.1" not in str(refused.value), "the message is shown to people"

"""What a fault of the database becomes: `Unavailable`, and a pool that heals by itself."""

from __future__ import annotations

import os
import signal
import time

import psycopg
import pytest
from sqlalchemy import Connection, text

from helpdesk.core import _connection, db
from helpdesk.core.db import engine, transaction
from helpdesk.core.errors import Unavailable

_PID = text("SELECT pg_backend_pid()")


def test_a_killed_backend_is_an_outage_and_the_next_transaction_works(fresh_db: str) -> None:
    def killed() -> None:
        with transaction() as s:
            os.kill(s.scalar(_PID) or 0, signal.SIGTERM)
            s.execute(text("SELECT 1"))

    with pytest.raises(Unavailable):
        killed()
    with transaction() as s:
        assert s.scalar(text("SELECT 1")) == 1


def test_a_server_that_hangs_is_given_up_and_the_pool_heals(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_connection.Connection, "PATIENCE", 0.5)
    frozen: list[int] = []

    def hangs() -> None:
        with transaction() as s:
            frozen.append(s.scalar(_PID) or 0)
            os.kill(frozen[0], signal.SIGSTOP)
            s.execute(text("SELECT 1"))

    try:
        with pytest.raises(Unavailable):
            hangs()
        with transaction() as s:
            assert s.scalar(_PID) not in frozen
    finally:
        os.kill(frozen[0], signal.SIGCONT)


def test_an_idle_connection_that_hangs_is_replaced(fresh_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_connection.Connection, "IDLE_PATIENCE", 0.5)
    monkeypatch.setattr(db, "_TRUSTED_S", 0)
    with transaction() as s:
        pid = s.scalar(_PID) or 0
    os.kill(pid, signal.SIGSTOP)
    try:
        with transaction() as s:
            assert s.scalar(_PID) != pid
    finally:
        os.kill(pid, signal.SIGCONT)


def _killed_while_idle() -> set[int]:
    """Three connections of the pool that the server ended after their use."""
    used = [engine().connect() for _ in range(3)]
    pids = {one.scalar(_PID) or 0 for one in used}
    for one in used:
        one.close()
    for pid in pids:
        os.kill(pid, signal.SIGTERM)
    with psycopg.connect(
        engine().url.set(drivername="postgresql").render_as_string(hide_password=False)
    ) as other:
        gone = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)"
        while other.execute(gone, [list(pids)]).fetchone() != (0,):
            other.rollback()
            time.sleep(0.01)
    return pids


def test_connections_that_broke_while_idle_are_replaced_unnoticed(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "_TRUSTED_S", 0)
    pids = _killed_while_idle()
    for _ in range(4):
        with transaction() as s:
            assert s.scalar(_PID) not in pids


def test_connections_that_broke_right_after_their_use_fail_one_transaction_alone(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "_TRUSTED_S", 60)
    pids = _killed_while_idle()
    with pytest.raises(Unavailable), transaction() as s:
        s.execute(text("SELECT 1"))
    for _ in range(4):
        with transaction() as s:
            assert s.scalar(_PID) not in pids


def test_who_gives_the_server_more_time_waits_for_it(fresh_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_connection.Connection, "PATIENCE", 0.3)
    with transaction() as s:
        s.execute(text("SET LOCAL statement_timeout = 0"))
        assert s.scalar(text("SELECT 1 FROM pg_sleep(0.6)")) == 1
    with pytest.raises(Unavailable), transaction() as s:
        s.execute(text("SELECT pg_sleep(0.6)"))


@pytest.mark.parametrize("state", ["53100", "57P03", "58030", "25006", "25P03", "40P01"])
def test_these_states_mean_later(db: Connection, state: str) -> None:
    raising = text(f"DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '{state}'; END $$")
    with pytest.raises(Unavailable), transaction() as s:
        s.execute(raising)

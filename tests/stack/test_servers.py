"""PostgreSQL and Valkey of one's own: right settings, no open door, back after a crash."""

import os
import signal
import stat
from pathlib import Path

import psycopg
import pytest
import redis

from helpdesk.stack import Postgres, start_postgres, start_valkey
from helpdesk.stack.postgres import Cluster
from helpdesk.stack.process import identity, wait_for
from helpdesk.stack.valkey import client


def connect(server: Postgres) -> psycopg.Connection:
    return psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("servers")


def test_postgres_is_as_production_wants_it(folder: Path) -> None:
    server = start_postgres(folder / "as-wanted")
    try:
        with connect(server) as connection:
            row = connection.execute(
                "SELECT d.datlocprovider, d.datlocale, lower('ÄÉ'), current_setting('TimeZone'),"
                " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"
                " FROM pg_database d WHERE d.datname = current_database()"
            ).fetchone()
            assert row == ("b", "C.UTF-8", "äé", "UTC", False)
            assert connection.info.server_version >= 180000
            # what search needs, without superuser rights
            connection.execute("CREATE EXTENSION pg_trgm")
            connection.execute("CREATE EXTENSION unaccent")
    finally:
        server.stop()


def test_postgres_lets_nobody_in_without_the_password(folder: Path) -> None:
    server = start_postgres(folder / "closed")
    try:
        address = psycopg.conninfo.conninfo_to_dict(server.url.replace("+psycopg", ""))
        for user in ("helpdesk", "postgres"):
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(**(address | {"user": user, "password": "wrong"}))
        for name in ("password", "admin-password"):
            assert stat.S_IMODE((folder / "closed" / name).stat().st_mode) == 0o600
    finally:
        server.stop()


def test_postgres_comes_back_after_a_kill(folder: Path) -> None:
    server = start_postgres(folder / "killed", durable=True)
    with connect(server) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
        os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    server = start_postgres(folder / "killed", durable=True)
    try:
        with connect(server) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (1,)
    finally:
        server.stop()


def test_a_lock_file_that_names_another_program_is_stale(folder: Path) -> None:
    start_postgres(folder / "stale").stop()
    lock = folder / "stale" / "cluster" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{folder}\n")
    start_postgres(folder / "stale").stop()
    assert identity(os.getpid()) is not None, "the named process is none of ours to end"


def test_a_server_without_supervisor_is_ended(folder: Path) -> None:
    server = start_postgres(folder / "orphan")
    Cluster(folder / "orphan").clear_stale_lock()
    assert wait_for(lambda: server.process.poll() is not None, 10)


def test_a_first_start_that_was_cut_off_is_begun_again(folder: Path) -> None:
    half = folder / "half" / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    start_postgres(folder / "half").stop()


def test_valkey_keeps_everything_and_asks_for_the_password(folder: Path) -> None:
    server = start_valkey(folder / "valkey", durable=True)
    with client(server.url) as connection:
        assert connection.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        connection.set("kept", "1")
        assert wait_for(lambda: connection.info("persistence")["aof_pending_bio_fsync"] == 0, 5)
    with (
        client("redis://" + server.url.rpartition("@")[2]) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    server = start_valkey(folder / "valkey", durable=True)
    try:
        with client(server.url) as connection:
            assert connection.get("kept") == b"1"
    finally:
        server.stop()
    assert stat.S_IMODE((folder / "valkey" / "valkey.conf").stat().st_mode) == 0o600

"""The one door to PostgreSQL: `transaction()`."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from helpdesk.core._connection import Connection as Patient
from helpdesk.core.config import get_settings
from helpdesk.core.errors import Unavailable

_open: ContextVar[Session | None] = ContextVar("helpdesk_open_transaction", default=None)
_test_connection: Connection | None = None

_STATEMENT_TIMEOUT_MS = 15_000
_LOCK_TIMEOUT_MS = 5_000
_IDLE_IN_TRANSACTION_MS = 30_000
_NETWORK_MS = 20_000
# lines of a server's message that have values in them; `diag` of the error still knows them
_QUOTED = re.compile(r"\n(?:DETAIL|CONTEXT):.*", re.DOTALL)
_POOL_SIZE, _POOL_OVERFLOW, _POOL_WAIT_S = 10, 20, 5
_TRUSTED_S = 1.0


# connection, resources (a full disk), operator, the system's own errors
_AWAY = frozenset({"08", "53", "57", "58"})
# lock not available, deadlock, serialization; idle for too long; a server that has become a standby
_AGAIN = frozenset({"55P03", "40P01", "40001", "25P03", "25006"})


@cache
def engine() -> Engine:
    """The process's engine. A pool of 10 to 30 connections; a restarted server heals.

    A connection is checked before use, unless it was in use within the last second: that would cost a round trip with
    each transaction. One that broke meanwhile fails its transaction, and the pool drops all of its age.
    """
    made = create_engine(
        get_settings().sqlalchemy_url,
        pool_size=_POOL_SIZE,
        max_overflow=_POOL_OVERFLOW,
        pool_timeout=_POOL_WAIT_S,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 5,
            # a machine or a line that is gone, without a word, is noticed by these
            "keepalives_idle": 15,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": _NETWORK_MS,
            "options": f"-c timezone=UTC -c statement_timeout={_STATEMENT_TIMEOUT_MS}"
            f" -c lock_timeout={_LOCK_TIMEOUT_MS}"
            f" -c idle_in_transaction_session_timeout={_IDLE_IN_TRANSACTION_MS}",
        },
    )

    event.listen(made, "handle_error", _no_values_in_messages)

    @event.listens_for(made, "do_connect")
    def _connect(_dialect: object, _record: object, cargs: list[Any], cparams: dict[str, Any]) -> Patient:
        return Patient.connect(*cargs, **cparams)

    @event.listens_for(made, "before_cursor_execute")
    def _patient_as_the_server(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        # who allows a statement more time on the server (0: any) gets it here as well, until the transaction's end
        if "statement_timeout" in statement:
            connection.connection.driver_connection.patience = None  # pyright: ignore[reportOptionalMemberAccess]

    _look_after_the_idle(made)
    return made


def _look_after_the_idle(made: Engine) -> None:
    """Check what was idle before it is used, with little patience, and give much to what is in use."""

    @event.listens_for(made, "checkout")
    def _in_use(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        idle_since = record.info.pop("idle_since", None)  # None: just made
        if idle_since is not None and time.monotonic() - idle_since >= _TRUSTED_S:
            try:
                made.dialect.do_ping(connection)
            except psycopg.Error as error:
                raise InvalidatePoolError("a connection broke while it was idle") from error
        connection.patience = Patient.PATIENCE

    @event.listens_for(made, "checkin")
    def _idle(connection: Patient | None, record: ConnectionPoolEntry) -> None:
        if connection is not None:
            connection.patience = Patient.IDLE_PATIENCE
            record.info["idle_since"] = time.monotonic()


def _no_values_in_messages(context: object) -> None:
    """What people wrote gets into no log: neither as a parameter nor in the row that the server quotes."""
    wrapped = getattr(context, "sqlalchemy_exception", None)
    if wrapped is not None:
        wrapped.hide_parameters = True
    for error in (wrapped, getattr(context, "original_exception", None)):
        if error is not None:
            error.args = tuple(_QUOTED.sub("", one) if isinstance(one, str) else one for one in error.args)


def dispose() -> None:
    """Drop all pooled connections, as after a fork or in a test that changes the address."""
    if engine.cache_info().currsize:
        engine().dispose()
        engine.cache_clear()


@contextmanager
def transaction() -> Generator[Session]:
    """One unit of work: commits at the end, rolls back on any exception.

    After the commit the callables registered with `after_commit` run; on a rollback none does.

    Raises:
        RuntimeError: on the event loop (use the faces' `call`), or inside another transaction: a service is one
            unit of work and never calls another service.
        Unavailable: the database does not answer.
    """
    if _on_event_loop():
        raise RuntimeError("transaction() on the event loop: call the service in a thread")
    if _open.get() is not None:
        raise RuntimeError("transaction() inside a transaction: a service never calls another service")
    session = _new_session()
    token = _open.set(session)
    try:
        with session, session.begin():
            yield session
    except (DBAPIError, PoolTimeout) as error:
        if _is_outage(error):
            raise Unavailable(
                "The database does not answer just now. Nothing was lost; try again."
            ) from error
        raise
    finally:
        _open.reset(token)
    for hook in session.info.pop("after_commit", ()):
        hook()


class Snapshot:
    """A read-only session as of one moment, for rows that leave over a longer time. Made by `snapshot`."""

    def __init__(self, idle_s: int) -> None:
        self.session = _new_session()
        try:
            if _test_connection is None:
                self.session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            self.session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{int(idle_s)}s'"))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends what it still reads, and gives the connection back. May be called twice and from any thread."""
        self.session.close()


def snapshot(*, idle_s: int) -> Snapshot:
    """Begin to read without `transaction()`: what is streamed is asked for piece by piece, from one thread or another.

    It locks no row. The server ends it when nothing is asked for over `idle_s` seconds.

    Raises:
        RuntimeError: on the event loop.
        Unavailable: the database does not answer.
    """
    if _on_event_loop():
        raise RuntimeError("snapshot() on the event loop: call the service in a thread")
    try:
        return Snapshot(idle_s)
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        if _is_outage(error):
            raise Unavailable("The database does not answer just now. Try again.") from error
        raise


def after_commit(session: Session, hook: Callable[[], None]) -> None:
    """Run `hook` once the unit of work is committed. Hooks must not raise: what they do is a hint, never the truth."""
    session.info.setdefault("after_commit", []).append(hook)


@contextmanager
def bound_to(connection: Connection) -> Generator[None]:
    """Tests only: every transaction becomes a savepoint inside `connection`'s own, which the test rolls back."""
    global _test_connection
    _test_connection = connection
    try:
        yield
    finally:
        _test_connection = None


def _new_session() -> Session:
    if _test_connection is not None:
        return Session(_test_connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
    return Session(engine(), expire_on_commit=False)


def _on_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def is_held(error: Exception) -> bool:
    """Somebody else holds the row for too long, or this was a deadlock's victim: of one row, not of the database."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) in {"55P03", "40P01"}


def _is_outage(error: Exception) -> bool:
    """Lock and statement time-outs count: the person may try again. A deadlock's victim too."""
    if isinstance(error, PoolTimeout) or getattr(error, "connection_invalidated", False):
        return True
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError | InterfaceError)
    return state[:2] in _AWAY or state in _AGAIN

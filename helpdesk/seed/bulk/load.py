"""The load itself: company, parts in two processes, indexes, statistics; it goes on where it broke off."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from multiprocessing.connection import wait
from random import Random
from threading import Thread
from typing import Any

import psycopg
from sqlalchemy import make_url

from helpdesk.core import clock
from helpdesk.core.config import get_settings
from helpdesk.core.db import dispose, transaction
from helpdesk.core.errors import Conflict
from helpdesk.seed.bulk import arrivals, schema
from helpdesk.seed.bulk.arrivals import Day
from helpdesk.seed.bulk.firm import found_company
from helpdesk.seed.bulk.pen import Pen
from helpdesk.seed.bulk.plot import Plot
from helpdesk.seed.bulk.scene import Scene, read_scene
from helpdesk.seed.bulk.sheets import Sheets
from helpdesk.seed.demo import leave_as_it_is
from helpdesk.services import spelling
from helpdesk.services._audit import audit

LOG_DAYS = 90
_PART = 1_500  # tickets that are one transaction
_LOCK = 0x68645F6275_6C6B  # one load at a time
_SAY_EVERY_S = 5.0
_MADE = "bulk_data_made"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made; the same order makes the same data. `now`: the moment at which the data ends."""

    tickets: int
    users: int
    agents: int
    seed: int
    now: str
    first_id: int = 0
    first_number: int = 0

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.now)


def seed(
    tickets: int,
    users: int | None = None,
    agents: int | None = None,
    *,
    number: int = 1,
    add: bool = False,
    now: datetime | None = None,
    say: Say = print,
) -> None:
    """Fill the database of the settings with `tickets` tickets, and the people that they need.

    A load that broke off is continued, whatever is asked for now. `number` is the seed of all that is random.

    Raises:
        Conflict: there are tickets, and `add` is not set; or another load is at work.
    """
    started = time.monotonic()
    order = Order(
        tickets,
        users or max(60, tickets // 100),
        agents or max(20, tickets // 5_000),
        number,
        (now or clock.now()).isoformat(),
    )
    with psycopg.connect(_url(), autocommit=True) as connection:
        schema.prepare(connection)
        if not _one(connection, f"SELECT pg_try_advisory_lock({_LOCK})"):
            raise Conflict("Another load is at work on this database.")
        order = _begin(connection, order, say, add=add)
        _fill(connection, order, say)
        _finish(connection, order, say)
    say(f"done: {order.tickets:,} tickets in {_minutes(time.monotonic() - started)}")


def _begin(connection: psycopg.Connection, order: Order, say: Say, *, add: bool) -> Order:
    """Make the company and mark the load as begun; returns the order of the load that is to be finished."""
    if _one(connection, "SELECT to_regclass('bulk_load')") is not None:
        found = Order(**_one(connection, "SELECT document FROM bulk_load"))
        say(f"going on with the load of {found.tickets:,} tickets that was begun")
        return found
    if not add and _one(connection, "SELECT EXISTS (SELECT FROM tickets)"):
        raise Conflict("There are tickets in this database. A load goes into one without, or say --add.")
    since = order.moment - timedelta(days=arrivals.DAYS + 20)
    say(f"people and tree: {order.users:,} who ask, {order.agents:,} who help")
    found_company(order.users, order.agents, order.seed, since, order.moment - timedelta(days=LOG_DAYS))
    leave_as_it_is(order.tickets)
    with connection.transaction():
        order = replace(
            order,
            first_id=1 + _one(connection, "SELECT coalesce(max(id), 0) FROM tickets"),
            first_number=_one(connection, "SELECT nextval('ticket_numbers')"),
        )
        # taken at once: a ticket that somebody files meanwhile gets the next ones
        last_number, last_id = order.first_number + order.tickets - 1, order.first_id + order.tickets - 1
        connection.execute("SELECT setval('ticket_numbers', %s)", [last_number])
        connection.execute("SELECT setval(pg_get_serial_sequence('tickets', 'id'), %s)", [last_id])
        connection.execute("CREATE TABLE bulk_load (document jsonb NOT NULL)")
        connection.execute("CREATE TABLE bulk_load_parts (first integer PRIMARY KEY)")
        connection.execute("CREATE TABLE bulk_load_back (stage integer, relation text, statement text)")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO bulk_load_back VALUES (%s, %s, %s)", schema.take_off(connection))
        connection.execute("INSERT INTO bulk_load VALUES (%s)", [json.dumps(asdict(order))])
    return order


def _fill(connection: psycopg.Connection, order: Order, say: Say) -> None:
    """Make the parts that are missing, in as many processes as there are processors."""
    parts = arrivals.parts(arrivals.days(order.tickets, order.moment), _PART)
    there = {row[0] for row in connection.execute("SELECT first FROM bulk_load_parts")}
    todo = [part for part in parts if part[0].first not in there]
    done = order.tickets - sum(day.count for part in todo for day in part)
    began, said, fresh = time.monotonic(), time.monotonic(), 0
    pool = ProcessPoolExecutor(_processes(), multiprocessing.get_context("spawn"), _start, (order,))
    try:
        for made in as_completed([pool.submit(_part, part) for part in todo]):
            fresh += made.result()
            if time.monotonic() - said > _SAY_EVERY_S:
                said = time.monotonic()
                left = (order.tickets - done - fresh) * (said - began) / fresh
                say(f"tickets: {done + fresh:,} of {order.tickets:,}, {_minutes(left)} left")
    finally:
        pool.shutdown(cancel_futures=True)
    say(f"tickets: {order.tickets:,} in {_minutes(time.monotonic() - began)}")


def _finish(connection: psycopg.Connection, order: Order, say: Say) -> None:
    began = time.monotonic()
    back = [
        (int(stage), str(table), str(statement))
        for stage, table, statement in connection.execute(
            "SELECT stage, relation, statement FROM bulk_load_back"
        )
    ]
    say(f"indexes and constraints: {len(back)}")
    schema.put_back(_url(), back, _processes())
    say(f"indexes and constraints: back in {_minutes(time.monotonic() - began)}")
    began = time.monotonic()
    words = spelling.relearn()
    say(f"words for searches with a slip: {words:,} in {_minutes(time.monotonic() - began)}")
    began = time.monotonic()
    with transaction() as s:
        audit(s, None, _MADE, data={"tickets": order.tickets, "seed": order.seed})
    connection.execute("SET synchronous_commit = on")
    with connection.transaction():
        connection.execute("DROP TABLE bulk_load_parts, bulk_load_back, bulk_load")
    connection.execute(f"VACUUM (ANALYZE) {', '.join(schema.TABLES)}, users".encode())
    say(f"statistics: in {_minutes(time.monotonic() - began)}")


# ---- in the processes ----

_scene: Scene
_order: Order
_connection: psycopg.Connection


def _start(order: Order) -> None:
    global _scene, _order, _connection
    _order = order
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it, and lets the parts at work finish
    Thread(target=_end_with_parent, daemon=True).start()
    with transaction() as s:
        _scene = read_scene(s)
    dispose()
    _connection = psycopg.connect(_url())
    schema.prepare(_connection)
    _connection.commit()
    gc.disable()  # nothing here refers to itself, and each look at a part's million strings takes its time


def _end_with_parent() -> None:
    """A killed parent must leave nobody behind who still writes."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _part(days: list[Day]) -> int:
    """Make the tickets of some days in one transaction; returns how many."""
    sheets = Sheets()
    for day in days:
        write_day(sheets, _scene, _order, day)
    gc.collect()
    with _connection.transaction():
        sheets.copy(_connection)
        _connection.execute("INSERT INTO bulk_load_parts VALUES (%s)", [days[0].first])
    return sum(day.count for day in days)


def write_day(sheets: Sheets, scene: Scene, order: Order, day: Day) -> None:
    """The rows of a day's tickets: the same for the same order, whichever process makes them."""
    rng, now = Random(f"{order.seed}:{day.date}"), order.moment  # noqa: S311 - repeatable, no secret
    pen = Pen(sheets, get_settings().ticket_prefix, now, now - timedelta(days=LOG_DAYS))
    for place, created in enumerate(arrivals.moments(rng, day, now)):
        number = day.first + place
        life = Plot(rng, scene, order.first_id + number, number, created, now).write()
        pen.write(rng, life, order.first_number + number)


# ---- small things ----


def _url() -> str:
    return (
        make_url(get_settings().sqlalchemy_url)
        .set(drivername="postgresql")
        .render_as_string(hide_password=False)
    )


def _processes() -> int:
    return max(2, os.cpu_count() or 1)


def _one(connection: psycopg.Connection, query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return None if row is None else row[0]


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"

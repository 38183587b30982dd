"""A company in a database of its own, a copy of it, and what an act changed in either."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import select, update

from helpdesk.core.db import transaction
from helpdesk.models import metadata
from helpdesk.models.person import sessions as session_rows
from helpdesk.services import sessions
from tests import factories
from tests.conftest import Servers, database_url, drop_database, new_database
from tests.factories import PASSWORD, World

Rows = dict[str, list[dict[str, Any]]]

# Kept for one door alone: the browser's second click, and which door it was.
_NOT_COMPARED = frozenset({"idempotency_keys"})
_FACE = frozenset({"source", "session_id", "seen_comment_id"})
# Drawn at random, besides every column of times, spans of time, bytes and UUIDs.
_RANDOM = frozenset({"id", "comment_id", "job_id", "object_id", "bell_key", "message_id", "file_path"})
_RANDOM |= {"password_hash", "history_hash", "batch_id", "text_digest"}
_CHANCE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*|\d{12,}")  # or a random key, in a text
_TRIES = 100


@dataclass(frozen=True)
class Company:
    """People who are signed in, and the thing that an act is about."""

    people: World
    thing: Any
    cookies: Mapping[str, str]
    tokens: Mapping[str, str]
    rows: Rows

    def end_sessions(self, name: str) -> None:
        """Somebody is signed out everywhere, behind the back of their open pages."""
        with transaction() as s:
            theirs = session_rows.c.user_id == getattr(self.people, name).id
            s.execute(update(session_rows).where(theirs).values(revoked_at=session_rows.c.created_at))


@contextmanager
def founded(servers: Servers, template: str) -> Iterator[str]:
    """A database for a company; its name."""
    name = new_database(servers, template)
    try:
        yield name
    finally:
        drop_database(servers, name)


def settle(before: Callable[[World], Any], names: Iterable[str]) -> Company:
    """Make the people, what the act needs, and sessions in the browser and for programs for those named."""
    people = factories.make_world()
    thing = before(people)
    client = sessions.Client("127.0.0.1", "tests")
    cookies, tokens = {}, {}
    for name in dict.fromkeys(names):
        address = getattr(people, name).email
        cookies[name] = sessions.sign_in(client, address, PASSWORD)[1]
        tokens[name] = sessions.login(client, address, PASSWORD).access_token
    return Company(people, thing, cookies, tokens, read())


def copied(servers: Servers, name: str) -> str:
    """Copy a database that nobody uses; the copy's name. Who is just leaving it is waited for."""
    for _ in range(_TRIES):
        try:
            return new_database(servers, name)
        except psycopg.errors.ObjectInUse:
            time.sleep(0.05)
    raise TimeoutError(f"{name} stays in use")


@contextmanager
def inside(servers: Servers, name: str) -> Iterator[None]:
    """The package works in this database."""
    with database_url(servers.url(name)):
        yield


def read() -> Rows:
    """Every row of every table, but for refusals that were written down."""
    with transaction() as s:
        return {
            table.name: [
                dict(row)
                for row in s.execute(select(table)).mappings()
                if (table.name, row.get("action")) != ("audit_log", "denied")
            ]
            for table in metadata.sorted_tables
            if table.name not in _NOT_COMPARED
        }


def changed(before: Rows, after: Rows, aside: Iterable[str] = ()) -> Rows:
    """The rows of `after` that were not in `before`, then those that are gone, in a form that two acts have alike.

    What was there before stays as it is; a time, key or secret that is new is only known to be new.
    """
    found: Rows = {}
    for table in after.keys() - set(aside):
        known = _values(before[table])
        came = [_plain(row, known) for row in after[table] if row not in before[table]]
        went = [_plain(row, known) | {"": "was"} for row in before[table] if row not in after[table]]
        if came or went:
            found[table] = sorted(
                [*came, *went], key=lambda row: json.dumps(row, default=repr, sort_keys=True)
            )
    return found


def differences(one: Rows, other: Rows) -> list[str]:
    """What was left by one door alone, a line for each row of either."""
    found: list[str] = []
    for table in sorted(one.keys() | other.keys()):
        left, right = [[repr(row) for row in rows.get(table, [])] for rows in (one, other)]
        found += [f"page alone: {table}: {row}" for row in left if row not in right]
        found += [f"API alone: {table}: {row}" for row in right if row not in left]
        if len(left) != len(right):
            found.append(f"{table}: {len(left)} rows by the page, {len(right)} by the API")
    return found


def _values(rows: list[dict[str, Any]]) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for row in rows:
        for column, value in row.items():
            known.setdefault(column, set()).add(repr(value))
    return known


def _plain(row: Mapping[str, Any], known: Mapping[str, set[str]]) -> dict[str, Any]:
    return {
        name: value if repr(value) in known.get(name, ()) else _new(name, value)
        for name, value in row.items()
        if name not in _FACE and name not in {"hash", "prev_hash"}
    }


def _new(name: str, value: Any) -> Any:
    """A new value, without what chance and the clock put into it."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        return {key: _new(str(key), one) for key, one in value.items() if key not in _FACE}
    if isinstance(value, list | tuple):
        return [_new(name, one) for one in value]
    if name in _RANDOM or isinstance(value, datetime | float | UUID | bytes | memoryview):
        return "<new>"
    return "<new>" if isinstance(value, str) and _CHANCE.fullmatch(value) else value

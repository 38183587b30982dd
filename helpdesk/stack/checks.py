"""`helpdesk check`: settings, connections, migrations, integrity."""

import smtplib
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from sqlalchemy import text

from helpdesk.core.config import PREFIX, Settings
from helpdesk.core.db import engine
from helpdesk.services import integrity
from helpdesk.stack import migrations
from helpdesk.stack.roundtrip import round_trip
from helpdesk.stack.valkey import client

_ROUND_TRIP_S = 20
_OLDEST_POSTGRES = 16


def run_checks(settings: Settings, say: Callable[[str], None]) -> int:
    """Run each check and say how it went, one line each; return 0 when all are well, else 1."""
    wrong = 0
    for name, problem in _results(settings):
        say(f"ok     {name}" if problem is None else f"WRONG  {name}: {problem}")
        wrong += problem is not None
    return 1 if wrong else 0


def _results(settings: Settings) -> Iterator[tuple[str, str | None]]:
    yield f"settings ({settings.env})", None  # settings that are not acceptable end the command before this
    yield "database", _tried(_database)
    yield "migrations", _tried(_migrations)
    yield "broker", _tried(lambda: _broker(settings))
    yield "worker", _tried(_worker)
    yield "mail server", _tried(lambda: _mail(settings))
    try:
        for finding in integrity.check():
            yield f"integrity of {finding.name}", None if finding.ok else finding.detail
    except Exception as error:  # as in _tried
        yield "integrity", _in_short(error)


def _tried(check: Callable[[], str | None]) -> str | None:
    try:
        return check()
    except Exception as error:  # whatever a connection or a query raises is the answer
        return _in_short(error)


def _in_short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _database() -> str | None:
    with engine().connect() as connection:
        major = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10000
    return (
        None
        if major >= _OLDEST_POSTGRES
        else f"PostgreSQL {_OLDEST_POSTGRES} or newer is needed, this is {major}"
    )


def _migrations() -> str | None:
    current, newest = migrations.versions()
    if current != newest:
        return f"the database is at {current}, the program wants {newest}: run `helpdesk migrate`"
    return migrations.drift()


def _broker(settings: Settings) -> str | None:
    with client(settings.broker_url) as broker:
        policy = str(broker.info("memory").get("maxmemory_policy"))
    return (
        None if policy == "noeviction" else f"maxmemory-policy is {policy}, which loses jobs; set noeviction"
    )


def _worker() -> str | None:
    return None if round_trip(_ROUND_TRIP_S) else f"no answer within {_ROUND_TRIP_S} s"


def _mail(settings: Settings) -> str | None:
    if not settings.smtp_url:
        return f"{PREFIX}SMTP_URL is not set, and no stack with a mailbox is running on this data folder"
    parts = urlsplit(settings.smtp_url)
    connect = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with connect(parts.hostname or "", parts.port or 0, timeout=5) as server:
        server.noop()
    return None

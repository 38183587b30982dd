"""`helpdesk check`: settings, connections, migrations, integrity."""

import smtplib
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from sqlalchemy import text

from helpdesk.core.config import Settings
from helpdesk.core.db import engine
from helpdesk.stack import migrations
from helpdesk.stack.roundtrip import round_trip
from helpdesk.stack.valkey import client

_ROUND_TRIP_S = 20


def run_checks(settings: Settings, say: Callable[[str], None]) -> int:
    """Run each check and say how it went, one line each; return 0 when all are well, else 1."""
    failed = 0
    for title, check in _checks(settings):
        try:
            problems = list(check())
        except Exception as error:  # whatever a connection or query raises is the answer to this check
            problems = [f"{type(error).__name__}: {error}".splitlines()[0]]
        say(f"ok    {title}" if not problems else f"WRONG {title}: " + "; ".join(problems))
        failed += bool(problems)
    return 1 if failed else 0


def _checks(settings: Settings) -> Iterator[tuple[str, Callable[[], list[str]]]]:
    # settings that are not acceptable end the command before it comes here
    yield f"settings ({settings.env})", list
    yield "database", _database
    yield "migrations", _migrations
    yield "broker", lambda: _broker(settings)
    yield "worker", lambda: [] if round_trip(_ROUND_TRIP_S) else [f"no answer within {_ROUND_TRIP_S} s"]
    yield "mail server", lambda: _mail(settings)
    yield "integrity", _integrity


def _database() -> list[str]:
    with engine().connect() as connection:
        version = int(connection.scalar(text("SHOW server_version_num")) or 0)
    return [] if version >= 160000 else [f"PostgreSQL 16 or newer is needed, this is {version // 10000}"]


def _migrations() -> list[str]:
    current, newest = migrations.versions()
    if current != newest:
        return [f"the database is at {current}, the program wants {newest}: run `helpdesk migrate`"]
    return [drift] if (drift := migrations.drift()) else []


def _broker(settings: Settings) -> list[str]:
    with client(settings.broker_url) as broker:
        broker.ping()
        policy = str(broker.info("memory").get("maxmemory_policy"))
    return (
        [] if policy == "noeviction" else [f"maxmemory-policy must be noeviction, is {policy}: it loses jobs"]
    )


def _integrity() -> list[str]:
    from helpdesk.services import integrity

    return integrity.check()


def _mail(settings: Settings) -> list[str]:
    if not settings.smtp_url:
        return ["HELPDESK_SMTP_URL is not set"]
    parts = urlsplit(settings.smtp_url)
    connect = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with connect(parts.hostname or "", parts.port or 0, timeout=5) as server:
        server.noop()
    return []

"""What is written in a note, its file or a tag stands in no line of the log, whatever goes wrong with it.

Requests succeed, are refused, and fail in the database as they never should: then the server itself quotes the row that
it did not take. The log of messages (`notification_logs`) knows that there was a note, and not a word of it.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, text

from helpdesk.core import log
from helpdesk.services import notifications
from tests.client import Api
from tests.conftest import _DATA, Mail, Servers
from tests.factories import World, make_ticket
from tests.strangers.behind import SECRET, act_in_secret, deliver, let_timers_run

_KEPT = ("notification_logs", "notification_attempts")
_FILE = [("attachments", (f"{SECRET}.txt", SECRET.encode(), "text/plain"))]


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that the application logs while the test runs: as JSON, from the level on that a start in production has."""
    written = io.StringIO()
    handler, root = logging.StreamHandler(written), logging.getLogger()
    handler.setFormatter(log._Json())
    handler.addFilter(
        lambda record: not record.name.startswith("httpx")
    )  # the caller's own, who says what they ask
    factory, level = logging.getLogRecordFactory(), root.level
    logging.setLogRecordFactory(log._Record)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.setLevel(level)
    root.removeHandler(handler)
    logging.setLogRecordFactory(factory)


@pytest.fixture
def server_log(servers: Servers) -> Callable[[], str]:
    """What the embedded PostgreSQL has logged since the test began."""
    path = _DATA / "postgres" / "postgres.log"
    begin = path.stat().st_size
    return lambda: path.read_bytes()[begin:].decode()


@pytest.fixture
def key(world: World) -> int:
    return make_ticket(world.client, world.it).ticket.id


def _write(agent: TestClient, key: object) -> dict[str, int]:
    """What staff write, by REST; the status of each answer."""
    path, admin = f"/api/v1/tickets/{key}", f"/api/v1/admin/tickets/{key}"
    note = {"message": f"Between us: {SECRET}", "is_internal": "true"}
    answers = {
        "note": agent.post(f"{path}/comments", json=note | {"is_internal": True}),
        "note's file": agent.post(f"{path}/comments", data=note, files=_FILE),
        "tag": agent.put(f"{admin}/tags", json={"tags": [SECRET]}),
        "odd field": agent.post(f"{path}/comments", json={"message": SECRET, SECRET: SECRET}),
        "odd value": agent.put(f"{admin}/status", json={"status": SECRET}),
        "odd filter": agent.get(f"/api/v1/admin/tickets?q={SECRET}&{SECRET}={SECRET}"),
    }
    return {name: answer.status_code for name, answer in answers.items()}


def test_neither_what_is_done_nor_what_is_refused(
    world: World, api: Api, key: int, mailbox: Mail, db: Connection, logged: io.StringIO
) -> None:
    agent = api.login(world.agent)
    logging.getLogger("helpdesk").info("listening")
    assert _write(agent, key) == {
        **dict.fromkeys(("note", "note's file"), 201),
        "tag": 200,
        **dict.fromkeys(("odd field", "odd value", "odd filter"), 422),
    }
    assert set(_write(agent, 999_999).values()) == {404, 422}
    act_in_secret(world.actor("agent"), world.actor("agent2"), world.client2.id, key)
    let_timers_run(world.actor("agent"), key)
    deliver()
    assert "listening" in logged.getvalue()
    assert SECRET not in logged.getvalue()
    kept = "".join(
        row for name in _KEPT for row in db.scalars(text(f"SELECT to_jsonb(t)::text FROM {name} t"))
    )
    assert '"internal_note"' in kept, "nobody was told of the note"
    assert SECRET not in kept


@pytest.mark.parametrize(
    ("what", "table", "column"),
    [
        ("note", "ticket_comments", "message"),
        ("tag", "ticket_tags", "name"),
        ("note's file", "attachments", "filename"),
    ],
)
def test_nor_what_the_database_quotes(
    world: World,
    api: Api,
    key: int,
    db: Connection,
    logged: io.StringIO,
    server_log: Callable[[], str],
    what: str,
    table: str,
    column: str,
) -> None:
    """A constraint that no service knows of: its violation is unexpected, and goes to the log with its trace."""
    agent = api.login(world.agent)
    db.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT odd CHECK ({column} NOT LIKE '%{SECRET[5:]}%')"))
    assert _write(agent, key)[what] == 500
    assert '"odd"' in logged.getvalue().replace("\\", ""), "the log says what was violated"
    assert '"odd"' in server_log()
    assert SECRET not in logged.getvalue() + server_log()


def test_nor_a_mail_that_could_not_be_written(
    world: World, key: int, mailbox: Mail, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails while the note's text is at hand."""

    def fail(page: object) -> tuple[str, str]:
        raise RuntimeError("the page can't be made")

    monkeypatch.setattr(notifications, "render", fail)
    act_in_secret(world.actor("agent"), world.actor("agent2"), world.client2.id, key)
    deliver()
    assert "a mail could not be written" in logged.getvalue()
    assert SECRET not in logged.getvalue()

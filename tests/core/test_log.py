"""Logs hold no secrets and no forged lines, whoever writes the record."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from helpdesk.core.config import Settings
from helpdesk.core.log import configure_logging, redact


@pytest.fixture(params=["text", "json"])
def output(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    handlers, level, factory = root.handlers[:], root.level, logging.getLogRecordFactory()
    configure_logging(Settings(log_format=request.param))
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.setLogRecordFactory(factory)
    logging.captureWarnings(False)


@pytest.mark.parametrize(
    "text",
    [
        "Event(headers={'cookie': '__Host-hd=hunter22; x=1', 'host': 'a'})",
        '{"password": "hunter22"}',
        "{'new_password': 'it\\'s hunter22'}",
        "Authorization: Bearer hunter22hunter22",
        "[(b'authorization', b'Basic hunter22'), (b'host', b'a')]",
        "Set-Cookie: hd=hunter22; Path=/",
        "connect to redis://:hunter22@cache:6379/0",
        "postgresql+psycopg://helpdesk:hunter22@db/helpdesk",
        "GET /_event?token=hunter22&EIO=4",
        "refresh_token=hunter22",
        "secret_key = 'hunter22'",
        "eyJhbGciOiJIUzI1NiJ9.eyJodW50ZXIyMiI6MX0.hunter22hunter22",
    ],
)
def test_secrets_go(text: str) -> None:
    assert "hunter22" not in redact(text)
    assert "[redacted]" in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "ticket HD-000012 assigned to 7",
        "password changed for user 7",
        "GET /tickets?status=open",
        "a token expired",
    ],
)
def test_the_rest_stays(text: str) -> None:
    assert redact(text) == text


def test_every_logger_is_clean(output: io.StringIO) -> None:
    logging.getLogger("reflex.event").warning("event %s", {"cookie": "hunter22"})
    logging.getLogger("celery").warning("broker redis://:hunter22@h", extra={"session_token": "plain"})
    failure = ValueError("password='hunter22'")
    logging.getLogger("x").error("failed", exc_info=failure)
    assert "hunter22" not in output.getvalue()
    assert output.getvalue().count("[redacted]") >= 3


def test_one_record_is_one_line(output: io.StringIO) -> None:
    logging.getLogger("x").warning("name %s", "a\r\n2026-01-01T00:00:00Z INFO root: forged\x1b[2J\u202e\x00")
    assert len(output.getvalue().splitlines()) == 1
    assert not {"\r", "\x1b", "\u202e", "\x00"} & set(output.getvalue())


def test_a_broken_call_breaks_nobody(output: io.StringIO) -> None:
    logging.getLogger("x").warning("%d tickets", "many")
    assert "%d tickets" in output.getvalue()


def test_json_is_json(output: io.StringIO) -> None:
    logging.getLogger("x").warning("hello", extra={"ticket_id": 5, "secret": "hunter22"})
    text = output.getvalue()
    if text.startswith("{"):
        record = json.loads(text)
        assert record["message"] == "hello"
        assert record["ticket_id"] == 5
        assert record["secret"] == "[redacted]"
    else:
        assert "ticket_id=5" in text
        assert "hunter22" not in text

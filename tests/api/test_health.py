"""`/health` and `/ready` (product rules §7)."""

from __future__ import annotations

import time

from helpdesk.integrations import broker
from helpdesk.services import health
from tests.client import Api


def test_alive_and_ready(api: Api) -> None:
    assert api.anonymous.get("/health").json() == {"status": "ok"}
    answer = api.anonymous.get("/ready")
    assert answer.status_code == 200
    assert {one["name"]: one["ok"] for one in answer.json()["parts"]} == {
        "database": True,
        "broker": True,
        "storage": True,
    }


def test_a_part_that_is_gone_is_named_without_its_secrets(api: Api, settings) -> None:
    settings(redis_url="redis://:a-secret@127.0.0.1:1")
    answer = api.anonymous.get("/ready")
    assert answer.status_code == 503
    assert [one["name"] for one in answer.json()["parts"] if not one["ok"]] == ["broker"]
    assert "a-secret" not in answer.text
    assert "127.0.0.1" not in answer.text
    assert api.anonymous.get("/health").status_code == 200


def test_a_part_that_hangs_holds_nobody_up(api: Api, monkeypatch) -> None:
    monkeypatch.setattr(health, "TIMEOUT_S", 0.2)
    monkeypatch.setattr(broker, "ping", lambda: time.sleep(1))
    started = time.monotonic()
    answer = api.anonymous.get("/ready")
    assert time.monotonic() - started < 0.9
    assert answer.status_code == 503
    (part,) = [one for one in answer.json()["parts"] if not one["ok"]]
    assert (part["name"], part["detail"]) == ("broker", "no answer within 0.2 s")

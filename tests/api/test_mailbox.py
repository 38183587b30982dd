"""The mailbox routes: who reads whose mails, and that production has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk.core.config import Settings
from tests.client import Api
from tests.factories import World


def drop(folder: Path, number: int, address: str, subject: str) -> str:
    mail_id = f"{number:019d}-{0:08x}"
    (folder / f"{mail_id}.eml").write_text(
        f"Delivered-To: {address}\nTo: {address}\nSubject: {subject}\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n\nHello\n"
    )
    return mail_id


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(Settings, "mailbox_folder", property(lambda self: tmp_path))
    return tmp_path


def test_everybody_reads_their_own_and_admins_all(world: World, api: Api, folder: Path) -> None:
    mine = drop(folder, 1, world.client.email, "Yours")
    theirs = drop(folder, 2, world.agent.email, "Not yours")
    client, admin = api.login(world.client), api.login(world.admin)
    found = client.get("/api/v1/mailbox").json()["items"]
    assert [(one["id"], one["subject"], one["text"].strip()) for one in found] == [(mine, "Yours", "Hello")]
    assert client.get(f"/api/v1/mailbox/{mine}").status_code == 200
    assert client.get(f"/api/v1/mailbox/{theirs}").status_code == 404
    assert [one["id"] for one in admin.get("/api/v1/mailbox").json()["items"]] == [theirs, mine]
    assert [one["id"] for one in admin.get(f"/api/v1/mailbox?before={theirs}").json()["items"]] == [mine]
    assert admin.get("/api/v1/mailbox?limit=0").status_code == 422


def test_production_has_none(world: World, api: Api, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = drop(folder, 1, world.admin.email, "Secret")
    admin = api.login(world.admin)
    monkeypatch.setattr(Settings, "production", property(lambda self: True))
    for path in ("/api/v1/mailbox", f"/api/v1/mailbox/{mail}"):
        answer = admin.get(path)
        assert answer.status_code == 404
        assert "Secret" not in answer.text

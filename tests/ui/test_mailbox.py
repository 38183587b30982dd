"""The local mailbox in the app: whose mails one sees, and that it is not there in production."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from helpdesk.core.config import Settings
from tests.factories import Person, World
from tests.ui.conftest import Opener
from tests.ui.doing import act, loaded

ui = pytest.mark.asyncio(loop_scope="session")

Drop = Callable[..., str]


@pytest.fixture
def drop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Drop:
    """`drop(person, "Subject", html=…)`: a mail lies in the mailbox; returns its id."""
    monkeypatch.setattr(Settings, "mailbox_folder", property(lambda self: tmp_path))
    number = iter(range(1, 1000))

    def write(to: Person, subject: str, html: str = "<p>Hello</p>", text: str = "Hello") -> str:
        mail_id = f"{next(number):019d}-{0:08x}"
        (tmp_path / f"{mail_id}.eml").write_bytes(
            f"Delivered-To: {to.email}\r\nTo: {to.name} <{to.email}>\r\nSubject: {subject}\r\n"
            "Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/alternative; boundary="x"\r\n\r\n'
            f"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
            f"--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--x--\r\n".encode()
        )
        return mail_id

    return write


@ui
async def test_an_admin_reads_all_and_others_their_own(open_tab: Opener, people: World, drop: Drop) -> None:
    from helpdesk.ui.app_state import AppState
    from helpdesk.ui.mailbox.state import MailboxState

    mine, theirs = drop(people.client, "Yours"), drop(people.agent, "Not yours")
    tab = await loaded(await open_tab(people.admin, "/mailbox"), MailboxState)
    assert [row["subject"] for row in tab.var(MailboxState, "rows")] == ["Not yours", "Yours"]
    assert tab.var(AppState, "me")["mailbox"] is True
    client = await loaded(await open_tab(people.client, f"/mailbox?mail={mine}"), MailboxState)
    assert [row["id"] for row in client.var(MailboxState, "rows")] == [mine]
    assert client.var(MailboxState, "mail")["subject"] == "Yours"
    client.path = f"/mailbox?mail={theirs}"
    await act(client, f"{MailboxState.get_full_name()}.load")
    assert client.var(MailboxState, "mail")["id"] == ""
    assert "Not yours" not in "".join(client.raw)


@ui
async def test_a_new_mail_waits(open_tab: Opener, people: World, drop: Drop) -> None:
    from helpdesk.ui.mailbox.state import MailboxState

    drop(people.client, "One")
    tab = await loaded(await open_tab(people.client, "/mailbox"), MailboxState)
    drop(people.client, "Two")
    drop(people.agent, "For somebody else")
    name = MailboxState.get_full_name()
    await act(tab, f"{name}.refresh")
    assert (len(tab.var(MailboxState, "rows")), tab.var(MailboxState, "waiting")) == (1, 1)
    await act(tab, f"{name}.show_new")
    assert [row["subject"] for row in tab.var(MailboxState, "rows")] == ["Two", "One"]


@ui
async def test_links_are_web_addresses_alone(open_tab: Opener, people: World, drop: Drop) -> None:
    from helpdesk.ui.mailbox.state import MailboxState

    text = "See http://localhost:8000/tickets/HD-1, javascript:alert(1) and (https://example.com/a?b=1)."
    mail = drop(people.client, "Links", html="<script>alert(1)</script>", text=text)
    tab = await loaded(await open_tab(people.client, f"/mailbox?mail={mail}"), MailboxState)
    shown = tab.var(MailboxState, "mail")
    assert shown["links"] == ["http://localhost:8000/tickets/HD-1", "https://example.com/a?b=1"]
    assert "<script>" in shown["html"], "as it was mailed: the frame's empty sandbox runs nothing of it"


def test_the_frame_has_no_right() -> None:
    from helpdesk.ui.mailbox import view

    frame = str(view._mail().render()).partition('"iframe"')[2].partition("children")[0]
    assert "srcDoc:" in frame
    assert 'sandbox:""' in frame


@ui
async def test_in_production_there_is_none(
    open_tab: Opener, people: World, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from helpdesk.ui.mailbox.state import MailboxState

    drop(people.admin, "Secret")
    monkeypatch.setattr(Settings, "production", property(lambda self: True))
    tab = await open_tab(people.admin, "/nowhere")
    tab.path = "/mailbox"
    await act(tab, f"{MailboxState.get_full_name()}.load")
    assert tab.var(MailboxState, "missing") is True
    assert "Secret" not in "".join(tab.raw)

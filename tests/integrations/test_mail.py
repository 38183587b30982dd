"""Mail out and the local twin, over real sockets; a small scripted server plays the ones that misbehave."""

from __future__ import annotations

import email
import email.policy
import smtplib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest

from helpdesk.core.errors import NotFound
from helpdesk.integrations import mail as mail_module
from helpdesk.integrations.mail import Mail, MailFailure, build_message, send
from helpdesk.integrations.mailbox import Mailbox, read_mail, read_mailbox, start_mailbox

PLAIN = Mail(
    to="joerg@example.com",
    to_name="Jörg, der Große",
    subject="[HD-1042] Drucker & <b>Größe</b>",
    text="Hallo\n.\nFrom here\n" + "x" * 2000,
    html="<p>Grüße</p>" + "y" * 2000,
    message_id="<hd.1.abc@helpdesk.example>",
    at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    sender="Helpdesk <helpdesk@example.com>",
    thread=("<hd.0.a@helpdesk.example>", "<hd.0.b@helpdesk.example>"),
    list_id="HD-1042 <hd-1042.helpdesk.example>",
)


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    box = start_mailbox("127.0.0.1", 0, tmp_path / "box")
    yield box
    box.stop()


def _url(box: Mailbox) -> str:
    return f"smtp://127.0.0.1:{box.port}"


# ---- building ----


def test_a_message_says_that_a_machine_wrote_it() -> None:
    parsed = email.message_from_bytes(build_message(PLAIN).as_bytes(), policy=email.policy.default)
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["X-Auto-Response-Suppress"] == "All"
    assert parsed["List-Id"] == "HD-1042 <hd-1042.helpdesk.example>"
    assert parsed["Message-ID"] == "<hd.1.abc@helpdesk.example>"
    assert parsed["In-Reply-To"] == "<hd.0.b@helpdesk.example>"
    assert parsed["References"] == "<hd.0.a@helpdesk.example> <hd.0.b@helpdesk.example>"
    assert parsed["Date"].datetime == PLAIN.at
    assert parsed["Subject"] == PLAIN.subject
    assert parsed["To"].addresses[0].display_name == "Jörg, der Große"
    assert parsed["To"].addresses[0].addr_spec == "joerg@example.com"
    text, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == PLAIN.text.splitlines()
    assert html.get_content().strip() == PLAIN.html


def test_every_line_fits_the_protocol() -> None:
    raw = build_message(replace(PLAIN, subject="Ü" * 250)).as_bytes()
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "poison", ["\r\nBcc: evil@example.com", "\n", "\r", "\x00", "\x0b", "\u2028", "\ud800"]
)
@pytest.mark.parametrize("field", ["to", "to_name", "subject", "message_id", "sender", "list_id"])
def test_no_header_takes_a_line_break(field: str, poison: str) -> None:
    value = getattr(PLAIN, field)
    with pytest.raises(ValueError):
        build_message(replace(PLAIN, **{field: value[:-1] + poison + value[-1]}))
    with pytest.raises(ValueError):
        build_message(replace(PLAIN, headers={"X-Ticket": f"1{poison}"}))
    with pytest.raises(ValueError):
        build_message(replace(PLAIN, headers={f"X-Ticket{poison}": "1"}))
    with pytest.raises(ValueError):
        build_message(replace(PLAIN, thread=(f"<a{poison}@b.example>",)))


@pytest.mark.parametrize(
    "to", ["", "nobody", "@example.com", "a@", "a b@example.com", "a@b, c@d", "<>", "a@b>c", "A <a@b>"]
)
def test_only_addresses_are_addresses(to: str) -> None:
    with pytest.raises(ValueError):
        build_message(replace(PLAIN, to=to))


def test_a_name_can_not_add_a_recipient() -> None:
    built = build_message(replace(PLAIN, to="a@example.com", to_name='evil@example.com, "x" <b@example.com>'))
    parsed = email.message_from_bytes(built.as_bytes(), policy=email.policy.default)
    assert [one.addr_spec for one in parsed["To"].addresses] == ["a@example.com"]


# ---- the twin ----


def test_a_mail_arrives_whole(mailbox: Mailbox, tmp_path: Path) -> None:
    send(build_message(PLAIN), ["joerg@example.com"], _url(mailbox))
    [kept] = read_mailbox(tmp_path / "box", 10)
    assert kept.subject == PLAIN.subject
    assert kept.to == '"Jörg, der Große" <joerg@example.com>'
    assert kept.message_id == PLAIN.message_id
    assert kept.text == PLAIN.text + "\n"
    assert kept.html.strip() == PLAIN.html
    assert ("Delivered-To", "joerg@example.com") in kept.headers
    assert ("Return-Path", "<helpdesk@example.com>") in kept.headers
    assert abs((datetime.now(UTC) - kept.at).total_seconds()) < 60
    assert read_mail(tmp_path / "box", kept.id) == kept


def test_newest_first_in_pages(mailbox: Mailbox, tmp_path: Path) -> None:
    folder = tmp_path / "box"
    for number in range(5):
        send(build_message(replace(PLAIN, subject=f"mail {number}")), ["a@example.com"], _url(mailbox))
    (folder / ".half.part").write_bytes(b"Subject: half\r\n\r\n")
    (folder / "notes.eml").write_bytes(b"Subject: not ours\r\n\r\n")
    first = read_mailbox(folder, 2)
    second = read_mailbox(folder, 10, before=first[-1].id)
    assert [one.subject for one in first + second] == [f"mail {number}" for number in (4, 3, 2, 1, 0)]
    assert read_mailbox(folder, 0) == []
    assert read_mailbox(tmp_path / "nowhere", 10) == []


@pytest.mark.parametrize("mail_id", ["", "../../etc/passwd", "0" * 19 + "-" + "0" * 8, "x\x00y"])
def test_other_files_are_no_mails(tmp_path: Path, mail_id: str) -> None:
    with pytest.raises(NotFound):
        read_mail(tmp_path, mail_id)


def test_a_strange_mail_does_not_break_the_list(mailbox: Mailbox, tmp_path: Path) -> None:
    with smtplib.SMTP("127.0.0.1", mailbox.port, timeout=5) as client:
        client.sendmail(
            "a@example.com", ["b@example.com"], b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe"
        )
        client.sendmail("a@example.com", ["b@example.com"], b"no header at all")
    assert len(read_mailbox(tmp_path / "box", 10)) == 2


def test_parallel_mails_all_arrive(mailbox: Mailbox, tmp_path: Path) -> None:
    threads = [
        threading.Thread(target=send, args=(build_message(PLAIN), ["a@example.com"], _url(mailbox)))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = read_mailbox(tmp_path / "box", 100)
    assert len({one.id for one in found}) == 20


def test_a_full_disk_is_a_temporary_failure(mailbox: Mailbox, tmp_path: Path) -> None:
    (tmp_path / "box").rmdir()
    with pytest.raises(MailFailure) as caught:
        send(build_message(PLAIN), ["a@example.com"], _url(mailbox))
    assert not caught.value.permanent
    assert "452" in caught.value.reason


def test_a_taken_port_is_told(mailbox: Mailbox, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"(?i)in use"):
        start_mailbox("127.0.0.1", mailbox.port, tmp_path / "other")


def test_addresses_beyond_ascii_arrive_where_the_server_can(mailbox: Mailbox, tmp_path: Path) -> None:
    message = build_message(replace(PLAIN, to="jörg@example.com"))
    send(message, ["jörg@example.com"], _url(mailbox))
    [kept] = read_mailbox(tmp_path / "box", 1)
    assert ("Delivered-To", "jörg@example.com") in kept.headers
    with scripted() as server, pytest.raises(MailFailure) as caught:
        send(message, ["jörg@example.com"], server.url)
    assert caught.value.permanent


# ---- servers that refuse or hang ----

_USUAL = {
    "EHLO": "250 fine",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go",
    ".": "250 taken",
    "QUIT": "221 bye",
}


class _Scripted:
    """A server that answers each command as it is told to; `None`: not at all."""

    def __init__(self, answers: dict[str, str | None]) -> None:
        self.answers = {"greeting": "220 hello", **_USUAL, **answers}
        self.seen: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return
        with connection, connection.makefile("rb") as lines:
            self._say(connection, "greeting")
            in_data = False
            for line in _until_closed(lines):
                word = line.decode().strip() if in_data else line.decode().split()[0].upper()
                if in_data and word != ".":
                    continue
                self.seen.append(line.decode().strip())
                self._say(connection, word)
                in_data = word == "DATA"

    def _say(self, connection: socket.socket, key: str) -> None:
        answer = self.answers.get(key, "500 what?")
        if answer == "drip":
            with suppress(OSError):
                for _ in range(100):
                    connection.sendall(b"2")
                    time.sleep(0.2)
        elif answer is not None:
            connection.sendall(answer.encode() + b"\r\n")


def _until_closed(lines: BinaryIO) -> Iterator[bytes]:
    with suppress(OSError):
        yield from lines


@contextmanager
def scripted(**answers: str | None) -> Iterator[_Scripted]:
    server = _Scripted({key.replace("dot", "."): value for key, value in answers.items()})
    try:
        yield server
    finally:
        server.listener.close()


@pytest.mark.parametrize(
    ("answers", "permanent"),
    [
        ({"RCPT": "550 5.1.1 no such user"}, True),
        ({"RCPT": "451 4.7.1 greylisted"}, False),
        ({"MAIL": "550 5.7.1 sender refused"}, True),
        ({"MAIL": "530 5.7.0 authenticate first"}, False),
        ({"MAIL": "421 4.3.2 shutting down"}, False),
        ({"DATA": "554 5.6.0 no"}, True),
        ({"dot": "552 5.3.4 too big"}, True),
        ({"dot": "452 4.2.2 full"}, False),
        ({"greeting": "554 5.7.1 your address is blocked"}, False),
        ({"greeting": "421 too busy"}, False),
        ({"RCPT": ""}, False),
    ],
)
def test_refusals_are_permanent_or_not(answers: dict[str, str | None], permanent: bool) -> None:
    with scripted(**answers) as server, pytest.raises(MailFailure) as caught:
        send(build_message(PLAIN), ["a@example.com"], server.url)
    assert caught.value.permanent is permanent
    assert caught.value.reason


def test_what_happens_after_the_mail_was_taken_does_not_matter() -> None:
    with scripted(QUIT="500 never") as server:
        send(build_message(PLAIN), ["a@example.com"], server.url)
        assert "rcpt TO:<a@example.com>" in server.seen


def test_nobody_there_is_temporary() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for url in (f"smtp://127.0.0.1:{port}", "smtp://does-not-exist.invalid:25", ""):
        with pytest.raises(MailFailure) as caught:
            send(build_message(PLAIN), ["a@example.com"], url)
        assert not caught.value.permanent


@pytest.mark.parametrize("silent", ["greeting", "EHLO", "dot"])
@pytest.mark.parametrize("how", [None, "drip"])
def test_a_slow_server_is_given_up(silent: str, how: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_module, "CONNECT_SECONDS", 1.0)
    monkeypatch.setattr(mail_module, "TOTAL_SECONDS", 1.5)
    started = time.monotonic()
    with scripted(**{silent: how}) as server, pytest.raises(MailFailure) as caught:
        send(build_message(PLAIN), ["a@example.com"], server.url)
    assert time.monotonic() - started < 4
    assert not caught.value.permanent


def test_the_limits_are_those_of_the_rules() -> None:
    assert (mail_module.CONNECT_SECONDS, mail_module.TOTAL_SECONDS) == (5.0, 30.0)


# ---- credentials ----

_LOGIN = {"EHLO": "250-fine\r\n250 AUTH PLAIN", "AUTH": "235 welcome"}


def test_credentials_are_used_on_this_machine() -> None:
    with scripted(**_LOGIN) as server:
        send(build_message(PLAIN), ["a@example.com"], server.url.replace("//", "//us%40er:pa%2Fss@"))
        assert any(line.startswith("AUTH PLAIN ") for line in server.seen)


def test_a_password_is_never_sent_in_the_clear_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_module, "_loopback", lambda _: False)
    with scripted(**_LOGIN) as server:
        with pytest.raises(MailFailure) as caught:
            send(build_message(PLAIN), ["a@example.com"], server.url.replace("//", "//user:pass@"))
        assert not any(line.startswith("AUTH") for line in server.seen)
    assert not caught.value.permanent


def test_a_wrong_password_is_told_without_it_and_tried_again_later() -> None:
    answers = _LOGIN | {"AUTH": "535 5.7.8 hunter22secret is wrong for operator9"}
    with scripted(**answers) as server, pytest.raises(MailFailure) as caught:
        send(build_message(PLAIN), ["a@example.com"], server.url.replace("//", "//operator9:hunter22secret@"))
    assert not caught.value.permanent
    assert "535" in caught.value.reason
    assert "hunter22secret" not in caught.value.reason
    assert "operator9" not in caught.value.reason
    assert caught.value.__cause__ is None

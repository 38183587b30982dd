"""The local twin of a mail server, for development: it takes every mail by SMTP and keeps it as a file.

One `.eml` per mail, named so that the names sort by time of arrival, written completely or not at all.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import os
import re
import secrets
import socket
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from helpdesk.core.errors import NotFound

MAX_BYTES = 40 * 1024 * 1024

_NAME = re.compile(r"\d{19}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A mail in the mailbox; `id` also is the cursor for older ones, `at` the moment of its arrival."""

    id: str
    to: str
    subject: str
    at: datetime
    message_id: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]


class Mailbox:
    """A running twin; `port` is where it listens."""

    def __init__(self, controller: _Controller) -> None:
        self._controller = controller
        self.port: int = controller.port

    def stop(self) -> None:
        """Close the port and end its thread; the mails stay."""
        self._controller.stop(no_assert=True)


class _Controller(Controller):
    """Takes a socket that already listens:
    a taken port is known at once, and the port that the system chose too.
    """

    def __init__(self, handler: object, listener: socket.socket, **options: Any) -> None:
        host, port = listener.getsockname()[:2]
        base: Any = super()
        base.__init__(handler, hostname=host, port=port, **options)
        self._listener = listener

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener)


class _Keep:
    """The handler of aiosmtpd: what it accepts is on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._last = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (its name there)
        content = envelope.original_content or b""
        for_whom = "".join(f"Delivered-To: {address}\r\n" for address in envelope.rcpt_tos)
        try:
            self._write(f"Return-Path: <{envelope.mail_from}>\r\n{for_whom}".encode() + content)
        except OSError:
            return "452 Insufficient storage"
        return "250 OK"

    def _write(self, content: bytes) -> None:
        # strictly rising, whatever the clock does, so that the order is that of arrival
        self._last = max(time.time_ns(), self._last + 1)
        name = f"{self._last:019d}-{secrets.token_hex(4)}"
        partial = self._folder / f".{name}.part"
        try:
            with partial.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self._folder / f"{name}.eml")
        finally:
            partial.unlink(missing_ok=True)


def start_mailbox(host: str, port: int, folder: Path) -> Mailbox:
    """Listen on this address in a thread (port 0: a free one) and keep each mail in `folder`, which is made
    if needed.

    Raises OSError where the port is taken.
    """
    folder.mkdir(parents=True, exist_ok=True)
    listener = _listener(host, port)
    controller = _Controller(
        _Keep(folder), listener, data_size_limit=MAX_BYTES, enable_SMTPUTF8=True, ready_timeout=10
    )
    controller.start()
    return Mailbox(controller)


def _listener(host: str, port: int) -> socket.socket:
    # named as TCP, because asyncio sends small answers at once only where a socket says so
    listener = socket.socket(
        socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(100)
    except OSError:
        listener.close()
        raise
    return listener


def read_mailbox(folder: Path, limit: int, before: str | None = None) -> list[StoredMail]:
    """Return up to `limit` mails, newest first; `before`: only those older than the mail of this id."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        found = (entry.name.removesuffix(".eml") for entry in entries if entry.name.endswith(".eml"))
        names = sorted((name for name in found if _NAME.fullmatch(name)), reverse=True)
    wanted = [name for name in names if before is None or name < before][: max(0, limit)]
    return [_read(folder / f"{name}.eml") for name in wanted]


def read_mail(folder: Path, mail_id: str) -> StoredMail:
    """Return one mail. Raises `NotFound`, also for what is no id of a mail."""
    if not _NAME.fullmatch(mail_id):
        raise NotFound("There is no such mail")
    try:
        return _read(folder / f"{mail_id}.eml")
    except FileNotFoundError:
        raise NotFound("There is no such mail") from None


def _read(path: Path) -> StoredMail:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    nanoseconds = int(path.name[:19])
    return StoredMail(
        id=path.stem,
        to=str(message.get("To", "")),
        subject=str(message.get("Subject", "")),
        at=datetime.fromtimestamp(nanoseconds / 1e9, UTC),
        message_id=str(message.get("Message-ID", "")).strip(),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        headers=tuple((name, str(value)) for name, value in message.items()),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content()).replace("\r\n", "\n")
    except (LookupError, UnicodeError):  # an unknown character set
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""

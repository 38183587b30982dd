"""A mail server that misbehaves on demand, and counts what it took."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import BinaryIO

MODES = ("4xx", "5xx", "421", "hang", "hang in data", "cut", "kill", "gone")
"""What it can do instead of its duty ("good"). "kill": it takes a message, then somebody kills the sender before
the answer reaches them (`on_taken`)."""

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)


class Sink:
    """Listens on a port of its own; `mode` may be changed at any time and ends what hangs."""

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()
        """How often each Message-ID was taken."""
        self.unanswered: Counter[str] = Counter()
        """Of these, how often the sender was never told."""
        self.begun = 0
        """How many messages were begun, taken or not."""
        self.on_taken: Callable[[int], None] = lambda _port: None
        """Called in the mode "kill" with the sender's port."""
        self.poison = ""
        """In the mode "kill": the only recipient whose mail kills; empty: each."""
        self._mode = "good"
        self._changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._listen()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def mode(self) -> str:
        return self._mode

    @mode.setter
    def mode(self, value: str) -> None:
        before = self._mode
        if value == before:
            return
        if before == "gone":
            self._listener = socket.create_server(("127.0.0.1", self.port))
            self._listen()
        with self._changed:
            self._mode = value
            self._changed.notify_all()
        if value == "gone":
            self.close()

    def close(self) -> None:
        """Stop listening and hang up on everybody."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._changed:
            talking, self._open = self._open, set()
        for one in talking:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, (_, port) = listener.accept()
                with self._changed:
                    self._open.add(connection)
                threading.Thread(target=self._serve, args=(connection, port), daemon=True).start()

    def _serve(self, connection: socket.socket, port: int) -> None:
        try:
            with contextlib.suppress(OSError, ValueError), connection.makefile("rb") as lines:
                self._talk(connection, lines, port)
        finally:
            with self._changed:
                self._open.discard(connection)
            connection.close()

    def _talk(self, connection: socket.socket, lines: BinaryIO, port: int) -> None:
        if self._mode == "421":
            connection.sendall(b"421 too busy\r\n")
            return
        if self._mode == "hang":
            self._wait("hang")
            return
        connection.sendall(b"220 hello\r\n")
        recipient = b""
        for line in iter(lines.readline, b""):
            word = line[:4].upper()
            if word == b"QUIT":
                connection.sendall(b"221 bye\r\n")
                return
            if word == b"RCPT":
                recipient = line
            if word != b"DATA":
                connection.sendall(b"250 fine\r\n")
                continue
            self.begun += 1
            connection.sendall(b"354 go on\r\n")
            if self._mode == "cut":
                lines.readline()
                return
            answer = self._take(b"".join(_until_dot(lines)), port, self.poison.encode() in recipient)
            if answer is None:
                return
            connection.sendall(answer)

    def _take(self, message: bytes, port: int, deadly: bool) -> bytes | None:
        found = _MESSAGE_ID.search(message)
        name = found[1].decode() if found else "without an id"
        if self._mode == "hang in data":
            self._wait("hang in data")
            return None
        if self._mode == "4xx":
            return b"451 try again\r\n"
        # what it took before is not refused for good: it only does not know yet that its sender was killed
        if self._mode == "5xx" and name not in self.arrived:
            return b"554 not for us\r\n"
        killing = self._mode == "kill" and deadly
        with self._changed:
            self.arrived[name] += 1
            self.unanswered[name] += killing
        if killing:
            self.on_taken(port)
            return None
        return b"250 taken\r\n"

    def _wait(self, mode: str) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._mode != mode, 120)


def _until_dot(lines: BinaryIO) -> Iterator[bytes]:
    while (line := lines.readline()) != b".\r\n":
        if not line:
            raise ValueError("the sender hung up in the middle of a message")
        yield line

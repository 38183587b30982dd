"""A browser's side of the websocket, in process: the real app, guard and state manager, without port or build."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.ui.frames import NAMESPACE, Heard, new_token

ORIGIN = "http://localhost:8000"
_MARK = "tests_mark"
_PATIENCE_S = 30.0  # a busy machine takes its time; whoever waits this long waits for nothing


OPENED: list[Tab] = []
"""Every tab of the test, so that none stays open after it: a person has ten sockets, and numbers of people recur."""


@dataclass
class Tab(Heard):
    """One browser tab's socket."""

    asgi: Any
    cookie: str = ""
    token: str = field(default_factory=new_token)
    origin: str | None = ORIGIN
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    raw: list[str] = field(default_factory=list[str])
    closed: int | None = None
    accepted: bool = False

    def __post_init__(self) -> None:
        self._to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._from_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._sid = ""
        self._sent = self._taken = 0  # frames that the server acknowledges, and its acknowledgements
        self._marks = 0

    async def open(self) -> bool:
        """Shake hands; False when the guard refuses, which a browser sees as HTTP 403."""
        OPENED.append(self)
        await self._to_app.put({"type": "websocket.connect"})
        self._task = asyncio.create_task(self.asgi(self._scope(), self._to_app.get, self._from_app.put))
        first = await asyncio.wait_for(self._from_app.get(), _PATIENCE_S)
        self.accepted = first["type"] == "websocket.accept"
        if not self.accepted:
            self.closed = first.get("code")
        return self.accepted

    async def connect(self, *, hydrate: bool = True) -> Tab:
        """Open, join the namespace and, as the browser does, ask for the state and the page's load handlers."""
        if not await self.open():
            raise ConnectionRefusedError(self.closed)
        self._sent += 1
        await self._send(self.joining(hydrate=hydrate))
        await self.settle()
        return self

    async def event(self, name: str, /, **payload: Any) -> Tab:
        """Send an event; back when it is done, with all that comes of it."""
        return await self.forged(self.body_of(name, payload))

    async def forged(self, body: Mapping[str, Any]) -> Tab:
        """Send an event as no browser of ours would."""
        await self._emit(body)
        await self.settle()
        return self

    async def settle(self) -> None:
        """Wait until all that was sent is done and its answers are here; what asks the server again is sent back, as
        a browser does.

        Nothing is guessed from silence: an event is acknowledged once it is queued, the processor knows which are
        under way, and a mark sent after the last answer shows that each has come.

        Raises:
            TimeoutError: it never was done.
        """
        async with asyncio.timeout(_PATIENCE_S):
            sent = -1
            while self.closed is None and sent != self._sent:
                sent = self._sent
                await self._until(lambda: self._taken >= self._sent)
                await self._processed()
                await self._caught_up()

    async def done(self) -> None:
        """As `settle`, which each event does already."""
        await self.settle()

    async def until(self, predicate: Callable[[], object], timeout: float = _PATIENCE_S) -> None:
        """Take in frames until `predicate()` holds, for what others do; what the tab did itself is done already.

        Raises:
            TimeoutError: it never did.
        """
        async with asyncio.timeout(timeout):
            while not predicate():
                await self._take(await self._from_app.get())

    async def _until(self, predicate: Callable[[], bool]) -> None:
        await self.until(lambda: self.closed is not None or predicate())

    async def _processed(self) -> None:
        """No event of this tab is queued or under way."""
        from helpdesk.helpdesk import app

        processor: Any = app.event_processor
        namespace: Any = app.event_namespace
        token = namespace.sid_to_token.get(self._sid)
        while token:
            await processor.join()
            ours = [task for task in processor._tasks.values() if f"|{token}|" in task.get_name()]
            if not ours:
                return
            await asyncio.wait(ours)

    async def _caught_up(self) -> None:
        """Everything that the server has sent so far is taken in."""
        from helpdesk.helpdesk import app

        namespace: Any = app.event_namespace
        mark = self._marks + 1
        await namespace.emit(_MARK, mark, to=self._sid)
        await self._until(lambda: self._marks >= mark)

    async def close(self) -> None:
        """Hang up, and wait until the server has forgotten the socket."""
        await self._to_app.put({"type": "websocket.disconnect", "code": 1001})
        if self._task:
            await asyncio.wait_for(asyncio.shield(self._task), _PATIENCE_S)

    async def _take(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "websocket.close":
            self.closed = message.get("code", 1000)
            return
        text = message.get("text") or ""
        if text == "2":
            await self._send("3")
            return
        kind, _, rest = text.partition(NAMESPACE)
        if kind == "43":
            self._taken += 1
            return
        name, *bodies = json.loads(rest) if kind == "42" else [kind]
        if name == _MARK:
            self._marks = bodies[0]
            return
        self.raw.append(text)
        if kind == "40":
            self._sid = json.loads(rest)["sid"]
            self._taken += 1
        if name != "event":
            return
        for again in self.hear(bodies[0]):
            await self._emit(again)

    async def _emit(self, body: Mapping[str, Any]) -> None:
        self._sent += 1
        await self._send(f"42{NAMESPACE}{self._sent}" + json.dumps(["event", body]))

    async def _send(self, text: str) -> None:
        await self._to_app.put({"type": "websocket.receive", "text": text})

    def _scope(self) -> dict[str, Any]:
        given = {"host": "localhost:8000", "upgrade": "websocket", "connection": "Upgrade", **self.headers}
        if self.origin is not None:
            given["origin"] = self.origin
        if self.cookie:
            given["cookie"] = f"hd_session={self.cookie}"
        return {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": "/_event/",
            "raw_path": b"/_event/",
            "query_string": f"EIO=4&transport=websocket&token={self.token}".encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "client": ("127.0.0.1", 40000),
            "server": ("localhost", 8000),
            "subprotocols": ["0.10.1"],
            "state": {},
        }

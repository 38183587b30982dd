"""A browser's side of the websocket, in process: the real app, guard and state manager, without port or build.

Frames are socket.io over engine.io: "0" opens, "40/_event," connects, "42/_event,[name, body]" is an event.
"""

from __future__ import annotations

import asyncio
import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NAMESPACE = "/_event,"
ROOT = "reflex___state____state"
HYDRATE = f"{ROOT}.hydrate_and_load"
SEARCH = f"{ROOT}.helpdesk___ui___app_state____app_state.search"
ORIGIN = "http://localhost:8000"
_QUIET_S = 0.25


def new_token() -> str:
    return str(uuid.uuid4())


@dataclass
class Tab:
    """One browser tab's socket. `state` is what the server told it, by state and var; `actions` the browser events."""

    asgi: Any
    cookie: str = ""
    token: str = field(default_factory=new_token)
    origin: str | None = ORIGIN
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    path: str = "/"
    state: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    actions: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    raw: list[str] = field(default_factory=list[str])
    closed: int | None = None
    accepted: bool = False

    def __post_init__(self) -> None:
        self._to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._from_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> bool:
        """Shake hands; False when the guard refuses, which a browser sees as HTTP 403."""
        await self._to_app.put({"type": "websocket.connect"})
        self._task = asyncio.create_task(self.asgi(self._scope(), self._to_app.get, self._from_app.put))
        first = await asyncio.wait_for(self._from_app.get(), 5)
        self.accepted = first["type"] == "websocket.accept"
        if not self.accepted:
            self.closed = first.get("code")
        return self.accepted

    async def connect(self, *, hydrate: bool = True) -> Tab:
        """Open, join the namespace and, as the browser does, ask for the state and the page's load handlers."""
        if not await self.open():
            raise ConnectionRefusedError(self.closed)
        boot = {
            "event": {"name": HYDRATE, "payload": {"vars": {}, "hashes": {}}, "router_data": self._router()}
        }
        await self._send("40" + NAMESPACE + (json.dumps(boot) if hydrate else ""))
        await self.settle()
        return self

    async def event(self, name: str, /, **payload: Any) -> Tab:
        """Send an event and take in what comes of it."""
        body = {"name": name, "payload": payload, "router_data": self._router()}
        await self._send("42" + NAMESPACE + json.dumps(["event", body]))
        await self.settle()
        return self

    async def forged(self, body: Mapping[str, Any]) -> Tab:
        await self._send("42" + NAMESPACE + json.dumps(["event", body]))
        await self.settle()
        return self

    async def settle(self, quiet: float = _QUIET_S) -> None:
        """Take in frames until none has come for a while; events for the server are sent back, as a browser does."""
        quiet *= max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))  # a busy machine pauses in between
        while True:
            try:
                message = await asyncio.wait_for(self._from_app.get(), quiet)
            except TimeoutError:
                return
            await self._take(message)

    async def done(self) -> None:
        """Wait until everything sent so far is done: a tab's events are handled in order, and a search shows it.

        Twice, since what was sent may have asked for handlers of its own, as the loading of a page does.
        """
        for _ in range(2):
            mark = uuid.uuid4().hex
            await self.event(SEARCH, form={"q": mark})
            await self.until(lambda mark=mark: any(mark in str(one) for one in self.actions), timeout=15)
            self.actions = [one for one in self.actions if mark not in str(one)]

    async def until(self, predicate: Any, timeout: float = 5.0) -> None:
        """Take in frames until `predicate()` holds.

        Raises:
            TimeoutError: it never did.
        """
        async with asyncio.timeout(timeout):
            while not predicate():
                await self._take(await self._from_app.get())

    async def close(self) -> None:
        await self._to_app.put({"type": "websocket.disconnect", "code": 1001})
        if self._task:
            await asyncio.wait({self._task}, timeout=2)

    def var(self, state: type, name: str) -> Any:
        """What this tab was last told of a var; None when it was never told."""
        return self.state.get(state.get_full_name(), {}).get(f"{name}_rx_state_")

    async def _take(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "websocket.close":
            self.closed = message.get("code", 1000)
            return
        text = message.get("text") or ""
        if text == "2":
            await self._send("3")
            return
        self.raw.append(text)
        if not text.startswith("42" + NAMESPACE):
            return
        name, *rest = json.loads(text[2 + len(NAMESPACE) :])
        if name != "event":
            return
        for state, delta in (rest[0].get("delta") or {}).items():
            self.state.setdefault(state, {}).update(delta)
        for event in rest[0].get("events") or []:
            if event["name"].startswith("_"):
                self.actions.append(event)
            else:
                body = {
                    "name": event["name"],
                    "payload": event.get("payload") or {},
                    "router_data": self._router(),
                }
                await self._send("42" + NAMESPACE + json.dumps(["event", body]))

    async def _send(self, text: str) -> None:
        await self._to_app.put({"type": "websocket.receive", "text": text})

    def _router(self) -> dict[str, Any]:
        path, _, search = self.path.partition("?")
        query = dict(pair.split("=", 1) for pair in search.split("&") if "=" in pair)
        return {"pathname": path, "asPath": self.path, "query": query}

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

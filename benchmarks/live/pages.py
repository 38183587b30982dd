"""Open pages: websockets that do what the framework's client does in a browser, and notice when something is shown."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from reflex.constants import Reflex
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.ui.frames import NAMESPACE, ROOT, Heard, new_token

NOTED = "live-note-"
"""Notes begin so: no page of a requester may ever hear it."""

_OPEN_S = 120


@dataclass(slots=True)
class Awaited:
    """Something that the page has to show; `since` is when the API had answered."""

    what: str
    since: float
    shown: Callable[[OpenPage, str], bool]
    away: str = ""  # the page had no socket then


@dataclass(slots=True)
class Tally:
    """What all pages heard."""

    seconds: dict[tuple[str, str, str], list[float]] = field(
        default_factory=dict[tuple[str, str, str], list[float]]
    )
    """By kind of page, what was awaited, and why the page was away."""
    frames: int = 0
    characters: int = 0
    events: Counter[str] = field(default_factory=Counter[str])
    leaks: int = 0
    refused: int = 0


@dataclass
class OpenPage(Heard):
    """One page of one person."""

    kind: str
    url: str
    cookie: str
    staff: bool
    tally: Tally
    ticket: int = 0
    token: str = field(default_factory=new_token)
    awaited: list[Awaited] = field(default_factory=list[Awaited])
    up_since: float = 0.0
    away: str = ""  # why it has no socket just now: "cut", "restart"

    def __post_init__(self) -> None:
        self._socket: ClientConnection | None = None
        self._listening: asyncio.Task[None] | None = None
        self._hydrated = asyncio.Event()

    async def open(self) -> float:
        """Open, or open again with the same token; the seconds until the page had everything."""
        began = time.perf_counter()
        self._hydrated.clear()
        while True:
            try:
                self._socket = await connect(
                    f"{self.url.replace('http', 'ws', 1)}/_event/?EIO=4&transport=websocket&token={self.token}",
                    additional_headers={"Cookie": self.cookie},
                    origin=self.url,  # type: ignore[arg-type]
                    subprotocols=[Reflex.VERSION],  # type: ignore[list-item]
                    compression=None,
                    max_size=None,
                    ping_interval=None,
                    open_timeout=_OPEN_S,
                )
                break
            except (OSError, InvalidHandshake, EOFError):
                self.tally.refused += 1
                await asyncio.sleep(0.5)
        self.up_since = began
        self._listening = asyncio.create_task(self._listen(self._socket))
        async with asyncio.timeout(_OPEN_S):
            await self._hydrated.wait()
        self.away = ""
        return time.perf_counter() - began

    async def cut(self) -> None:
        """The line is gone, without a word."""
        self.away = "cut"
        if self._socket:
            self._socket.transport.abort()
        await self.ended()

    async def close(self) -> None:
        if self._socket:
            await self._socket.close()
        await self.ended()

    async def ended(self) -> None:
        """Wait until the socket is gone."""
        if self._listening:
            await self._listening

    def awaits(self, awaited: Awaited) -> None:
        """From now on look out for it; it may be there already."""
        if awaited.shown(self, ""):
            self._found(awaited)
        else:
            self.awaited.append(awaited)

    async def _listen(self, socket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for frame in socket:
                await self._take(socket, str(frame))

    async def _take(self, socket: ClientConnection, text: str) -> None:
        if text == "2":
            await socket.send("3")
            return
        if text.startswith("0"):
            await socket.send(self.joining())
            return
        kind, _, rest = text.partition(NAMESPACE)
        if kind != "42":
            return
        self.tally.frames += 1
        self.tally.characters += len(text)
        name, *bodies = json.loads(rest)
        if name == "new_token":
            self.token = bodies[0]
        if name != "event":
            return
        for again in self.hear(bodies[0]):
            self.tally.events[again["name"].rpartition("___")[2]] += 1
            await socket.send(f"42{NAMESPACE}" + json.dumps(["event", again]))
        if "delta" in bodies[0]:
            self._look(text)

    def _look(self, text: str) -> None:
        if not self.staff and NOTED in text:
            self.tally.leaks += 1
        if self.state.get(ROOT, {}).get("is_hydrated_rx_state_"):
            self._hydrated.set()
        waiting = self.awaited
        self.awaited = []
        for one in waiting:
            if one.shown(self, text):
                self._found(one)
            else:
                self.awaited.append(one)

    def _found(self, one: Awaited) -> None:
        key = (self.kind, one.what, one.away)
        late = time.perf_counter() - max(one.since, self.up_since)
        self.tally.seconds.setdefault(key, []).append(max(0.0, late))


def rows_of(page: OpenPage, state: type, *names: str) -> list[dict[str, Any]]:
    """The rows of some lists of the page."""
    return [row for name in names for row in page.var(state, name) or []]

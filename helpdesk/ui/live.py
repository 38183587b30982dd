"""Open pages follow what happens. The only module, with `guard`, that touches the framework's inner parts.

A page says what it shows: `watch("ticket:42", refresh=TicketState.refresh)` in its load handler. When such a topic
changes, the browser is sent the *name* of `AppState.catch_up` and calls it back, as it would on a click: through the
fence, with its own right. It runs the handlers that are behind, the page's first. No row travels by itself, no state is
loaded for those who don't look.

However much happens, a page reads again at most once in `PACE_S` by each handler, and none is asked for while the
browser has yet to call it. Where there are more pages and changes than that, pages take turns, those that are behind
for longest first, a few at a time, and with each those that follow the same and share its reads (`together`): so a page
begins to read just before it shows what it read, and never waits with what is old by then. Pages get later, no queue of
reads grows, and clicks find the process free.

Topics: `queue`, `queue:<group>` and `queue_restricted` (any ticket in a person's scope as staff: `domain.queues`),
`counts` and so on (the same, where what the queue and home count of it changed: not a mere message),
`ticket_staff:<id>`, `ticket:<id>` (what its requester may know), `person:<id>` (a person's own requests),
`presence:<id>` (who has a ticket open, for staff), `bell:<id>` (what a person is told), `mailbox:<id>` (their mails).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event
from reflex_base.event.context import EventContext
from reflex_base.registry import RegistrationContext
from reflex_base.utils import format as names

from helpdesk.core.config import get_settings
from helpdesk.core.errors import DomainError
from helpdesk.services import live

if TYPE_CHECKING:
    from reflex.app import App

log = logging.getLogger(__name__)

RECONCILE_S = 10.0
PACE_S = 1.0
_LOST_S = 10.0  # a browser that has not called back by then will not
_TICK_S = 0.1
_PAUSE_S = 1.0
_AT_ONCE = 12  # kinds of pages that catch up; those on long lines too must not leave the process idle
_SILENT_S = 0.5  # a browser that has not called back by then keeps no other's turn


@dataclass(slots=True)
class _Interest:
    """What one socket's page and frame show: topic → names of the handlers to call. The others are by handler."""

    page: dict[str, str] = field(default_factory=dict[str, str])
    frame: dict[str, str] = field(default_factory=dict[str, str])
    behind: set[str] = field(default_factory=set[str])  # something changed since they last began
    asked: dict[str, float] = field(
        default_factory=dict[str, float]
    )  # when; the browser has yet to call them
    begun: dict[str, float] = field(default_factory=dict[str, float])  # when, last
    kind: str = ""  # what its page follows: alike for pages that show the same, or nearly

    def touch(self, topic: str) -> None:
        self.behind.update(handlers[topic] for handlers in (self.page, self.frame) if topic in handlers)

    def due(self) -> bool:
        """Whether the browser is to be asked now: some handlers are behind, and then count as asked for."""
        now = time.monotonic()
        self.behind &= self.handlers()
        ripe = [
            name
            for name in self.behind
            if now - self.begun.get(name, -PACE_S) >= PACE_S
            and now - self.asked.get(name, -_LOST_S) >= _LOST_S
        ]
        self.asked.update(dict.fromkeys(ripe, now))
        return bool(ripe)

    def awaited(self) -> list[str]:
        """The handlers that were asked for and have not begun: the page's, then the frame's."""
        return [
            name for name in dict.fromkeys([*self.page.values(), *self.frame.values()]) if name in self.asked
        ]

    def begin(self, name: str) -> None:
        self.behind.discard(name)
        self.asked.pop(name, None)
        self.begun[name] = time.monotonic()

    def handlers(self) -> set[str]:
        return {*self.page.values(), *self.frame.values()}

    def topics(self) -> set[str]:
        return {*self.page, *self.frame}


_interests: dict[str, _Interest] = {}
_followers: dict[str, set[str]] = {}  # topic → sockets
_waiting: dict[str, None] = {}  # sockets with something behind, the longest first
_turns: dict[str, float] = {}  # sockets that catch up: until when they count
_heard: dict[str, datetime] = {}


def watch(*topics: str, refresh: Any = None, frame: bool = False, also: bool = False) -> None:
    """Replace what this socket's page follows; without arguments it follows nothing.

    Args:
        topics: see the module.
        refresh: the handler, without arguments, that reads again; marked with `allow` like any other.
        frame: what the frame around the pages shows: kept while pages come and go, until the same handler follows
            other topics.
        also: keep what the page follows besides, each with its own handler.

    Call it inside a handler; outside of a socket's event it does nothing.
    """
    socket_id = (EventContext.get().router_data or {}).get("sid")
    if not socket_id:
        return
    interest = _interests.setdefault(socket_id, _Interest())
    before = interest.topics()
    handlers = dict.fromkeys(topics, names.format_event_handler(refresh)) if topics else {}
    if frame:
        kept = interest.frame.items()
        interest.frame = {topic: name for topic, name in kept if name not in handlers.values()} | handlers
    else:
        interest.page = {**interest.page, **handlers} if also else handlers
        interest.kind = " ".join(sorted(interest.page))
    _follow(socket_id, before, interest.topics())


def _follow(socket_id: str, before: set[str], now: set[str]) -> None:
    for topic in before - now:
        _followers[topic].discard(socket_id)
        if not _followers[topic]:
            del _followers[topic]
    for topic in now - before:
        _followers.setdefault(topic, set()).add(socket_id)


def _forget(socket_id: str) -> None:
    _follow(socket_id, _interests.pop(socket_id).topics(), set())
    _waiting.pop(socket_id, None)
    _turns.pop(socket_id, None)


def begun(name: str) -> None:
    """The event of this name begins, and will see all that has changed so far: the fence says so of each."""
    socket_id = (EventContext.get().router_data or {}).get("sid")
    interest = _interests.get(socket_id) if socket_id else None
    if interest is not None and name in interest.handlers():
        interest.begin(name)


async def catch_up(state: BaseState) -> list[Any]:
    """Read again what this event's page shows and what has changed since; returns what the handlers want done.

    Each handler still has to be marked for the person: a page may have been opened in another role.
    """
    from helpdesk.ui.guard.events import may_call, me

    socket_id = (EventContext.get().router_data or {}).get("sid")
    interest = _interests.get(socket_id) if socket_id else None
    if socket_id is None or interest is None:
        return []
    wanted: list[Any] = []
    _turns[socket_id] = time.monotonic() + _LOST_S
    try:
        for name in interest.awaited():
            interest.begin(name)
            known = RegistrationContext.get().event_handlers[name]
            if may_call(known.handler.fn, me().role):
                wanted.append(await known.handler.fn(await state.get_state(known.states[-1])))
    finally:
        _turns.pop(socket_id, None)
    return [one for one in wanted if one is not None]


async def poke(app: App, topics: Iterable[str]) -> int:
    """Let each local socket that follows one of `topics` catch up; returns how many were told.

    Those whose page has just read, or was asked to, or has to wait for its turn, are told later.
    """
    for topic in set(topics) & _followers.keys():
        for socket_id in _followers[topic]:
            _interests[socket_id].touch(topic)
            _waiting.setdefault(socket_id, None)
    return await _tell(app)


async def _tell(app: App) -> int:
    from helpdesk.ui.app_state import AppState

    namespace: Any = app.event_namespace
    handler: Any = AppState.catch_up
    update = StateUpdate(events=[Event(name=names.format_event_handler(handler), payload={})])
    for gone in _interests.keys() - namespace._token_manager.sid_to_token.keys():
        _forget(gone)
    now = time.monotonic()
    for over in [socket_id for socket_id, until in _turns.items() if until <= now]:
        del _turns[over]
    told: list[str] = []
    busy, chosen = {_interests[socket_id].kind for socket_id in _turns}, set[str]()
    for socket_id in [*_waiting]:
        interest = _interests[socket_id]
        # a kind has one turn at a time, or one of many pages would leave no turn to the others
        full = len(busy) + len(chosen) >= _AT_ONCE
        if interest.kind in busy or (full and interest.kind not in chosen):
            continue
        ripe = interest.due()
        if ripe:
            chosen.add(interest.kind)
            _turns[socket_id] = now + _SILENT_S
            told.append(socket_id)
        if ripe or not interest.behind:
            del _waiting[socket_id]
        if ripe:  # the last one now: what changes meanwhile, or is never called, waits again
            _waiting[socket_id] = None
    for socket_id in told:
        await namespace.emit("event", update, to=socket_id)
    return len(told)


@contextlib.asynccontextmanager
async def follow(app: App) -> AsyncIterator[None]:
    """The lifespan task: listens for hints, and compares with the database every 10 s, which heals lost ones."""
    tasks = [asyncio.create_task(_reconcile(app)), asyncio.create_task(_tell_later(app))]
    if get_settings().redis_url:
        tasks.append(asyncio.create_task(_listen(app)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _tell_later(app: App) -> None:
    while True:
        await asyncio.sleep(_TICK_S)
        try:
            await _tell(app)
        except Exception:
            log.exception("live updates: telling failed")


async def _listen(app: App) -> None:
    while True:
        try:
            async for topics in live.hints():
                at = datetime.now(UTC)
                _heard.update(dict.fromkeys(topics, at))
                await poke(app, topics)
        except Exception as error:
            log.warning("live updates: the channel does not answer (%s), trying again", type(error).__name__)
            await asyncio.sleep(_PAUSE_S)


async def _reconcile(app: App) -> None:
    since = datetime.now(UTC)
    while True:
        await asyncio.sleep(RECONCILE_S)
        started = datetime.now(UTC)
        if not _interests:
            since = started
            continue
        try:
            # some overlap: what commits late carries an earlier time
            changed = await asyncio.to_thread(live.changed_since, since - timedelta(seconds=RECONCILE_S))
            await poke(app, [topic for topic, at in changed.items() if _heard.get(topic, since) < at])
            _heard.update(dict.fromkeys(changed, started))
            for topic in [topic for topic, at in _heard.items() if at < started - timedelta(minutes=1)]:
                del _heard[topic]
            since = started
        except DomainError as error:
            log.warning("live updates: %s", error.message)
        except Exception:
            log.exception("live updates: comparing failed")

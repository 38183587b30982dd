"""Every handler of the browser UI with arguments that no page of ours sends, by everybody who may have a socket.

An event is refused or answered in words. None fails unexpectedly, none tells a secret, none touches what the sender
does not see. `make strangers` sends more of them, on every page, and says how many.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core.db import transaction
from helpdesk.models.notification import notification_logs
from helpdesk.models.ticket import ticket_comments, ticket_events, ticket_history, tickets
from helpdesk.services import comments
from helpdesk.ui.guard import http
from tests.factories import World, make_ticket
from tests.strangers import tally
from tests.ui.conftest import Opener
from tests.ui.doing import as_person
from tests.ui.protocol import Tab
from tests.ui.test_fence import handlers

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

ROUNDS = int(os.environ.get("STRANGERS_ROUNDS", "2"))
SECRET = "quicksilverheron"
_BATCH = 25
AWKWARD: list[Any] = [
    None, True, 0, -1, 1, 2**31, 2**63, 1.5, "", " ", "\x00", "\ud800", "x" * 30_000, "'; DROP TABLE users --",
    "<reflex.Var>1</reflex.Var>", "<script>alert(1)</script>", "../../etc/passwd", "%00", "9" * 40, "null", [], {},
    [[[[[]]]]], {"$ne": 1}, {"__class__": "x"}, "javascript:alert(1)", "//evil.example", "\u202e", "Critical",
    "Closed", "Resolved", "reply", "note", "resolve", "hold", "move", "title", "first_response", "group:1",
]  # fmt: skip
FIELDS = (
    "id", "title", "message", "text", "status", "priority", "group_id", "category_id", "subcategory_id", "q", "name",
    "email", "role", "password", "reason", "until", "resolution_code", "resolution_text", "place", "key", "version",
    "comment", "mode", "assigned_to", "is_internal", "requested_for", "user_id", "ids", "box", "token", "scopes",
)  # fmt: skip


def _pages(key: str) -> list[str]:
    return [f"/tickets/{key}", "/queue", "/new", "/my", "/admin/tree", "/admin/people"]


def _payload(dice: random.Random, handler: Any, real: list[Any]) -> dict[str, Any]:
    def value() -> Any:
        return dice.choice([*AWKWARD, *real * 6])

    given: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(handler).parameters.items())[1:]:
        form = "dict" in str(parameter.annotation)
        pairs = [[dice.choice(FIELDS), str(value())] for _ in range(dice.randrange(5))]
        given[name] = {"__reflex_form_data__": pairs} if form and dice.random() < 0.8 else value()
    if dice.random() < 0.1:
        given[dice.choice(FIELDS)] = value()
    if given and dice.random() < 0.1:
        given.pop(next(iter(given)))
    return given


def _trace(ticket_id: int) -> list[Any]:
    """All that there is of a ticket."""
    with transaction() as s:
        rows: list[Any] = [s.execute(select(tickets).where(tickets.c.id == ticket_id)).one()]
        for table in (ticket_comments, ticket_events, ticket_history, notification_logs):
            rows += s.execute(
                select(table).where(table.c.ticket_id == ticket_id).order_by(*table.primary_key)
            ).all()
        return rows


def _failures(caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    """What was logged as unexpected."""
    for record in caplog.records:
        error = record.exc_info[1] if record.exc_info else None
        if record.levelno >= logging.ERROR and error is not None:
            yield f"{record.getMessage()}: {error!r}"


async def _done(tabs: list[Tab]) -> None:
    for tab in tabs:
        await tab.settle()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("who", ["client2", "client", "agent", "manager", "admin"])
async def test_no_event_breaks_or_tells(
    open_tab: Opener,
    people: World,
    who: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "EVENT_BURST", 10**9)
    own = await asyncio.to_thread(make_ticket, people.client, people.it, "The printer is on fire")
    hidden = await asyncio.to_thread(make_ticket, people.hr_agent, people.hr, f"Dismissal {SECRET}")
    await as_person(people, "agent", comments.add, own.ticket.id, f"Between us: {SECRET}", is_internal=True)
    before = await asyncio.to_thread(_trace, hidden.ticket.id)
    dice = random.Random(f"{who} 20261124")
    real = [own.ticket.id, own.ticket.ticket_no, hidden.ticket.id, hidden.ticket.ticket_no, people.agent.id]
    real += [people.it.group_id, people.hr.group_id, str(people.it.category_id), people.admin.email]
    ours = [
        (name, fn) for name, fn in handlers().items() if not name.endswith((".hydrate_and_load", ".hydrate"))
    ]
    tabs: list[Tab] = [await open_tab(getattr(people, who), page) for page in _pages(own.ticket.ticket_no)]
    for _ in range(ROUNDS):
        for index, (name, fn) in enumerate(dice.sample(ours, len(ours))):
            tab = tabs[index % len(tabs)]
            body = tab.body_of(name, _payload(dice, fn, real))
            await tab._send("42/_event," + json.dumps(["event", body]))
            tally.count("events to handlers", who)
            if index % _BATCH == 0:
                await _done(tabs)
    await _done(tabs)
    assert [tab.closed for tab in tabs] == [None] * len(tabs)
    assert list(_failures(caplog)) == []
    if who != "admin":
        assert await asyncio.to_thread(_trace, hidden.ticket.id) == before
    if who in {"client", "client2"}:
        assert SECRET not in "".join(text for tab in tabs for text in tab.raw)

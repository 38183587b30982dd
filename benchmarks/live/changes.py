"""What happens meanwhile: people who file, answer, note, assign and hold, through the REST API."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from benchmarks.live.pages import NOTED

KINDS = {
    "reply": 35,
    "answer": 15,
    "note": 15,
    "priority": 10,
    "assign": 10,
    "hold": 8,
    "status": 2,
    "new": 5,
}
"""How often each happens, of a hundred."""
_PRIORITIES = ("Low", "Medium", "High")


@dataclass
class Ticket:
    """One of ours, as its last change left it."""

    id: int
    number: str
    version: int
    client: int
    agent: int | None = None
    held: bool = False
    resting: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class Change:
    """What one request did, and when its answer was here."""

    kind: str
    ticket: Ticket
    version: int  # the least that now must be shown
    words: str  # of a message
    at: datetime | None  # what "last change" says
    answered: float
    filed: int  # how many were filed so far

    @property
    def internal(self) -> bool:
        return self.kind == "note"


@dataclass
class Company:
    """Those who act, by their number, each with a client of their own; and the tickets that they act on."""

    group: int
    people: dict[int, httpx.AsyncClient]
    agents: list[int]
    clients: list[int]
    tickets: list[Ticket] = field(default_factory=list[Ticket])
    filed: int = 0
    seconds: list[float] = field(default_factory=list[float])
    refused: Counter[str] = field(default_factory=Counter[str])
    choice: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)

    async def file(self, client: int) -> Change | None:
        """A new ticket."""
        body = {
            "group_id": self.group,
            "title": f"Live {next(self._numbers)}",
            "description": "Does it keep up?",
        }
        made = await self._ask(client, "POST", "/tickets", body)
        if made is None:
            return None
        ticket = Ticket(made["id"], made["ticket_no"], made["version"], client)
        self.filed += 1
        return Change("new", ticket, ticket.version, "", None, time.perf_counter(), self.filed)

    async def act(self, kind: str) -> Change | None:
        """One change of some ticket that nobody else changes just now; None where it was refused."""
        if kind == "new":
            return await self.file(self.choice.choice(self.clients))
        free = [one for one in self.tickets if not one.resting.locked()]
        ticket = self.choice.choice(free or self.tickets)
        async with ticket.resting:
            return await self._change(kind, ticket)

    async def _change(self, kind: str, ticket: Ticket) -> Change | None:
        if kind in {"reply", "note", "answer"}:
            return await self._write(kind, ticket)
        who, path = self.choice.choice(self.agents), f"/admin/tickets/{ticket.id}"
        if kind == "assign":
            to = self.choice.choice([one for one in self.agents if one != ticket.agent])
            done = await self._ask(who, "PUT", f"{path}/assign", {"assigned_to": to})
        elif kind == "hold":
            value = None if ticket.held else {"reason": "third_party", "until": None}
            done = await self._ask(who, "PUT", f"{path}/hold", value)
        elif kind == "status":
            done = await self._ask(who, "PUT", f"{path}/status", {"status": "In Progress"})
        else:
            body = {"priority": self.choice.choice(_PRIORITIES), "version": ticket.version}
            done = await self._ask(who, "PUT", path, body)
        if done is None:
            return None
        answered = time.perf_counter()
        if done["version"] == ticket.version:  # it was so already: nothing is to be shown
            return None
        ticket.version, ticket.held = done["version"], done["hold"] is not None
        ticket.agent = done["assigned_to"]["id"] if done["assigned_to"] else None
        at = datetime.fromisoformat(done["updated_at"])
        return Change(kind, ticket, ticket.version, "", at, answered, self.filed)

    async def _write(self, kind: str, ticket: Ticket) -> Change | None:
        note = kind == "note"
        words = f"{NOTED if note else 'live-message-'}{next(self._numbers)}."
        who = ticket.client if kind == "answer" else ticket.agent or self.choice.choice(self.agents)
        body: dict[str, Any] = {"message": words} | ({"is_internal": note} if kind != "answer" else {})
        said = await self._ask(who, "POST", f"/tickets/{ticket.id}/comments", body)
        if said is None:
            return None
        answered = time.perf_counter()
        ticket.version += not note
        at = datetime.fromisoformat(said["created_at"])
        return Change(kind, ticket, ticket.version, words, at, answered, self.filed)

    async def _ask(self, who: int, method: str, path: str, body: object) -> dict[str, Any] | None:
        began = time.perf_counter()
        try:
            answer = await self.people[who].request(method, f"/api/v1{path}", json=body)
        except httpx.TransportError as error:
            self.refused[type(error).__name__] += 1
            return None
        self.seconds.append(time.perf_counter() - began)
        if answer.is_success:
            return answer.json()
        self.refused[f"{answer.status_code}"] += 1
        return None

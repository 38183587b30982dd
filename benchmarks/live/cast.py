"""The people and the tickets of the measurement, and the pages that they have open."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import httpx

from benchmarks.live.changes import Company
from benchmarks.live.pages import OpenPage, Tally

PAGES_EACH = 8  # of ten that a person may have
_PASSWORD = secrets.token_urlsafe(16)
_ADMIN = "admin@example.com"
_TICKETS_EACH, _NEVER_TAKEN = 2, 5

# twenty pages of a working day; the queue's is where it opens, then by its quick filters
_DAY = (
    *("queue", "ticket of an agent", "ticket of a client", "my requests", "queue"),
    *("ticket of an agent", "ticket of a client", "my requests", "queue", "ticket of an agent"),
    *("queue", "ticket of a client", "my requests", "ticket of an agent", "queue"),
    *("ticket of a client", "my requests", "ticket of an agent", "queue", "home"),
)
_QUEUES = ("/queue", "/queue?view=mine", "/queue?view=all", "/queue?view=unassigned", "/queue?view=open")
_STAFF = frozenset({"queue", "ticket of an agent", "home"})


class Cast:
    """Everybody, signed in as programs and as browsers."""

    def __init__(self, url: str, admin_password: str) -> None:
        self.url = url
        self._admin_password = admin_password
        self._cookies: dict[int, str] = {}
        self._admin: httpx.AsyncClient

    async def assemble(self, pages: int) -> Company:
        """As many people as so many pages take, and tickets of theirs."""
        kinds = [_DAY[number % len(_DAY)] for number in range(pages)]
        agents = max(2, -(-sum(kind in _STAFF for kind in kinds) // PAGES_EACH))
        clients = max(2, -(-sum(kind not in _STAFF for kind in kinds) // 4))
        _, self._admin = await self._sign_in(_ADMIN, self._admin_password)
        groups = (await self._admin.get("/api/v1/groups")).raise_for_status().json()["groups"]
        group = next(one["id"] for one in groups if one["name"] == "IT")
        people: dict[int, httpx.AsyncClient] = {}
        mark = secrets.token_hex(3)
        numbers: dict[str, list[int]] = {"agent": [], "client": []}
        for role, count in (("agent", agents), ("client", clients)):
            for number in range(count):
                email = f"live-{mark}-{role}-{number}@example.com"
                body: dict[str, Any] = {"name": f"Live {role} {number}", "email": email, "role": role}
                body |= {"password": _PASSWORD, "group_ids": [group] if role == "agent" else []}
                (await self._admin.post("/api/v1/admin/users", json=body)).raise_for_status()
                who, people_client = await self._sign_in(email, _PASSWORD)
                people[who] = people_client
                numbers[role].append(who)
        company = Company(group, people, numbers["agent"], numbers["client"])
        await self._file(company)
        return company

    async def _file(self, company: Company) -> None:
        for number, client in enumerate(company.clients * _TICKETS_EACH):
            made = await company.file(client)
            if made is None:
                raise SystemExit(f"nothing could be filed: {company.refused}")
            company.tickets.append(made.ticket)
            if number % _NEVER_TAKEN:
                to = company.agents[number % len(company.agents)]
                asked = {"assigned_to": to}
                path = f"/api/v1/admin/tickets/{made.ticket.id}/assign"
                done = (await company.people[to].put(path, json=asked)).raise_for_status().json()
                made.ticket.agent, made.ticket.version = to, done["version"]
        company.filed = 0

    def pages(self, count: int, company: Company, tally: Tally) -> list[OpenPage]:
        """The open pages, spread over the people."""
        agent = client = 0
        made: list[OpenPage] = []
        for number in range(count):
            kind = _DAY[number % len(_DAY)]
            ticket = 0
            if kind == "home":
                who, path = 0, "/home"
            elif kind in _STAFF:
                who, agent = company.agents[agent % len(company.agents)], agent + 1
                path = _QUEUES[agent % len(_QUEUES)]
            else:
                who, client = company.clients[client % len(company.clients)], client + 1
                path = "/my"
            if kind.startswith("ticket"):
                mine = kind == "ticket of a client"
                own = [one for one in company.tickets if not mine or one.client == who]
                chosen = own[number % len(own)]
                ticket, path = chosen.id, f"/tickets/{chosen.number}"
            made.append(
                OpenPage(
                    kind=kind,
                    url=self.url,
                    cookie=self._cookies[who],
                    staff=kind in _STAFF,
                    tally=tally,
                    ticket=ticket,
                    path=path,
                )
            )
        return made

    async def _sign_in(self, email: str, password: str) -> tuple[int, httpx.AsyncClient]:
        """Their number, and a client with their access token; the cookie of a browser is kept too."""
        limits = httpx.Limits(max_connections=4)
        client = httpx.AsyncClient(base_url=self.url, timeout=60, limits=limits)
        asked = {"email": email, "password": password}
        tokens = (await client.post("/api/v1/auth/login", json=asked)).raise_for_status().json()
        opened = (await client.post("/api/v1/auth/session", json=asked)).raise_for_status()
        who = 0 if email == _ADMIN else int(tokens["user"]["id"])
        self._cookies[who] = "; ".join(f"{name}={value}" for name, value in opened.cookies.items())
        client.cookies.clear()
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        return who, client

    async def close(self, company: Company) -> None:
        await asyncio.gather(self._admin.aclose(), *(one.aclose() for one in company.people.values()))

"""What the list of people holds: one page of it, by the filters in the URL."""

from __future__ import annotations

from typing import TypedDict

import reflex as rx

from helpdesk.domain.enums import SELECTABLE_ROLES, Role
from helpdesk.services import people
from helpdesk.services.people import UserQuery
from helpdesk.services.views import UserRow
from helpdesk.ui import live
from helpdesk.ui.app_state import AppState, go_to, query
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.paging import Paged
from helpdesk.ui.rows import Person, initials, iso, tone

PATH = "/admin/people"
ROLE_WORDS: dict[str, str] = {
    Role.CLIENT: "Client",
    Role.AGENT: "Agent",
    Role.MANAGER: "Manager",
    Role.ADMIN: "Admin",
}
ACTIVE = {"yes": True, "no": False}


class PersonLine(TypedDict):
    id: int
    face: Person
    email: str
    role: str
    department: str
    groups: str
    open_tickets: int
    active: bool
    since: str


class PeopleState(Paged, AppState):
    rows: list[PersonLine] = []
    words: str = ""
    role: str = ""
    active: str = ""
    sort: str = "name"

    @rx.event
    @allow(Role.ADMIN)
    async def load(self):
        """Read filters and place from the URL, then the page."""
        live.watch("people", refresh=PeopleState.refresh)
        asked = self.router.url.query_parameters
        role, active = asked.get("role", ""), asked.get("active", "")
        self.words = asked.get("q", "")
        self.role = role if role in SELECTABLE_ROLES else ""
        self.active = active if active in ACTIVE else ""
        self.sort = "-created_at" if asked.get("sort") == "-created_at" else "name"
        self._come_to(asked.get("cursor", ""))
        await self._read()

    @rx.event
    @allow(Role.ADMIN)
    async def refresh(self):
        """Somebody was changed or added."""
        await self._read()

    @rx.event
    @allow(Role.ADMIN)
    async def find(self, words: str):
        """Look for people by name, address or department."""
        return self._go(q=str(words).strip()[:150])

    @rx.event
    @allow(Role.ADMIN)
    async def pick_active(self, active: str):
        """Show the active, the deactivated, or ("") all."""
        return self._go(active=active if active in ACTIVE else "")

    @rx.event
    @allow(Role.ADMIN)
    async def pick_sort(self, sort: str):
        """By name, or the newest first."""
        return self._go(sort=sort if sort == "-created_at" else "")

    # ---- parts

    def _filters(self) -> dict[str, str | None]:
        sort = self.sort if self.sort != "name" else None
        return {"q": self.words, "role": self.role, "active": self.active, "sort": sort}

    def _go(self, **changed: str) -> rx.event.EventSpec:
        return go_to(PATH + query(**(self._filters() | changed)), replace=True)

    async def _read(self) -> None:
        asked = UserQuery(
            q=self.words or None,
            role=(self.role,) if self.role else (),
            is_active=ACTIVE.get(self.active),
            sort=self.sort,
            cursor=self._cursor or None,
        )
        page = await attempt(people.list_users, me(), asked)
        if isinstance(page, Failure):
            self._refuse(page)
            return
        self.rows = [_line(item) for item in page.items]
        self._arrive(PATH, self._filters(), page, "person", "people")


def _line(view: UserRow) -> PersonLine:
    return {
        "id": view.id,
        "face": {
            "id": view.id,
            "name": view.name,
            "initials": initials(view.name),
            "tone": tone(view.id),
        },
        "email": view.email,
        "role": ROLE_WORDS.get(view.role, view.role),
        "department": view.department or "",
        "groups": ", ".join(view.groups),
        "open_tickets": view.open_tickets,
        "active": view.is_active,
        "since": iso(view.created_at),
    }

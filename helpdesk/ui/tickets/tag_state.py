"""The staff's tags of a ticket: adding, removing, and what others are called."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.domain.enums import STAFF_ROLES, Role
from helpdesk.services import tickets
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.tickets.state import TicketState


class TagState(TicketState):
    offered: list[str] = []
    wrong: str = ""

    @rx.event
    @allow(*STAFF_ROLES)
    async def look(self, words: str):
        """Offer tags that begin so."""
        found = await attempt(tickets.find_tags, me(), words)
        there = set(self.ticket["tags"])
        self.offered = [] if isinstance(found, Failure) else [one for one in found if one not in there]

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def add(self, form: dict[str, Any]):
        if words := str(form.get("tag") or "").strip():
            await self._change(lambda now: [*now, words])

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def remove(self, name: str):
        await self._change(lambda now: [one for one in now if one != name])

    async def _change(self, wanted: Any) -> None:
        """Change the tags as they are now, also if somebody else changed them meanwhile."""
        self.wrong, self.offered = "", []
        now = await attempt(tickets.get, me(), self.ticket["id"])
        if isinstance(now, Failure):
            self._tell(now)
            return
        changed = await attempt(tickets.set_tags, me(), self.ticket["id"], wanted(now.ticket.tags))
        if isinstance(changed, Failure):
            self.wrong = changed.fields.get("tags", "")
            if not self.wrong:
                self._tell(changed)
            return
        await self._show(changed)

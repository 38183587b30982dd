"""Who is told too: looking for colleagues, adding and removing them, leaving."""

from __future__ import annotations

import reflex as rx

from helpdesk.services import people, tickets
from helpdesk.ui.app_state import go_to
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.rows import Person, person
from helpdesk.ui.tickets.state import TicketState

_SHOWN = 8


class WatchState(TicketState):
    found: list[Person] = []
    asked: str = ""

    @rx.event
    @allow()
    async def look(self, words: str):
        self.asked = str(words)[:100]
        found = await attempt(people.search, me(), self.asked) if self.asked.strip() else []
        there = {one["id"] for one in self.watchers}
        rows = [] if isinstance(found, Failure) else [person(one) for one in found if one.id not in there]
        self.found = rows[:_SHOWN]

    @rx.event
    @allow()
    async def add(self, person_id: int):
        self.found, self.asked = [], ""
        await self._change(add=person_id)

    @rx.event
    @allow()
    async def remove(self, person_id: int):
        await self._change(remove=person_id)

    @rx.event
    @allow()
    async def leave(self):
        """Not told any more; who saw it only as a watcher doesn't see it any more either."""
        if not await self._change(remove=me().user_id):
            return None
        self._toast("ok", "You don't get its answers any more.")
        seen = await attempt(tickets.get, me(), self.ticket["id"])
        if isinstance(seen, Failure):
            self._clear()
            return go_to("/my")
        return None

    async def _change(self, *, add: int = 0, remove: int = 0) -> bool:
        """Add or remove one person among those who watch now, also if somebody else changed them meanwhile."""
        now = await attempt(tickets.get, me(), self.ticket["id"])
        if isinstance(now, Failure):
            self._tell(now)
            return False
        wanted = {one.id for one in now.ticket.watchers} - {remove} | ({add} if add else set())
        changed = await attempt(tickets.set_watchers, me(), self.ticket["id"], sorted(wanted))
        if isinstance(changed, Failure):
            self._tell(changed)
            return False
        await self._show(changed)
        return True

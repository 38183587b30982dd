"""Changing a ticket from its rail: status, priority, assignee; and what happens when somebody was faster."""

from __future__ import annotations

import reflex as rx

from helpdesk.domain.enums import STAFF_ROLES, Role
from helpdesk.services import notifications, tickets, tree
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.rows import Person, person
from helpdesk.ui.tickets.edits import NO_CONFLICT, Conflict, Edit, collision, perform
from helpdesk.ui.tickets.rows import NO_TICKET, Ticket
from helpdesk.ui.tickets.state import TicketState

UNDO = "undo-ticket"
_TRIES = 4


class EditState(TicketState):
    people: list[Person] = []
    conflict: Conflict = NO_CONFLICT
    dialog: str = ""
    errors: dict[str, str] = {}
    done: int = 0
    """Counts the edits made: what was typed for one is not offered for the next."""
    _pending: Edit | None = None
    _undo: Edit | None = None
    _base: Ticket = NO_TICKET

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def set_priority(self, priority: str):
        before = self.ticket["priority"]
        undo = ("priority", {"priority": before})
        await self._edit(Edit("priority", {"priority": priority}, str(priority), "Priority changed.", undo))

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def set_status(self, status: str):
        """In Progress or Closed; Resolved asks how first."""
        if status == "Resolved":
            self._open("resolve")
            return
        await self._edit(Edit("status", {"status": status}, str(status), "Status changed."))

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def offer(self):
        """Read whom it can be given to, oneself first."""
        found = await attempt(tree.assignable, me(), self.ticket["group_id"])
        if isinstance(found, Failure):
            return self._tell(found)
        rows = [person(one) for one in found]
        self.people = sorted(rows, key=lambda one: (one["id"] != me().user_id, one["name"].casefold()))
        return None

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def assign(self, person_id: int):
        """Give it to somebody; 0 puts it back into the queue."""
        before = self.ticket["assignee"]["id"] or None
        name = next((one["name"] for one in self.people if one["id"] == person_id), "nobody")
        done = f"{name} has it now." if person_id else "It is back in the queue."
        undo = ("assign", {"person": before})
        await self._edit(Edit("assign", {"person": person_id or None}, name, done, undo))

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def take(self):
        """Take it, if nobody has it."""
        taken = await attempt(tickets.take, me(), self.ticket["id"])
        if isinstance(taken, Failure):
            self._tell(taken)
            await self._again()
            return
        await self._show(taken)
        self._undo = Edit("assign", {"person": None}, done="It is back in the queue.")
        self._toast("ok", "You took it.", undo=UNDO)

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def force(self):
        """What was kept after a conflict is wanted nevertheless: against the ticket as it is shown now."""
        edit, self._pending, self.conflict = self._pending, None, NO_CONFLICT
        if edit is not None and await self._edit(edit):
            self.dialog = ""

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def leave_it(self):
        """The other one's change stands."""
        self._pending, self.conflict = None, NO_CONFLICT

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def undo(self):
        edit, self._undo = self._undo, None
        if edit is not None:
            await self._edit(edit)

    @rx.event
    @allow(*STAFF_ROLES)
    async def retry(self, notification_id: str):
        """Queue a failed message again."""
        number = int(notification_id) if str(notification_id).isdigit() else 0
        queued = await attempt(notifications.retry, me(), number)
        if isinstance(queued, Failure):
            return self._tell(queued)
        self._toast("ok", "It is on its way again.")
        await self._again()
        return None

    # ---- parts

    def _open(self, name: str) -> None:
        """Open a dialog; its edit is made against the ticket as it is shown now."""
        self.dialog, self.errors = name, {}
        self._base = {**self.ticket}
        self._pending, self.conflict = None, NO_CONFLICT

    async def _edit(self, edit: Edit, base: Ticket | None = None) -> bool:
        """Make an edit; one that only came late is sent again, one that collides is kept for the person to decide.

        Args:
            base: the ticket as the person saw it when they began; the one shown by default.
        """
        seen: Ticket = base or {**self.ticket}
        if not seen["id"]:
            return False
        version = seen["version"]
        for _ in range(_TRIES):
            result = await perform(seen["id"], edit, version)
            if not isinstance(result, Failure):
                await self._show(result)
                self._finish(edit)
                return True
            if result.code != "stale_version":
                return await self._refused(result)
            current = result.extra["current"]
            await self._show(current)
            conflict = collision(edit, seen, self.ticket, current)
            if conflict is not None:
                self.conflict, self._pending = conflict, edit
                return False
            version = current.ticket.version
        self._toast("bad", "This ticket changes faster than your change can be saved. Try again.")
        return False

    def _finish(self, edit: Edit) -> None:
        self.errors, self.conflict, self._pending = {}, NO_CONFLICT, None
        self.done += self.dialog != ""
        self._undo = Edit(*edit.undo, done="Taken back.") if edit.undo else None
        if edit.done:
            self._toast("ok", edit.done, undo=UNDO if edit.undo else "")

    async def _refused(self, failure: Failure) -> bool:
        self.errors = failure.fields
        if not failure.fields or not self.dialog:
            self._tell(failure)
            await self._again()
        return False

    async def _again(self) -> None:
        seen = await self._read()
        if not isinstance(seen, Failure):
            await self._show(seen, self._before)

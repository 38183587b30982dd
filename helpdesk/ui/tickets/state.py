"""What the page of a ticket shows. Only what the service gave this person: a requester's State never holds a note."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from urllib.parse import unquote

import reflex as rx

from helpdesk.services import tickets, tree
from helpdesk.services.views import GroupNode, TicketDetail, Window
from helpdesk.ui import live
from helpdesk.ui.app_state import AppState
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.rows import NO_CLOCK, Clock, Person, clock, next_clock, person
from helpdesk.ui.tickets import rows
from helpdesk.ui.tickets.lines import Names
from helpdesk.ui.tickets.promises import NO_NEXT, Next, Promise, Step, next_step, promises, steps
from helpdesk.ui.tickets.recipients import NO_RECIPIENTS, Recipients, recipients
from helpdesk.ui.tickets.rows import NO_TICKET, NOTHING, Can, File, Ticket
from helpdesk.ui.tickets.timeline import (
    STEP,
    TABS,
    Entry,
    known_names,
    placeholder,
    timeline,
)

_MOST_FILES = 50
_PLACES = frozenset({"group_id", "category_id", "subcategory_id"})


class Clocks(TypedDict):
    first: Clock
    next: Clock
    solve: Clock
    urgent: Clock  # the one that a phone shows under the title


NO_CLOCKS: Clocks = {"first": NO_CLOCK, "next": NO_CLOCK, "solve": NO_CLOCK, "urgent": NO_CLOCK}


class TicketState(AppState):
    """The others of this page inherit from it and act; each change ends in `_show`."""

    ready: bool = False
    missing: bool = False
    failed: str = ""
    title: str = "Ticket"
    tab: str = "all"
    ticket: Ticket = NO_TICKET
    can: Can = NOTHING
    moves: list[str] = []
    entries: list[Entry] = []
    counts_of: dict[str, str] = {}
    earlier: str = ""
    past: bool = False
    clocks: Clocks = NO_CLOCKS
    next: Next = NO_NEXT
    promises: list[Promise] = []
    steps: list[Step] = []
    files: list[File] = []
    file_count: int = 0
    watchers: list[Person] = []
    recipients: Recipients = NO_RECIPIENTS
    placeholder: str = ""
    _before: str = ""
    """Where the shown part of the timeline ends; "" with the newest entry."""
    _last_public: int = 0

    @rx.event
    @allow()
    async def load(self):
        """Read the ticket that the address names, with this person's eyes."""
        key, tab = self._address()
        if tab != self.tab:
            self._before = ""
        self._put(tab=tab)
        if self.ready and key not in {self.ticket["number"], str(self.ticket["id"])}:
            self._clear()
        seen = await self._read(key)
        if not isinstance(seen, Failure) and seen.view != "staff" and tab != "all":
            self._put(tab="all")  # a requester has no tabs
            seen = await self._read(key)
        if isinstance(seen, Failure):
            self._lose(seen)
            return
        self._follow(seen)
        await self._show(seen, self._before)

    @rx.event
    @allow()
    async def refresh(self):
        """Something happened on it: read it again. What is being typed is not touched."""
        if not self.ready or self.missing:
            return
        seen = await self._read()
        if isinstance(seen, Failure):
            if seen.hidden:
                self._lose(seen)
            return
        if (seen.view == "staff") != self.ticket["staff"]:
            self._follow(seen)
        await self._show(seen, self._before)

    @rx.event
    @allow()
    async def show_earlier(self):
        """The part of a long timeline before the one that is shown."""
        if self.earlier:
            return await self._turn_to(self.earlier)
        return None

    @rx.event
    @allow()
    async def show_newest(self):
        """Back to the end of the timeline."""
        return await self._turn_to("")

    # ---- parts

    def _address(self) -> tuple[str, str]:
        url = self.router.url
        key = unquote(url.path.rstrip("/").rpartition("/")[2])[:40]
        tab = url.query_parameters.get("tab", "")
        return key, tab if tab in TABS else "all"

    def _follow(self, seen: TicketDetail) -> None:
        topic = "ticket_staff" if seen.view == "staff" else "ticket"
        live.watch(f"{topic}:{seen.ticket.id}", refresh=TicketState.refresh)

    async def _read(self, key: object = None) -> TicketDetail | Failure:
        """The ticket with the part of its timeline that the page shows."""
        before = datetime.fromisoformat(self._before) if self._before else None
        window = Window(self.tab, before, STEP)
        return await attempt(tickets.get, me(), key or self.ticket["id"], window)

    async def _turn_to(self, before: str) -> None:
        self._before = before
        seen = await self._read()
        if isinstance(seen, Failure):
            return self._tell(seen)
        await self._show(seen, before)
        return None

    async def _show(self, seen: TicketDetail, before: str = "") -> None:
        """Put a fresh view of the ticket on the page; what did not change is not sent again.

        Args:
            before: which part of the timeline it has; "" is the newest, as after a change.
        """
        self._before = before
        viewer, row = me().user_id, seen.ticket
        # a requester has no tabs
        tab = self.tab if seen.view == "staff" else "all"
        line = timeline(seen, viewer, tab, await self._names(seen))
        self._put(
            ticket=rows.ticket(seen, viewer),
            can=rows.can(seen, viewer),
            moves=list(seen.abilities.statuses),
            entries=line["entries"],
            counts_of=line["counts"],
            earlier=line["earlier"],
            past=before != "",
            clocks=_clocks(seen),
            next=next_step(seen),
            promises=promises(seen),
            steps=steps(seen),
            files=[rows.file(one) for one in seen.attachments[-_MOST_FILES:]],
            file_count=len(seen.attachments),
            watchers=[person(one) for one in row.watchers],
            recipients=recipients(seen, viewer),
            placeholder=placeholder(seen, viewer),
            title=f"{row.ticket_no} {row.title}",
            ready=True,
            missing=False,
            failed="",
        )
        self._last_public = seen.last_message_id

    async def _names(self, seen: TicketDetail) -> Names:
        """Names for the ids in the history; asked for only where there are such."""
        people, nodes = known_names(seen), dict[tuple[str, int], str]()
        given = {one.new_value for one in seen.history if one.field_name == "assigned_to" and one.new_value}
        if seen.view == "staff" and given - {str(one) for one in people}:
            found = await attempt(tree.assignable, me(), seen.ticket.group.id)
            people |= {} if isinstance(found, Failure) else {one.id: one.name for one in found}
        if any(one.field_name in _PLACES for one in seen.history):
            groups = await attempt(tree.choosable, me())
            nodes = {} if isinstance(groups, Failure) else _node_names(groups)
        return Names(people, nodes)

    def _lose(self, failure: Failure) -> None:
        """It is not there, or not any more: nothing of it stays in State."""
        self._clear()
        if failure.status in {404, 422}:
            self.missing = True
        else:
            self.failed = failure.message
        self.ready = True

    def _clear(self) -> None:
        self._put(
            ready=False, missing=False, failed="", title="Ticket", ticket=NO_TICKET, can=NOTHING, moves=[], entries=[],
            counts_of={}, earlier="", past=False, clocks=NO_CLOCKS, next=NO_NEXT, promises=[], steps=[], files=[],
            file_count=0, watchers=[], recipients=NO_RECIPIENTS, placeholder="",
        )  # fmt: skip
        self._before, self._last_public = "", 0
        live.watch()

    def _put(self, **values: object) -> None:
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)


def _clocks(seen: TicketDetail) -> Clocks:
    if seen.view != "staff":
        return NO_CLOCKS
    sla, hold = seen.ticket.sla, seen.ticket.hold
    return {
        "first": clock(sla.first_response, "Reply", hold),
        "next": clock(sla.next_response, "Reply", hold),
        "solve": clock(sla.resolution, "Solve", hold),
        "urgent": next_clock(sla, hold),
    }


def _node_names(groups: list[GroupNode]) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    for group in groups:
        found["group_id", group.id] = group.name
        for category in group.categories:
            found["category_id", category.id] = category.name
            for subcategory in category.subcategories:
                found["subcategory_id", subcategory.id] = subcategory.name
    return found

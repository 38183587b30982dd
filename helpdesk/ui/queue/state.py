"""What the queue holds: one page of rows, what is selected, what waits to be shown."""

from __future__ import annotations

import reflex as rx

from helpdesk.domain.enums import STAFF_ROLES, Role
from helpdesk.services import tickets, tree
from helpdesk.services.views import GroupNode, Page, TicketQuery, TicketRow
from helpdesk.ui import live
from helpdesk.ui.app_state import AppState, go_to, query
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.paging import NO_STEPS, Steps, counted
from helpdesk.ui.queue import filters
from helpdesk.ui.queue.filters import Chip, Option
from helpdesk.ui.queue.rows import QueueRow, merged, queue_row

_MOST_READ = 10  # rows that left the list, read one by one at a refresh


class QueueState(AppState):
    ready: bool = False
    failed: str = ""
    view: str = ""
    title: str = ""
    empty: str = ""
    order: str = ""
    total: str = ""
    works: bool = False
    rows: list[QueueRow] = []
    selected: list[int] = []
    updates: int = 0
    chips: list[Chip] = []
    options: dict[str, list[Option]] = {}
    heads: dict[str, str] = {}
    directions: dict[str, str] = {}
    steps: Steps = NO_STEPS
    home: str = ""
    origin: str = ""

    @rx.event
    @allow()
    async def load(self):
        """Read the place from the URL and the page that it names."""
        if me().role not in STAFF_ROLES:
            return go_to("/my", replace=True)
        live.watch("queue", refresh=QueueState.refresh)
        place = self._place()
        groups = await attempt(tree.choosable, me())
        page = await attempt(tickets.list_queue, me(), place.ticket_query())
        people = {} if isinstance(page, Failure) else _assignees(page)
        self._frame(place, [] if isinstance(groups, Failure) else groups, people)
        if isinstance(page, Failure):
            self.failed, self.ready, self.rows, self.selected = page.message, True, [], []
            return None
        self._show(place, page)
        return None

    @rx.event
    @allow(*STAFF_ROLES)
    async def refresh(self):
        """Some ticket changed: rows are brought up to date where they stand, moves wait behind the pill."""
        if not self.ready:
            return
        page = await attempt(tickets.list_queue, me(), self._place().ticket_query())
        if isinstance(page, Failure):
            return
        fresh = [queue_row(row) for row in page.items]
        self.rows, self.updates = merged(self.rows, fresh, await self._left(fresh))
        there = {row["id"] for row in self.rows}
        self.selected = [one for one in self.selected if one in there]
        self.total = counted(page, "ticket", "tickets")

    @rx.event
    @allow(*STAFF_ROLES)
    async def show_updates(self):
        """Show the list as it is now."""
        await self._again()

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def select(self, ticket_id: int):
        """Select a row, or not any more."""
        if ticket_id in self.selected:
            self.selected = [one for one in self.selected if one != ticket_id]
        elif any(row["id"] == ticket_id for row in self.rows):
            self.selected = [*self.selected, ticket_id]

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def select_page(self):
        """Select every row of the page, or none."""
        every = [row["id"] for row in self.rows]
        self.selected = [] if len(self.selected) == len(every) else every

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def select_none(self):
        self.selected = []

    # ---- parts

    async def _again(self) -> None:
        place = self._place()
        page = await attempt(tickets.list_queue, me(), place.ticket_query())
        if isinstance(page, Failure):
            self._tell(page)
        else:
            self._show(place, page)

    async def _left(self, fresh: list[QueueRow]) -> dict[int, QueueRow | None]:
        """The shown rows that the list has no more, as they are now; None for those out of sight."""
        there = {row["id"] for row in fresh}
        found: dict[int, QueueRow | None] = {}
        for row in [row for row in self.rows if row["id"] not in there][:_MOST_READ]:
            page = await attempt(tickets.list_queue, me(), TicketQuery(q=row["number"], page_size=1))
            if not isinstance(page, Failure):
                found[row["id"]] = queue_row(page.items[0]) if page.items else None
        return found

    def _place(self) -> filters.Place:
        default = "my_groups" if me().role is Role.AGENT else "all"
        return filters.read(self.router.url.query_parameters, default)

    def _frame(self, place: filters.Place, groups: list[GroupNode], people: dict[int, str]) -> None:
        view = filters.VIEWS[place.view]
        self.view, self.title, self.empty = place.view, view.title, view.empty
        self.order = filters.order_words(place)
        self.works = me().may_work
        self.chips = filters.chips(place, groups, people)
        self.options = filters.options(place, groups, people)
        self.heads, self.directions = filters.heads(place), filters.directions(place)
        self.home = place.bare
        self.origin = query(**{"from": place.origin})

    def _show(self, place: filters.Place, page: Page[TicketRow]) -> None:
        self.failed, self.updates = "", 0
        self.rows = [queue_row(row) for row in page.items]
        there = {row["id"] for row in self.rows}
        self.selected = [one for one in self.selected if one in there]
        self.total = counted(page, "ticket", "tickets")
        self.steps = {
            "newer": place.href(cursor=page.prev_cursor) if page.prev_cursor else "",
            "older": place.href(cursor=page.next_cursor) if page.next_cursor else "",
            "words": self.total,
        }
        self.ready = True


def _assignees(page: Page[TicketRow]) -> dict[int, str]:
    return {row.assigned_to.id: row.assigned_to.name for row in page.items if row.assigned_to}

"""The page of all notifications: one page of them, by the place in the URL."""

from __future__ import annotations

import reflex as rx

from helpdesk.services import notifications
from helpdesk.services.notifications import BellQuery
from helpdesk.services.views import BellRow, Page
from helpdesk.ui import live
from helpdesk.ui.app_state import AppState
from helpdesk.ui.bell.rows import Bell, bell_row, merged, read
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.paging import NO_STEPS, Steps, counted, follow, steps

PATH = "/notifications"


class BellPageState(AppState):
    ready: bool = False
    problem: str = ""
    bells: list[Bell] = []
    which: str = ""  # "" all, "unread"
    waiting: int = 0
    steps: Steps = NO_STEPS
    _cursor: str = ""
    _trail: list[str] = []

    @rx.event
    @allow()
    async def load(self):
        """Read the place from the URL, then the page."""
        live.watch(f"bell:{me().user_id}", refresh=BellPageState.refresh)
        asked = self.router.url.query_parameters
        self.which = "unread" if asked.get("view", "") == "unread" else ""
        self._cursor = asked.get("cursor", "")
        self._trail = follow(self._trail, self._cursor)
        await self._show()

    @rx.event
    @allow()
    async def refresh(self):
        """It rang, or something was read elsewhere: what is shown changes in place, what is new waits."""
        page = await attempt(notifications.list_mine, me(), self._query())
        if isinstance(page, Failure) or not self.ready:
            return
        rows, waiting = merged(self.bells, [bell_row(one) for one in page.items])
        self.bells, self.waiting = rows, 0 if self._cursor else waiting
        self._place(page)

    @rx.event
    @allow()
    async def show_new(self):
        """Take in what waits behind the pill."""
        await self._show()

    @rx.event
    @allow()
    async def take_as_read(self, bell_id: int):
        """One was read: its ticket is opened, or it was ticked off."""
        done = await attempt(notifications.mark_read, me(), bell_id)
        if isinstance(done, Failure):
            self._tell(done)
            return
        self.bells = read(self.bells, done.id)

    @rx.event
    @allow()
    async def take_all_as_read(self):
        done = await attempt(notifications.mark_all_read, me())
        if isinstance(done, Failure):
            self._tell(done)
            return
        await self._show()

    # ---- parts

    def _query(self) -> BellQuery:
        return BellQuery(unread=True if self.which else None, cursor=self._cursor or None)

    async def _show(self) -> None:
        page = await attempt(notifications.list_mine, me(), self._query())
        if isinstance(page, Failure):
            self.problem, self.ready = page.message, True
            return
        self.bells = [bell_row(one) for one in page.items]
        self.waiting, self.problem, self.ready = 0, "", True
        self._place(page)

    def _place(self, page: Page[BellRow]) -> None:
        filters: dict[str, str | None] = {"view": self.which}
        words = counted(page, "notification", "notifications")
        self.steps = steps(PATH, filters, self._trail, page.next_cursor, words)

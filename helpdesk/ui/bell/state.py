"""The bell in the top bar: the count on every page, and the list once it was opened."""

from __future__ import annotations

import reflex as rx

from helpdesk.services import notifications
from helpdesk.services.notifications import BellQuery
from helpdesk.services.views import BellRow, Page
from helpdesk.ui import live
from helpdesk.ui.app_state import AppState
from helpdesk.ui.bell.rows import Bell, bell_row, merged, read
from helpdesk.ui.bridge import Failure, alone, attempt, attempt_together
from helpdesk.ui.guard import allow, me

_PAGE = 20
_MOST = 100  # beyond, the page has them all


class BellState(AppState):
    unread: str = ""  # "" none, "7", "99+"
    asked: bool = False  # it was opened: until then nothing stands in it, nor waits
    ready: bool = False
    problem: str = ""
    bells: list[Bell] = []
    waiting: int = 0
    more: bool = False
    _cursor: str = ""

    @rx.event
    @allow()
    async def begin(self):
        """On every page: follow what rings, and count."""
        live.watch(f"bell:{me().user_id}", refresh=BellState.refresh, frame=True)
        await self._count_unread()

    @rx.event
    @allow()
    async def open(self):
        """The list is opened: read its newest page."""
        self.asked = True
        yield
        page = await self._read()
        if page is not None:
            self._show(page)

    @rx.event
    @allow()
    async def show_earlier(self):
        """Append the page before."""
        if not self.more or not self._cursor:
            return
        page = await self._read(self._cursor)
        if page is not None:
            known = {row["id"] for row in self.bells}
            self.bells += [bell_row(one) for one in page.items if one.id not in known]
            self._cursor = page.next_cursor or ""
            self.more = bool(self._cursor) and len(self.bells) < _MOST

    @rx.event
    @allow()
    async def refresh(self):
        """It rang, or something was read elsewhere: the count, and what is shown, in place."""
        await self._count_unread()
        if not self.ready:
            return
        page = await self._read()
        if page is not None:
            self.bells, self.waiting = merged(self.bells, [bell_row(one) for one in page.items])

    @rx.event
    @allow()
    async def take_as_read(self, bell_id: int):
        """One was read: its ticket is opened, or it was ticked off."""
        done = await attempt(notifications.mark_read, me(), bell_id)
        if isinstance(done, Failure):
            self._tell(done)
            return
        self.bells = read(self.bells, done.id)
        await self._count_unread()

    @rx.event
    @allow()
    async def take_all_as_read(self):
        done = await attempt(notifications.mark_all_read, me())
        if isinstance(done, Failure):
            self._tell(done)
            return
        self.bells = read(self.bells)
        await self._count_unread()

    # ---- parts

    async def _read(self, cursor: str | None = None) -> Page[BellRow] | None:
        page = await attempt(notifications.list_mine, me(), BellQuery(page_size=_PAGE, cursor=cursor))
        if isinstance(page, Failure):
            self.problem, self.ready = page.message, True
            return None
        self.problem, self.ready = "", True
        return page

    def _show(self, page: Page[BellRow]) -> None:
        self.bells, self.waiting = [bell_row(one) for one in page.items], 0
        self._cursor = page.next_cursor or ""
        self.more = bool(self._cursor)

    async def _count_unread(self) -> None:
        counted = await attempt_together(alone(me()), notifications.count_unread, me())
        if not isinstance(counted, Failure):
            many = counted.unread > 99
            self.unread = "99+" if many else str(counted.unread or "")

"""What "My requests" holds: one page of rows, grouped by whose turn it is."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.domain.enums import UNSOLVED, Status
from helpdesk.services import tickets
from helpdesk.services.views import Page, TicketQuery, TicketRow
from helpdesk.ui import live
from helpdesk.ui.app_state import AppState, query
from helpdesk.ui.bridge import Failure, alone, attempt_together
from helpdesk.ui.guard import allow, me
from helpdesk.ui.my.rows import Request, needs_you, request, settled
from helpdesk.ui.paging import NO_STEPS, Steps, counted
from helpdesk.ui.rows import plain

PATH = "/my"
_OPEN = tuple(str(one) for one in Status if one in UNSOLVED or one is Status.RESOLVED)
_CLOSED_SHOWN = 3
_PAGE = 50
_VIEWS = ("needs", "watching", "closed")
_CLOSED_LIST = TicketQuery(
    status=(str(Status.CLOSED),), watching=False, sort="-updated_at", page_size=_CLOSED_SHOWN
)
_WATCHED = TicketQuery(watching=True)


class MyState(AppState):
    ready: bool = False
    failed: str = ""
    view: str = ""  # "", needs, watching, closed
    words: str = ""
    corrected: str = ""  # what was searched for instead of `words`
    needs: list[Request] = []
    working: list[Request] = []
    closed: list[Request] = []
    needs_total: int = 0
    working_total: int = 0
    closed_total: int = 0
    watching_total: int = 0
    steps: Steps = NO_STEPS
    links: dict[str, str] = {}

    @rx.event
    @allow()
    async def load(self):
        """Read the view from the URL."""
        params = self.router.url.query_parameters
        asked = params.get("view", "")
        self.view = asked if asked in _VIEWS else ""
        self.words = params.get("q", "")[:200]
        self.links = {name: PATH + query(view=name or None) for name in ("", *_VIEWS)}
        live.watch(f"person:{me().user_id}", refresh=MyState.refresh)
        await self._read(params.get("cursor"))

    @rx.event
    @allow()
    async def refresh(self):
        """One of them changed: nothing moves under the pointer, and what changed shows it."""
        before = (plain(self.needs), plain(self.working), plain(self.closed))
        await self._read(self.router.url.query_parameters.get("cursor"))
        if not self.failed:
            now = (plain(self.needs), plain(self.working), plain(self.closed))
            self.needs, self.working, self.closed = map(settled, before, now)

    async def _read(self, cursor: str | None) -> None:
        base: dict[str, Any] = {"q": self.words or None, "cursor": cursor, "page_size": _PAGE}
        if self.view == "closed":
            asked = TicketQuery(**base, status=(str(Status.CLOSED),), sort="-updated_at")
        elif self.view == "needs":
            asked = TicketQuery(**base, needs_me=True, watching=False, sort="-updated_at")
        elif self.view == "watching":
            asked = TicketQuery(**base, watching=True, sort="-updated_at")
        else:
            # what needs the person stands first, whatever page it would be on
            mine = {"status": _OPEN, "watching": False, "needs_me": False}
            rules: dict[str, Any] = {} if self.words else mine
            asked = TicketQuery(**base, **rules, sort=None if self.words else "-updated_at")
        needs = TicketQuery(needs_me=True, watching=False, sort="-updated_at", page_size=_PAGE)
        home, first = not self.view and not self.words, not cursor
        lists = (asked, *((_CLOSED_LIST,) if home else ()), *((needs,) if home and first else ()))
        counted = (_WATCHED, *((needs,) if home and not first else ()))
        found = await attempt_together(alone(me()), tickets.list_mine_together, me(), lists, counted)
        self.ready = True
        if isinstance(found, Failure):
            self.failed = found.message
            return
        self.failed = ""
        self._show(found.pages[0])
        self.watching_total = found.totals[0]
        if home:
            closed = found.pages[1]
            self.closed, self.closed_total = _requests(closed), closed.total
            # on the first page the first of them, on the others their number alone
            self.needs = _requests(found.pages[2]) if first else []
            self.needs_total = found.pages[2].total if first else found.totals[1]

    def _show(self, page: Page[TicketRow]) -> None:
        viewer = me().user_id
        self.corrected = page.corrected_q or ""
        rows = [(row, request(row, viewer)) for row in page.items]
        closed = [made for row, made in rows if row.status == Status.CLOSED]
        self.needs = [made for row, made in rows if needs_you(row)]
        self.working = [made for row, made in rows if row.status in _OPEN and not needs_you(row)]
        self.closed = closed
        self.needs_total, self.working_total, self.closed_total = self._totals(page)
        filters: dict[str, str | None] = {"view": self.view or None, "q": self.words or None}
        self.steps = {
            "newer": PATH + query(**filters, cursor=page.prev_cursor) if page.prev_cursor else "",
            "older": PATH + query(**filters, cursor=page.next_cursor) if page.next_cursor else "",
            "words": counted(page, "request", "requests"),
        }

    def _totals(self, page: Page[TicketRow]) -> tuple[int, int, int]:
        """How many each section has on all pages; 0 where a list of several kinds does not say."""
        if self.view == "needs":
            return page.total, 0, 0
        if self.view == "closed":
            return 0, 0, page.total
        if not self.view and not self.words:
            return 0, page.total, 0
        if page.next_cursor or page.prev_cursor:
            return 0, 0, 0
        return len(self.needs), len(self.working), len(self.closed)


def _requests(page: Page[TicketRow]) -> list[Request]:
    viewer = me().user_id
    return [request(row, viewer) for row in page.items]

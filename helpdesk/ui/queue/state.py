"""What the queue holds: one page of rows, what is selected, what waits to be shown."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import TypedDict

import reflex as rx

from helpdesk.domain.access import Actor
from helpdesk.domain.enums import STAFF_ROLES, Role
from helpdesk.domain.queues import followed
from helpdesk.services import saved_views, tickets, tree
from helpdesk.services.views import GroupNode, Page, QueueSettings, SavedViewRow, TicketQuery, TicketRow
from helpdesk.ui import live
from helpdesk.ui.app_state import AppState, go_to, query
from helpdesk.ui.bridge import Failure, alone, attempt, attempt_together
from helpdesk.ui.guard import allow, me
from helpdesk.ui.paging import NO_STEPS, Steps, counted
from helpdesk.ui.queue import choices, filters, reads
from helpdesk.ui.queue.choices import Chip, Option
from helpdesk.ui.queue.export import EXPORTERS, export_href
from helpdesk.ui.queue.rows import QueueRow, merged, queue_row
from helpdesk.ui.rows import plain


class Saved(TypedDict):
    """The saved view that is open; `id` 0 for none."""

    id: int
    about: str  # with whom it is shared, and whose it is
    may_edit: bool
    is_default: bool
    changed: bool  # looked at otherwise than it was kept


NO_VIEW: Saved = {"id": 0, "about": "", "may_edit": False, "is_default": False, "changed": False}


class QueueState(AppState):
    ready: bool = False
    failed: str = ""
    view: str = ""
    title: str = ""
    empty: str = ""
    order: str = ""
    total: str = ""
    typed: str = ""  # what was searched for, and what instead where nothing had it
    corrected: str = ""
    works: bool = False
    rows: list[QueueRow] = []
    columns: list[str] = []
    usual: bool = True
    saved: Saved = NO_VIEW
    selected: list[int] = []
    picking: bool = False
    updates: int = 0
    chips: list[Chip] = []
    options: dict[str, list[Option]] = {}
    heads: dict[str, str] = {}
    directions: dict[str, str] = {}
    steps: Steps = NO_STEPS
    home: str = ""
    origin: str = ""
    export: str = ""  # the list as a file, for those who may have it
    _saved: SavedViewRow | None = None

    @rx.event
    @allow()
    async def load(self):
        """Read the place from the URL and the page that it names."""
        if me().role not in STAFF_ROLES:
            return go_to("/my", replace=True)
        live.watch(*followed(me()), refresh=QueueState.refresh)
        await self._open_view()
        place = self._place()
        groups = await attempt(tree.choosable, me())
        page = await attempt(tickets.list_queue, me(), place.ticket_query())
        self._frame(place, [] if isinstance(groups, Failure) else groups, page)
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
        live.watch(*followed(me()), refresh=QueueState.refresh)  # the person's groups may be others by now
        asked = self._place().ticket_query()
        found = await attempt_together(audience(me(), asked), reads.listed, me(), asked)
        if isinstance(found, Failure):
            return
        fresh, self.total = found
        rows, self.updates = merged(plain(self.rows), fresh, await self._left(fresh))
        there = {row["id"] for row in rows}
        self.rows, self.selected = rows, [one for one in self.selected if one in there]

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
        self.picking = False

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def pick(self):
        """On a phone: cards are selected rather than opened, or opened again."""
        self.picking = not self.picking
        if not self.picking:
            self.selected = []

    # ---- parts

    async def _open_view(self) -> None:
        """The saved view that the address names, or that this person's queue opens with; and the columns."""
        params = self.router.url.query_parameters
        wanted = filters.saved_id(params)
        settings = await attempt(saved_views.settings, me())
        if not params.get("view") and not isinstance(settings, Failure):
            wanted = settings.default_view
        found = await attempt(saved_views.get_view, me(), wanted) if wanted else None
        if isinstance(found, Failure):
            self._toast("info", "This view is not there any more, or not shared with you.")
        self._saved = None if isinstance(found, Failure) else found
        self._show_columns(settings)

    def _show_columns(self, settings: QueueSettings | Failure) -> None:
        usual: list[str] = [*saved_views.USUAL]
        own = usual if isinstance(settings, Failure) else list(settings.columns)
        kept = self._saved.columns if self._saved is not None else None
        self.columns = own if kept is None else list(kept)
        self.usual = self.columns == usual

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
        left = tuple(row["id"] for row in plain(self.rows) if row["id"] not in there)
        if not left:
            return {}
        rows = await attempt_together((me().role, me().group_ids), reads.elsewhere, me(), left)
        if isinstance(rows, Failure):
            return {}
        return {**dict.fromkeys(left), **{row["id"]: row for row in rows}}

    def _asked(self) -> TicketQuery:
        """What selects exactly the shown tickets, over all pages."""
        asked = self._place().ticket_query()
        return replace(asked, q=self.corrected) if self.corrected else asked

    def _place(self) -> filters.Place:
        default = "my_groups" if me().role is Role.AGENT else "all"
        params, saved = self.router.url.query_parameters, self._saved
        # the address may have gone on before the view that it names was read
        named = saved is not None and params.get("view") in {None, "", str(saved.id)}
        return filters.read(params, default, saved if named else None)

    def _frame(self, place: filters.Place, groups: list[GroupNode], page: Page[TicketRow] | Failure) -> None:
        rows = () if isinstance(page, Failure) else page.items
        people = {row.assigned_to.id: row.assigned_to.name for row in rows if row.assigned_to}
        tags = sorted({tag for row in rows for tag in row.tags})
        self.view, self.title, self.empty = place.view, place.base.title, place.base.empty
        self.order = choices.order_words(place)
        self.works = me().may_work
        self.chips = choices.chips(place, groups, people)
        self.options = choices.options(place, groups, people, tags)
        self.heads, self.directions = choices.heads(place), choices.directions(place)
        self.home, self.export = place.bare, ""
        self.origin = query(**{"from": place.origin})
        self.saved = _saved(self._saved, place)

    def _show(self, place: filters.Place, page: Page[TicketRow]) -> None:
        self.failed, self.updates = "", 0
        self.typed, self.corrected = place.words, page.corrected_q or ""
        self.export = export_href(self._asked()) if me().role in EXPORTERS else ""
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


def audience(actor: Actor, asked: TicketQuery) -> Hashable:
    """Who is shown the same: staff of the same role and groups, unless the list asks for what is one's own."""
    own = "me" in asked.assigned_to or asked.watching is not None or asked.needs_me is not None
    return alone(actor) if own else (actor.role, actor.group_ids)


def _saved(row: SavedViewRow | None, place: filters.Place) -> Saved:
    if row is None:
        return {**NO_VIEW}
    about = {"private": "", "staff": "Shared with all staff"}.get(row.shared, "")
    if row.group is not None:
        about = f"Shared with {row.group.name}"
    if about and row.owner.id != me().user_id:
        about += f" by {row.owner.name}"
    return {
        "id": row.id,
        "about": about,
        "may_edit": row.may_edit,
        "is_default": row.is_default,
        "changed": place.changed,
    }

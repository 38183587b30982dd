"""What the notification log holds: one page of it, by the filters in the URL."""

from __future__ import annotations

from typing import TypedDict

import reflex as rx

from helpdesk.domain.enums import NotificationEvent, NotificationStatus, Role
from helpdesk.services import notifications
from helpdesk.services.notifications import NotificationQuery
from helpdesk.services.views import NotificationRow, Page
from helpdesk.ui import live
from helpdesk.ui.app_state import AppState, go_to, query
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.paging import Paged
from helpdesk.ui.rows import iso

PATH = "/admin/notifications"
EVENT_WORDS: dict[str, str] = {
    NotificationEvent.TICKET_CREATED: "Ticket created",
    NotificationEvent.TICKET_RECEIPT: "Receipt",
    NotificationEvent.ASSIGNED: "Assigned",
    NotificationEvent.UNASSIGNED: "Unassigned",
    NotificationEvent.STATUS_CHANGED: "Status changed",
    NotificationEvent.HOLD_STARTED: "Hold set",
    NotificationEvent.HOLD_ENDED: "Hold ended",
    NotificationEvent.PUBLIC_COMMENT: "Public comment",
    NotificationEvent.INTERNAL_NOTE: "Internal note",
    NotificationEvent.SLA_WARNING: "SLA at risk",
    NotificationEvent.SLA_BREACH: "SLA breached",
    NotificationEvent.RESOLVED: "Resolved",
    NotificationEvent.CLOSED: "Closed",
    NotificationEvent.REOPENED: "Reopened",
}
STATUSES = [str(status) for status in NotificationStatus]


class LogRow(TypedDict):
    id: int
    status: str
    event: str
    recipient: str
    address: str
    channel: str
    number: str
    attempts: str
    error: str
    at: str
    sent_at: str
    mark: str  # "changed" after it did


class LogState(Paged, AppState):
    rows: list[LogRow] = []
    status: str = ""
    event: str = ""
    waiting: int = 0
    retrying: int = 0

    @rx.event
    @allow(Role.ADMIN)
    async def load(self):
        """Read filters and place from the URL, then the page."""
        live.watch("notifications", refresh=LogState.refresh)
        asked = self.router.url.query_parameters
        status, event = asked.get("status", ""), asked.get("event", "")
        self.status = status if status in STATUSES else ""
        self.event = event if event in EVENT_WORDS else ""
        self._come_to(asked.get("cursor", ""))
        await self._read()

    @rx.event
    @allow(Role.ADMIN)
    async def refresh(self):
        """Something was sent or written: what is shown changes in place, what is new waits."""
        page = await attempt(notifications.list_log, me(), self._query())
        if isinstance(page, Failure):
            return
        if not self.rows:
            self._show(page)
            return
        now = {row["id"]: row for row in map(_row, page.items)}
        shown = {row["id"] for row in self.rows}
        self.waiting = 0 if self._cursor else sum(row_id not in shown for row_id in now)
        self.rows = [_merged(row, now.get(row["id"])) for row in self.rows]

    @rx.event
    @allow(Role.ADMIN)
    async def show_new(self):
        """Take in what waits behind the pill."""
        await self._read()

    @rx.event
    @allow(Role.ADMIN)
    async def pick_event(self, event: str):
        """Show only messages about one kind of event; "" for all."""
        chosen = event if event in EVENT_WORDS else None
        return go_to(PATH + query(status=self.status, event=chosen), replace=True)

    @rx.event
    @allow(Role.ADMIN)
    async def retry(self, notification_id: int):
        """Queue a failed message again."""
        self.retrying = notification_id
        yield
        again = await attempt(notifications.retry, me(), notification_id)
        self.retrying = 0
        if isinstance(again, Failure):
            self._tell(again)
            return
        changed = _row(again)
        self.rows = [_merged(row, changed if row["id"] == again.id else row) for row in self.rows]
        self._toast("ok", "It is queued again, with what failed in the same mail.")

    # ---- parts

    def _query(self) -> NotificationQuery:
        return NotificationQuery(
            status=(self.status,) if self.status else (),
            event=(self.event,) if self.event else (),
            cursor=self._cursor or None,
        )

    async def _read(self) -> None:
        page = await attempt(notifications.list_log, me(), self._query())
        if isinstance(page, Failure):
            self._refuse(page)
            return
        self._show(page)

    def _show(self, page: Page[NotificationRow]) -> None:
        self.rows = [_row(item) for item in page.items]
        self.waiting = 0
        filters: dict[str, str | None] = {"status": self.status, "event": self.event}
        self._arrive(PATH, filters, page, "message", "messages")


def _row(view: NotificationRow) -> LogRow:
    name = view.recipient.name if view.recipient else "Queue address"
    return {
        "id": view.id,
        "status": view.status,
        "event": EVENT_WORDS.get(view.event, view.event),
        "recipient": name,
        "address": view.address or (view.recipient.email if view.recipient else "") or "",
        "channel": view.channel,
        "number": view.ticket_no or "",
        "attempts": f"{view.attempts} {'try' if view.attempts == 1 else 'tries'}" if view.attempts else "",
        "error": view.last_error or "",
        "at": iso(view.created_at),
        "sent_at": iso(view.sent_at),
        "mark": "",
    }


def _merged(old: LogRow, new: LogRow | None) -> LogRow:
    """The row as it is now, marked where it differs; one that is no longer in the answer stays as it was."""
    if new is None or {**old, "mark": ""} == {**new, "mark": ""}:
        return old
    return {**new, "mark": "changed"}

"""What the mailbox page holds: a page of mails, and the one that is read. The URL names both."""

from __future__ import annotations

import re
from typing import TypedDict

import reflex as rx

from helpdesk.domain.enums import Role
from helpdesk.services import notifications
from helpdesk.services.notifications import MailView
from helpdesk.ui import live
from helpdesk.ui.app_state import AppState, query
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.paging import NO_STEPS, Steps, follow, steps
from helpdesk.ui.rows import iso

PATH = "/mailbox"
_PAGE = 50
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}]")
_MOST_LINKS = 20


class MailRow(TypedDict):
    id: str
    to: str
    subject: str
    at: str
    href: str


class Mail(TypedDict):
    id: str
    to: str
    subject: str
    at: str
    text: str
    html: str
    links: list[str]
    headers: list[list[str]]


NO_MAIL: Mail = {
    "id": "", "to": "", "subject": "", "at": "", "text": "", "html": "", "links": [], "headers": [],
}  # fmt: skip


class MailboxState(AppState):
    ready: bool = False
    missing: bool = False
    problem: str = ""
    rows: list[MailRow] = []
    mail: Mail = NO_MAIL
    steps: Steps = NO_STEPS
    waiting: int = 0
    _before: str = ""
    _trail: list[str] = []

    @rx.event
    @allow()
    async def load(self):
        """Read the page of mails and the open mail that the URL names."""
        # before it is read, so that nothing falls between; an admin's page has everybody's mails
        own = me().role is not Role.ADMIN
        live.watch(f"mailbox:{me().user_id}" if own else "notifications", refresh=MailboxState.refresh)
        asked = self.router.url.query_parameters
        self._before = asked.get("cursor", "")
        self._trail = follow(self._trail, self._before)
        await self._read()
        await self._open(asked.get("mail", ""))

    @rx.event
    @allow()
    async def refresh(self):
        """A mail may have come: it waits above the list."""
        found = await attempt(notifications.mailbox, me(), _PAGE, None)
        if isinstance(found, Failure) or self._before:
            return
        if not self.rows:
            await self._read()
            return
        shown = {row["id"] for row in self.rows}
        self.waiting = sum(view.id not in shown for view in found)

    @rx.event
    @allow()
    async def show_new(self):
        """Take in what waits behind the pill."""
        await self._read()

    # ---- parts

    async def _read(self) -> None:
        found = await attempt(notifications.mailbox, me(), _PAGE, self._before or None)
        if isinstance(found, Failure):
            self.missing, self.problem, self.ready = found.hidden, found.message, True
            if found.hidden:
                live.watch()
            return
        self.rows = [self._row(view) for view in found]
        older = found[-1].id if len(found) == _PAGE else None
        self.steps = steps(PATH, {}, self._trail, older, "")
        self.waiting, self.problem, self.missing, self.ready = 0, "", False, True

    async def _open(self, mail_id: str) -> None:
        self.mail = NO_MAIL
        if not mail_id or self.missing:
            return
        found = await attempt(notifications.read_mail, me(), mail_id)
        if isinstance(found, Failure):
            self._tell(found)
        else:
            self.mail = _mail(found)

    def _row(self, view: MailView) -> MailRow:
        return {
            "id": view.id,
            "to": view.to,
            "subject": view.subject,
            "at": iso(view.at),
            "href": PATH + query(cursor=self._before, mail=view.id),
        }


def _mail(view: MailView) -> Mail:
    return {
        "id": view.id,
        "to": view.to,
        "subject": view.subject,
        "at": iso(view.at),
        "text": view.text,
        "html": view.html,
        "links": list(dict.fromkeys(_LINK.findall(view.text)))[:_MOST_LINKS],
        "headers": [[name, value] for name, value in view.headers],
    }

"""Phrases that the mails of all events share: what the ticket is to the reader, times, links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from helpdesk.core.config import get_settings
from helpdesk.services._mail_facts import Item, Recipient
from helpdesk.services._mail_page import Button, Section


def ticket_url(ticket_no: str, query: str = "") -> str:
    """The page of a ticket, under the public address of the settings and no other."""
    return f"{get_settings().public_url}/tickets/{quote(ticket_no, safe='')}{query}"


class Pen:
    """Writes one event of a ticket for one reader."""

    def __init__(self, item: Item, recipient: Recipient) -> None:
        self.item = item
        self.ticket = item.ticket
        self.recipient = recipient
        self.url = ticket_url(item.ticket["ticket_no"])
        self.who = item.actor or "The helpdesk"
        self.is_requester = item.reader == item.ticket["requested_for"]

    @property
    def request(self) -> str:
        """What the ticket is to the reader."""
        if self.is_requester:
            return "Your request"
        if self.item.reader == self.ticket["created_by"]:
            return f"The request that you filed for {self.ticket['requester']}"
        if self.item.reader == self.ticket["assigned_to"]:
            return "Your ticket"
        return "A request that you follow"

    def section(
        self,
        headline: str,
        *lead: str,
        quote: str = "",
        quote_by: str = "",
        internal: bool = False,
        files: Sequence[str] = (),
        facts: Sequence[tuple[str, str]] = (),
        buttons: Sequence[Button] = (),
        open_label: str = "Open the request",
    ) -> Section:
        return Section(
            headline=headline,
            url=self.url,
            title=self.ticket["title"],
            lead=[line for line in lead if line],
            quote=quote,
            quote_by=quote_by,
            internal=internal,
            files=files,
            facts=facts,
            buttons=buttons or [Button(open_label, self.url)],
        )

    def facts(self, *names: str) -> list[tuple[str, str]]:
        found: Mapping[str, str] = {
            "Requester": self._requester(),
            "Place": " › ".join(
                self.ticket[name] for name in ("group", "category", "subcategory") if self.ticket[name]
            ),
            "Priority": self.ticket["priority"],
            "Answer due": self.due("first_response"),
            "Solution due": self.due("resolution"),
        }
        return [(name, found[name]) for name in names if found[name]]

    def _requester(self) -> str:
        department = self.ticket["department"]
        return f"{self.ticket['requester']} ({department})" if department else self.ticket["requester"]

    def due(self, clock: str) -> str:
        due = self.item.dues.get(clock)
        return self.moment(due) if due else ""

    def moment(self, at: datetime) -> str:
        """The time on the reader's wall clock, with its zone."""
        zone = _zone(self.recipient.time_zone)
        local = at.astimezone(zone)
        return f"{local:%a} {local.day} {local:%b %Y, %H:%M} ({local:%Z})"


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")

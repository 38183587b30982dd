"""The words of each mail (product rules §5), for the one who reads it:
requester, watcher, assignee or team.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from helpdesk.core.config import get_settings
from helpdesk.domain.enums import HoldReason, NotificationEvent, ResolutionCode, Status, View
from helpdesk.services._mail_facts import Item, Recipient
from helpdesk.services._mail_page import Button, MailPage, Row, Section

_HOLDS: Mapping[str, str] = {
    HoldReason.THIRD_PARTY: "We are waiting for a supplier or partner.",
    HoldReason.APPROVAL: "We are waiting for an approval.",
    HoldReason.SCHEDULED: "The work is planned for a later date.",
}
_CLOCKS = {
    "first_response": "The first response",
    "next_response": "The next response",
    "resolution": "The resolution",
}
_MANY = {
    NotificationEvent.ASSIGNED: "{n} tickets were assigned to you",
    NotificationEvent.UNASSIGNED: "{n} tickets are no longer yours",
    NotificationEvent.TICKET_CREATED: "{n} new requests",
    NotificationEvent.TICKET_RECEIPT: "{n} requests received",
    NotificationEvent.RESOLVED: "{n} requests are resolved",
    NotificationEvent.CLOSED: "{n} requests are closed",
}
_FORBIDDEN = re.compile("[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")


def write(recipient: Recipient, items: Sequence[Item]) -> MailPage:
    """Return the mail about `items` (at least one):
    a page per event, or a list where it is about many tickets.
    """
    numbers = {item.ticket["id"] for item in items}
    if len(numbers) > 1:
        return _about_many(items)
    ticket = items[0].ticket
    first, *others = [_section(item, recipient) for item in items]
    # the rest of the same act stands below, without a title and buttons of its own
    sections = [first, *(replace(one, title="", buttons=()) for one in others)]
    return MailPage(
        subject=_one_line(f"[{ticket['ticket_no']}] {ticket['title']}"),
        label=ticket["ticket_no"],
        preheader=" ".join([sections[0].headline, *sections[0].lead]),
        sections=sections,
        footer=_footer(items[0]),
    )


def ticket_url(ticket_no: str, query: str = "") -> str:
    """The page of a ticket, under the public address of the settings and no other."""
    return f"{get_settings().public_url}/tickets/{quote(ticket_no, safe='')}{query}"


def _about_many(items: Sequence[Item]) -> MailPage:
    events = {item.event for item in items}
    tickets = {item.ticket["id"]: item for item in items}
    pattern = (
        _MANY.get(next(iter(events)), "{n} tickets changed") if len(events) == 1 else "{n} tickets changed"
    )
    headline = pattern.format(n=len(tickets))
    who = items[0].actor
    base = get_settings().public_url
    staff = items[0].view is View.STAFF
    place = "/queue" if staff else "/my"
    return MailPage(
        subject=headline,
        label="",
        preheader=", ".join(item.ticket["ticket_no"] for item in tickets.values()),
        sections=[Section(headline, base + place, lead=[f"By {who}."] if who else [])],
        rows=[
            Row(
                number=item.ticket["ticket_no"],
                title=item.ticket["title"],
                detail=f"{item.ticket['status']} · {item.ticket['priority']} · {item.ticket['requester']}",
                url=ticket_url(item.ticket["ticket_no"]),
            )
            for item in tickets.values()
        ],
        all_label="Open the queue" if staff else "Open my requests",
        all_url=base + place,
        footer=_footer(items[0]),
    )


def _section(item: Item, recipient: Recipient) -> Section:
    return _WRITERS[item.event](_Pen(item, recipient))


class _Pen:
    """Phrases that the events share."""

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


def _receipt(pen: _Pen) -> Section:
    ticket = pen.ticket
    if pen.is_requester and ticket["created_by"] != ticket["requested_for"]:
        headline = f"{ticket['creator']} filed a request for you"
    elif pen.is_requester:
        headline = "We have received your request"
    else:
        headline = f"Your request for {ticket['requester']} has arrived"
    return pen.section(
        headline,
        f"It is with {ticket['group']} now, under the number {ticket['ticket_no']}. "
        "You will hear from us as soon as something happens.",
        facts=pen.facts("Place", "Priority", "Answer due", "Solution due"),
    )


def _created(pen: _Pen) -> Section:
    moved = pen.item.data.get("moved")
    return pen.section(
        f"{'Moved to' if moved else 'New request for'} {pen.ticket['group']}",
        f"{pen.who} moved the request of {pen.ticket['requester']} to you."
        if moved
        else f"{pen.ticket['requester']} needs help.",
        quote=pen.ticket["description"],
        facts=pen.facts("Requester", "Place", "Priority", "Answer due", "Solution due"),
        open_label="Open the ticket",
    )


def _assigned(pen: _Pen) -> Section:
    return pen.section(
        f"{pen.item.actor} assigned this ticket to you"
        if pen.item.actor
        else "This ticket was assigned to you",
        quote=pen.ticket["description"],
        quote_by=pen.ticket["requester"],
        facts=pen.facts("Requester", "Place", "Priority", "Answer due", "Solution due"),
        open_label="Open the ticket",
    )


def _unassigned(pen: _Pen) -> Section:
    now_with = pen.item.then["assignee"]
    return pen.section(
        "You are no longer the assignee",
        f"{pen.who} assigned the ticket to {now_with}."
        if now_with
        else f"{pen.who} put the ticket back into the queue.",
        facts=pen.facts("Requester", "Place", "Priority"),
        open_label="Open the ticket",
    )


def _status(pen: _Pen) -> Section:
    status, assignee = pen.item.then["status"], pen.item.then["assignee"]
    lead = {
        Status.OPEN: "It waits for somebody to take it.",
        Status.ASSIGNED: f"{assignee} will take care of it." if assignee else "",
        Status.IN_PROGRESS: f"{assignee} is working on it." if assignee else "",
    }.get(status, "")
    return pen.section(f"{pen.request} is now {status}", lead, facts=pen.facts("Answer due", "Solution due"))


def _hold_started(pen: _Pen) -> Section:
    reason, until = pen.item.then["data"].get("reason"), pen.item.then["data"].get("until")
    reason = reason or pen.item.data.get("reason")
    late = f"Work goes on at the latest on {pen.moment(datetime.fromisoformat(until))}." if until else ""
    if reason == HoldReason.REQUESTER:
        if pen.is_requester:
            lead = f"{pen.who} needs something from you to go on. Please answer on the page of your request."
            return pen.section("We are waiting for you", lead, late, open_label="Answer")
        return pen.section(
            f"{pen.request} is on hold", f"We are waiting for {pen.ticket['requester']}.", late
        )
    return pen.section(f"{pen.request} is on hold", _HOLDS.get(str(reason), ""), late)


def _hold_ended(pen: _Pen) -> Section:
    return pen.section(
        "The waiting is over", f"Work on “{pen.ticket['title']}” goes on.", facts=pen.facts("Solution due")
    )


def _comment(pen: _Pen) -> Section:
    comment = pen.item.comment
    assert comment is not None  # noqa: S101 (the row of such an event names its comment)
    return pen.section(
        f"{comment.author} wrote",
        quote=comment.message,
        files=comment.files,
        open_label="Read and reply" if pen.item.view is View.STAFF else "Reply",
    )


def _note(pen: _Pen) -> Section:
    comment = pen.item.comment
    assert comment is not None  # noqa: S101
    return pen.section(
        f"{comment.author} mentioned you in an internal note",
        "Only staff can read it; the requester does not.",
        quote=comment.message,
        files=comment.files,
        internal=True,
        open_label="Open the ticket",
    )


def _sla(pen: _Pen) -> Section:
    clock = str(pen.item.data.get("clock", "resolution"))
    name = _CLOCKS.get(clock, _CLOCKS["resolution"])
    due = pen.due(clock)
    if pen.item.event is NotificationEvent.SLA_BREACH:
        headline, lead = f"{name} is overdue", f"It was due {due}." if due else ""
    else:
        headline, lead = f"{name} is due soon", f"It is due {due}." if due else ""
    return pen.section(
        headline,
        lead,
        f"{pen.ticket['assignee']} is the assignee."
        if pen.ticket["assignee"]
        else "Nobody has taken it yet.",
        facts=pen.facts("Requester", "Place", "Priority"),
        open_label="Open the ticket",
    )


def _resolved(pen: _Pen) -> Section:
    text = pen.ticket["resolution_text"] or ""
    if not pen.is_requester:
        return pen.section(
            f"{pen.request} is resolved",
            f"{pen.ticket['requester']} is asked to confirm it.",
            quote=text,
            quote_by=pen.who,
        )
    return pen.section(
        "Is it solved?",
        f"{pen.who} has resolved your request. Please tell us whether it works now.",
        "Without an answer it closes by itself after a few working days.",
        quote=text,
        quote_by=pen.who,
        buttons=[
            Button("Yes, it is solved", ticket_url(pen.ticket["ticket_no"], "?solved=yes")),
            Button("Not yet", ticket_url(pen.ticket["ticket_no"], "?solved=no")),
        ],
    )


def _closed(pen: _Pen) -> Section:
    if pen.ticket["resolution_code"] == ResolutionCode.WITHDRAWN:
        return pen.section(f"{pen.request} was withdrawn", "Nothing more will happen with it.")
    if not pen.is_requester:
        return pen.section(f"{pen.request} is closed")
    return pen.section(
        "Your request is closed",
        "How did we do? One click helps us to get better.",
        buttons=[Button("Rate the help you got", ticket_url(pen.ticket["ticket_no"], "?rate=1"))],
    )


def _reopened(pen: _Pen) -> Section:
    reason = pen.item.reopen_reason
    staff = pen.item.view is View.STAFF and not pen.is_requester
    return pen.section(
        "The ticket was reopened" if staff else f"{pen.request} is open again",
        f"{pen.who} says that it is not solved yet." if staff else "Work on it goes on.",
        quote=reason,
        quote_by=pen.who if reason else "",
        facts=pen.facts("Requester", "Priority", "Solution due") if staff else (),
        open_label="Open the ticket" if staff else "Open the request",
    )


_WRITERS: Mapping[NotificationEvent, Callable[[_Pen], Section]] = {
    NotificationEvent.TICKET_RECEIPT: _receipt,
    NotificationEvent.TICKET_CREATED: _created,
    NotificationEvent.ASSIGNED: _assigned,
    NotificationEvent.UNASSIGNED: _unassigned,
    NotificationEvent.STATUS_CHANGED: _status,
    NotificationEvent.HOLD_STARTED: _hold_started,
    NotificationEvent.HOLD_ENDED: _hold_ended,
    NotificationEvent.PUBLIC_COMMENT: _comment,
    NotificationEvent.INTERNAL_NOTE: _note,
    NotificationEvent.SLA_WARNING: _sla,
    NotificationEvent.SLA_BREACH: _sla,
    NotificationEvent.RESOLVED: _resolved,
    NotificationEvent.CLOSED: _closed,
    NotificationEvent.REOPENED: _reopened,
}


def _footer(item: Item) -> str:
    """Why this person got it."""
    ticket = item.ticket
    if item.reader is None:
        why = f"this is the address of the queue of {ticket['group']}"
    elif item.reader == ticket["requested_for"]:
        why = "this is your request"
    elif item.reader == ticket["created_by"]:
        why = f"you filed it for {ticket['requester']}"
    elif item.reader == ticket["assigned_to"]:
        why = "you are the assignee"
    elif item.view is View.STAFF:
        why = f"you work on tickets of {ticket['group']}"
    else:
        why = "you follow this request"
    sent = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return (
        f"You get this mail because {why}. Please answer on the page, not by mail. Message {item.id}, {sent}."
    )


def _one_line(text: str) -> str:
    return " ".join(_FORBIDDEN.sub(" ", text).split())

"""A whole mail: about one ticket, with a section for each thing that happened, or about many in a list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from helpdesk.core.config import get_settings
from helpdesk.domain.enums import NotificationEvent, View
from helpdesk.services._mail_events import WRITERS
from helpdesk.services._mail_facts import Item, Recipient
from helpdesk.services._mail_page import MailPage, Row, Section
from helpdesk.services._mail_pen import Pen, ticket_url

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
    first, *others = [WRITERS[item.event](Pen(item, recipient)) for item in items]
    # the rest of the same act stands below, without a title and buttons of its own
    sections = [first, *(replace(one, title="", buttons=()) for one in others)]
    return MailPage(
        subject=_one_line(f"[{ticket['ticket_no']}] {ticket['title']}"),
        label=ticket["ticket_no"],
        preheader=" ".join([sections[0].headline, *sections[0].lead]),
        sections=sections,
        footer=_footer(items[0]),
    )


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

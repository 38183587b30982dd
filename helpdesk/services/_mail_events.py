"""The words of each event (product rules §5), for the one who reads it: requester, watcher, assignee or team."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from helpdesk.domain.enums import HoldReason, NotificationEvent, ResolutionCode, Status, View
from helpdesk.services._mail_page import Button, Section
from helpdesk.services._mail_pen import Pen, ticket_url

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


def _receipt(pen: Pen) -> Section:
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


def _created(pen: Pen) -> Section:
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


def _assigned(pen: Pen) -> Section:
    return pen.section(
        f"{pen.item.actor} assigned this ticket to you"
        if pen.item.actor
        else "This ticket was assigned to you",
        quote=pen.ticket["description"],
        quote_by=pen.ticket["requester"],
        facts=pen.facts("Requester", "Place", "Priority", "Answer due", "Solution due"),
        open_label="Open the ticket",
    )


def _unassigned(pen: Pen) -> Section:
    now_with = pen.item.then["assignee"]
    return pen.section(
        "You are no longer the assignee",
        f"{pen.who} assigned the ticket to {now_with}."
        if now_with
        else f"{pen.who} put the ticket back into the queue.",
        facts=pen.facts("Requester", "Place", "Priority"),
        open_label="Open the ticket",
    )


def _status(pen: Pen) -> Section:
    status, assignee = pen.item.then["status"], pen.item.then["assignee"]
    lead = {
        Status.OPEN: "It waits for somebody to take it.",
        Status.ASSIGNED: f"{assignee} will take care of it." if assignee else "",
        Status.IN_PROGRESS: f"{assignee} is working on it." if assignee else "",
    }.get(status, "")
    return pen.section(f"{pen.request} is now {status}", lead, facts=pen.facts("Answer due", "Solution due"))


def _hold_started(pen: Pen) -> Section:
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


def _hold_ended(pen: Pen) -> Section:
    return pen.section(
        "The waiting is over", f"Work on “{pen.ticket['title']}” goes on.", facts=pen.facts("Solution due")
    )


def _comment(pen: Pen) -> Section:
    comment = pen.item.comment
    assert comment is not None  # noqa: S101 (the row of such an event names its comment)
    return pen.section(
        f"{comment.author} wrote",
        quote=comment.message,
        files=comment.files,
        open_label="Read and reply" if pen.item.view is View.STAFF else "Reply",
    )


def _note(pen: Pen) -> Section:
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


def _sla(pen: Pen) -> Section:
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


def _resolved(pen: Pen) -> Section:
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


def _closed(pen: Pen) -> Section:
    if pen.ticket["resolution_code"] == ResolutionCode.WITHDRAWN:
        return pen.section(f"{pen.request} was withdrawn", "Nothing more will happen with it.")
    if not pen.is_requester:
        return pen.section(f"{pen.request} is closed")
    return pen.section(
        "Your request is closed",
        "How did we do? One click helps us to get better.",
        buttons=[Button("Rate the help you got", ticket_url(pen.ticket["ticket_no"], "?rate=1"))],
    )


def _reopened(pen: Pen) -> Section:
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


WRITERS: Mapping[NotificationEvent, Callable[[Pen], Section]] = {
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

"""A request in a line: what it is, where it stands, what happens next. Pure functions of the service's view."""

from __future__ import annotations

from typing import TypedDict

from helpdesk.domain.enums import HoldReason, Status
from helpdesk.services.views import ClockView, TicketRow
from helpdesk.ui.rows import HOLD_WORDS, iso


class Request(TypedDict):
    number: str
    href: str
    title: str
    about: str  # who did what, before the time
    at: str
    status: str
    mark: str  # status, hold, you
    next: str
    due: str  # follows `next`
    tone: str  # class of `next`: what the requester has to do stands out
    hint: str
    hint_at: str  # follows `hint`
    flash: str  # class of a row that just changed: two that take turns, so that its tint fades out again


def needs_you(row: TicketRow) -> bool:
    """Whether the requester has the next move."""
    return row.status == Status.RESOLVED or (row.hold is not None and row.hold.reason == HoldReason.REQUESTER)


def request(row: TicketRow, viewer_id: int) -> Request:
    about, at = _about(row, viewer_id)
    words, due, hint, hint_at = _next(row, viewer_id)
    held = row.hold is not None
    return {
        "number": row.ticket_no,
        "href": f"/tickets/{row.ticket_no}",
        "title": row.title,
        "about": about,
        "at": at,
        "status": row.status,
        "mark": "you" if held and needs_you(row) else "hold" if held else "status",
        "next": words,
        "due": due,
        "tone": _tone(row, viewer_id),
        "hint": hint,
        "hint_at": hint_at,
        "flash": "",
    }


def _tone(row: TicketRow, viewer_id: int) -> str:
    if row.status == Status.CLOSED:
        asks = row.rating is None and row.requested_for.id == viewer_id
        return "link" if asks else "t2"
    return "b" if needs_you(row) else ""


def _about(row: TicketRow, viewer_id: int) -> tuple[str, str]:
    who = f" for {row.requested_for.name}" if row.requested_for.id != viewer_id else ""
    if row.status == Status.CLOSED:
        return f"{row.group.name}{who} · closed", iso(row.closed_at)
    if row.status == Status.RESOLVED:
        name = f"{row.assigned_to.name} resolved it" if row.assigned_to else "resolved"
        return f"{name}{who}", iso(row.resolved_at)
    if row.assigned_to is None:
        return f"Filed{who}", iso(row.created_at)
    return f"{row.assigned_to.name} has it{who} · last change", iso(row.updated_at)


def _next(row: TicketRow, viewer_id: int) -> tuple[str, str, str, str]:
    """(what comes next, its time, a second line, its time)"""
    if row.status == Status.CLOSED:
        if row.rating is not None:
            whose = "You rated" if row.requested_for.id == viewer_id else "Rated"
            return f"{whose} {row.rating} of 5", "", "", ""
        return ("Rate the help", "", "", "") if row.requested_for.id == viewer_id else ("", "", "", "")
    if row.status == Status.RESOLVED:
        return "Solved? Yes or not yet", "", "Without an answer it closes ", iso(row.closes_at)
    if row.hold is not None:
        if row.hold.reason == HoldReason.REQUESTER:
            return "Answer to go on", "", "The clock stands still until then", ""
        words = HOLD_WORDS[HoldReason(row.hold.reason)]
        return ("Goes on ", iso(row.hold.until), words, "") if row.hold.until else ("On hold", "", words, "")
    sla = row.sla
    for clock, words in (
        (sla.first_response, "First answer due "),
        (sla.next_response, "Answer due "),
        (sla.resolution, "To be solved by "),
    ):
        if clock is not None and _runs(clock):
            late = "We are late, and sorry. Somebody was told." if clock.breached else ""
            return words, iso(clock.due_at), late, ""
    return "", "", "", ""


def _runs(clock: ClockView) -> bool:
    return clock.due_at is not None and clock.state in {"ok", "risk", "over"}


def settled(shown: list[Request], fresh: list[Request]) -> list[Request]:
    """A section as it is now, in the order that it was shown in: changed ones stay in place, new ones come last."""
    before = {row["number"]: (place, row) for place, row in enumerate(shown)}
    rows: list[Request] = []
    for row in fresh:
        old = before[row["number"]][1] if row["number"] in before else None
        flash = ""
        if old is None or {**old, "flash": ""} != row:
            flash = "changed again" if old and old["flash"] == "changed" else "changed"
        rows.append({**row, "flash": flash})
    return sorted(rows, key=lambda row: before[row["number"]][0] if row["number"] in before else len(shown))

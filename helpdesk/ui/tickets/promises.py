"""What the requester reads of where it stands: the line of statuses, and the promises in words. Plain functions."""

from __future__ import annotations

from typing import TypedDict

from helpdesk.domain.enums import Status
from helpdesk.services.views import ClockView, StatusStep, TicketDetail, TicketRow
from helpdesk.ui.components.marks import STATUS_GLYPH
from helpdesk.ui.rows import iso
from helpdesk.ui.tickets.words import elapsed, target


class Step(TypedDict):
    status: str
    glyph: str
    css: str
    at: str
    current: bool


class Promise(TypedDict):
    """A promise in words; where `due` is set the browser completes them: "Answer due" in 2 h 10 min."""

    key: str
    state: str
    glyph: str
    words: str
    due: str
    hint: str


def steps(seen: TicketDetail) -> list[Step]:
    """The status line: what was reached is done, the present one is marked, the rest is to come."""
    present = seen.ticket.status
    order = [step.status for step in seen.steps]
    return [
        _step(step, order.index(step.status) - order.index(present), present == step.status)
        for step in seen.steps
    ]


def _step(step: StatusStep, distance: int, current: bool) -> Step:
    solved = step.status in {Status.RESOLVED, Status.CLOSED}
    if distance < 0:
        # Behind, but never reached: withdrawn before it was solved, resolved without being taken.
        css, glyph = ("done", "st-resolved") if step.at else ("todo", "st-none")
    elif current:
        css, glyph = ("now fin" if solved else "now"), STATUS_GLYPH[step.status]
    else:
        css, glyph = "todo", "st-none"
    return {"status": step.status, "glyph": glyph, "css": css, "at": iso(step.at), "current": current}


def promises(seen: TicketDetail) -> list[Promise]:
    """The clocks as the requester was promised them: an answer, then a solution."""
    sla, row = seen.ticket.sla, seen.ticket
    found: list[Promise] = []
    if sla.first_response:
        found.append(_promise("first", "Answer", "First answer", sla.first_response, row))
    if sla.next_response and sla.next_response.met_at is None:
        found.append(_promise("next", "Next answer", "Next answer", sla.next_response, row))
    if sla.resolution:
        found.append(_promise("solve", "Solution", "Solved", sla.resolution, row))
    return found


def _promise(key: str, ahead: str, behind: str, clock: ClockView, row: TicketRow) -> Promise:
    within = f"promised within {target(clock.target_seconds)}" if clock.target_seconds else ""
    made: Promise = {
        "key": key, "state": "ok", "glyph": "timer", "words": ahead, "due": "", "hint": within,
    }  # fmt: skip
    if clock.met_at:
        took = elapsed(clock.met_at - row.created_at)
        late = clock.breached
        made["words"] = f"{behind} after {took}"
        made["state"], made["glyph"] = ("late", "circle-alert") if late else ("met", "circle-check")
        made["hint"] = f"{within}, we were late" if late else within
    elif clock.paused or clock.state == "paused":
        made["words"], made["state"], made["glyph"] = f"{ahead} paused", "paused", "circle-pause"
        made["hint"] = f"{within}; the clock stands still while this waits"
    else:
        made["words"], made["due"] = f"{ahead} due", iso(clock.due_at)
        if clock.breached:
            made["state"], made["glyph"] = "late", "circle-alert"
    return made

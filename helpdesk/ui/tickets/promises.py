"""What the requester reads of where it stands: the line of statuses, and the promises in words. Plain functions."""

from __future__ import annotations

from typing import TypedDict

from helpdesk.domain.enums import Status
from helpdesk.services.views import ClockView, StatusStep, TicketDetail
from helpdesk.ui.components.marks import STATUS_GLYPH
from helpdesk.ui.rows import iso, promised, worked
from helpdesk.ui.tickets.words import CLOCK_WORDS, listed


class Step(TypedDict):
    status: str
    glyph: str
    css: str
    at: str
    current: bool
    by_itself: bool  # `at` is still to come


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
    return [_step(step, order.index(step.status) - order.index(present), seen) for step in seen.steps]


def _step(step: StatusStep, distance: int, seen: TicketDetail) -> Step:
    current = distance == 0
    closing = seen.closes_at if step.status == Status.CLOSED and not step.at else None
    solved = step.status in {Status.RESOLVED, Status.CLOSED}
    if distance < 0:
        # Behind, but never reached: withdrawn before it was solved, resolved without being taken.
        css, glyph = ("done", "st-resolved") if step.at else ("todo", "st-none")
    elif current:
        css, glyph = ("now fin" if solved else "now"), STATUS_GLYPH[step.status]
    else:
        css, glyph = "todo", "st-none"
    return {
        "status": step.status,
        "glyph": glyph,
        "css": css,
        "at": iso(closing or step.at),
        "current": current,
        "by_itself": closing is not None,
    }


def promises(seen: TicketDetail) -> list[Promise]:
    """The clocks as the requester was promised them: an answer, then a solution."""
    sla = seen.ticket.sla
    found: list[Promise] = []
    if sla.first_response:
        found.append(_promise("first", "Answer", "First answer", sla.first_response))
    if sla.next_response and sla.next_response.met_at is None:
        found.append(_promise("next", "Next answer", "Next answer", sla.next_response))
    if sla.resolution:
        found.append(_promise("solve", "Solution", "Solved", sla.resolution))
    return found


def _promise(key: str, ahead: str, behind: str, clock: ClockView) -> Promise:
    made: Promise = {
        "key": key, "state": "ok", "glyph": "timer", "words": ahead, "due": "",
        "hint": f"promised within {promised(clock)}",
    }  # fmt: skip
    if clock.met_at:
        _met(made, behind, clock)
    elif clock.remaining_seconds is None:  # stopped all the same: withdrawn, merged
        made["words"], made["state"], made["glyph"] = f"{ahead} not needed any more", "paused", "circle-x"
        made["hint"] = ""
    elif clock.paused or clock.state == "paused":
        made["words"], made["state"], made["glyph"] = f"{ahead} paused", "paused", "circle-pause"
        made["hint"] += "; the clock stands still while this waits"
    else:
        made["words"], made["due"] = f"{ahead} due", iso(clock.due_at)
        if clock.breached:
            made["state"], made["glyph"] = "late", "circle-alert"
    return made


def _met(made: Promise, behind: str, clock: ClockView) -> None:
    """How long it took, in the time that the promise counts."""
    took = worked(clock.consumed_seconds) + (" of working time" if clock.business else "")
    made["words"] = f"{behind} after {took}"
    if clock.flagged:
        made["words"] = f"Answered with the solution after {took}"
    made["state"], made["glyph"] = "met", "circle-check"
    if clock.breached:
        made["state"], made["glyph"] = "late", "circle-alert"
        made["hint"] += ", we were late"


class Next(TypedDict):
    """The next escalation step; `at` "" is none. `breach_at` where that comes after it."""

    at: str
    words: str
    breach_at: str


NO_NEXT: Next = {"at": "", "words": "", "breach_at": ""}


def next_step(seen: TicketDetail) -> Next:
    """What the clocks do next, in a sentence: "at 75 % of the resolution Marcus Bell is told"."""
    step = seen.next_step
    if step is None or step.at is None:
        return NO_NEXT
    clock = CLOCK_WORDS.get(step.clock, step.clock).lower()
    told = f"{listed(step.tells)} {'is' if len(step.tells) == 1 else 'are'} told" if step.tells else ""
    if step.breach and step.at == step.due_at:
        words = f"the {clock} is breached" + (f", {told}" if told else "")
    else:
        words = (
            f"{_when(step.percent, step.offset_minutes)} the {clock}{' ' + told if told else ' is at risk'}"
        )
    return {
        "at": iso(step.at),
        "words": words,
        "breach_at": iso(step.due_at) if step.due_at and step.at < step.due_at else "",
    }


def _when(percent: int | None, offset_minutes: int | None) -> str:
    if percent is not None:
        return f"at {percent} % of"
    minutes = offset_minutes or 0
    return f"{worked(abs(minutes) * 60)} {'before' if minutes < 0 else 'after'} the end of"

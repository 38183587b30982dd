"""The transition table of a ticket (product rules §3). UI, API, bulk, mail and timers all go through it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from helpdesk.core.errors import Forbidden, TransitionRefused
from helpdesk.domain.enums import UNSOLVED, Status


class Move(StrEnum):
    """Why a status changes; the same pair of statuses may have several reasons with different rights."""

    ASSIGN = "assign"
    UNASSIGN = "unassign"
    START = "start"
    RESOLVE = "resolve"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    CONFIRM = "confirm"
    AUTO_CLOSE = "auto_close"
    REOPEN = "reopen"
    MERGE = "merge"


class Capacity(StrEnum):
    """In which capacity somebody acts on a ticket."""

    AGENT = "agent"
    ADMIN = "admin"
    REQUESTER = "requester"
    TIMER = "timer"


@dataclass(frozen=True, slots=True)
class Transition:
    move: Move
    sources: frozenset[Status]
    target: Status  # of a reopening: the status when it was started and the assignee is still there
    by: frozenset[Capacity]


_WORKERS = frozenset({Capacity.AGENT, Capacity.ADMIN})
_IN_HANDS = frozenset({Status.ASSIGNED, Status.IN_PROGRESS})
_DONE = frozenset({Status.RESOLVED, Status.CLOSED})

TRANSITIONS: tuple[Transition, ...] = (
    Transition(Move.ASSIGN, frozenset({Status.OPEN}), Status.ASSIGNED, _WORKERS | {Capacity.TIMER}),
    Transition(Move.UNASSIGN, _IN_HANDS, Status.OPEN, _WORKERS),
    Transition(Move.START, frozenset({Status.ASSIGNED}), Status.IN_PROGRESS, _WORKERS),
    Transition(Move.RESOLVE, UNSOLVED, Status.RESOLVED, _WORKERS),
    Transition(Move.WITHDRAW, UNSOLVED, Status.CLOSED, frozenset({Capacity.REQUESTER})),
    Transition(Move.CLOSE, UNSOLVED | {Status.RESOLVED}, Status.CLOSED, frozenset({Capacity.ADMIN})),
    Transition(Move.CONFIRM, frozenset({Status.RESOLVED}), Status.CLOSED, frozenset({Capacity.REQUESTER})),
    Transition(Move.AUTO_CLOSE, frozenset({Status.RESOLVED}), Status.CLOSED, frozenset({Capacity.TIMER})),
    Transition(Move.REOPEN, _DONE, Status.IN_PROGRESS, _WORKERS | {Capacity.REQUESTER}),
    Transition(Move.MERGE, UNSOLVED, Status.CLOSED, _WORKERS),
)

_BY_MOVE = {transition.move: transition for transition in TRANSITIONS}


def check(move: Move, source: Status, capacity: Capacity) -> Transition:
    """The transition for `move` out of `source`.

    Raises:
        Forbidden: the table gives this move to others.
        TransitionRefused: not out of this status; names the statuses that are reachable.
    """
    transition = _BY_MOVE[move]
    if source not in transition.sources:
        raise refused(source, transition.target, capacity)
    require_right(move, source, capacity)
    return transition


def require_right(move: Move, source: Status, capacity: Capacity) -> None:
    """Raises `Forbidden` where the table gives this move to others, whatever the status is now."""
    transition = _BY_MOVE[move]
    if capacity not in transition.by:
        raise Forbidden(f"{_who(transition)} can move a ticket from {source} to {transition.target}.")


def move_to(target: Status, source: Status, capacity: Capacity) -> Move:
    """The move behind `PUT …/status`, which takes `In Progress`, `Resolved` and `Closed` (product rules §7).

    Raises:
        TransitionRefused: no such move, also for `Open` and `Assigned`, which come from assigning.
    """
    if target is Status.IN_PROGRESS and source in _DONE:
        return Move.REOPEN
    move = {Status.IN_PROGRESS: Move.START, Status.RESOLVED: Move.RESOLVE, Status.CLOSED: Move.CLOSE}.get(
        target
    )
    if move is None:
        raise refused(source, target, capacity)
    return move


def reopened_status(started: bool, assignee_stays: bool) -> Status:
    """Where a reopened ticket goes: In Progress, Assigned if never started, Open if the assignee left."""
    if not assignee_stays:
        return Status.OPEN
    return Status.IN_PROGRESS if started else Status.ASSIGNED


def reachable(source: Status, capacity: Capacity) -> list[Status]:
    """The statuses that `capacity` can bring a ticket to from `source`, each once, in the order of life."""
    found = {
        t.target for t in TRANSITIONS if source in t.sources and capacity in t.by and t.move is not Move.MERGE
    }
    return [status for status in Status if status in found]


def refused(source: Status, target: Status, capacity: Capacity) -> TransitionRefused:
    """The 409 that names the allowed ones."""
    allowed = [str(status) for status in reachable(source, capacity)]
    ways = f"Possible from here: {', '.join(allowed)}." if allowed else "No change is possible from here."
    if target in {Status.OPEN, Status.ASSIGNED}:
        ways += " Open and Assigned come from assigning."
    return TransitionRefused(f"A ticket can't go from {source} to {target}. {ways}", allowed=allowed)


def _who(transition: Transition) -> str:
    names = {
        Capacity.AGENT: "agents",
        Capacity.ADMIN: "admins",
        Capacity.REQUESTER: "the requester",
        Capacity.TIMER: "the timer",
    }
    return "Only " + " and ".join(names[c] for c in Capacity if c in transition.by)

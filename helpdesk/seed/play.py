"""Plays the acts of all demo tickets in the order of time, with the timers running in between."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from helpdesk.core.clock import moved
from helpdesk.core.db import transaction
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Status
from helpdesk.models.sla import ticket_clocks
from helpdesk.seed.plot import Act
from helpdesk.services import attachments, sla, tickets
from helpdesk.services._commenting import write_comment
from helpdesk.services._lock import LockedTicket, lock
from helpdesk.services.tickets.create import cleaned_ticket, file_ticket
from helpdesk.services.tickets.edits import apply_update, cleaned_changes
from helpdesk.services.tickets.holds import apply_hold, cleaned_hold
from helpdesk.services.tickets.moves import apply_assign, apply_status, cleaned_status
from helpdesk.services.views import NewTicket

_TIMER_PERIOD = timedelta(seconds=10)
_MOVES_STEPS = frozenset(
    {"create", "comment", "hold", "resume", "resolve", "reopen", "update", "close", "steps", "end_holds"}
)


@dataclass(slots=True)
class Stage:
    """What the acts need to know of the company: actors by e-mail address, places by name."""

    actors: Mapping[str, Actor]
    places: Mapping[tuple[str, str, str], tuple[int, int, int]]
    ids: dict[int, int] = field(default_factory=dict[int, int])  # of the tickets, by the number of their plot
    _next_step: dict[int, datetime | None] = field(default_factory=dict[int, datetime | None])
    _order: Iterator[int] = field(default_factory=itertools.count)
    _heap: list[tuple[datetime, int, int, Act]] = field(default_factory=list[tuple[datetime, int, int, Act]])

    def play(self, plots: Sequence[list[Act]], since: datetime | None, until: datetime) -> None:
        """Do everything that happens after `since` (None: from the beginning) and before `until`."""
        for ticket, acts in enumerate(plots):
            for act in acts:
                if since is None or act.at > since:
                    self._push(ticket, act)
        for ticket in self.ids:
            self._plan_steps(ticket)
        while self._heap and self._heap[0][0] < until:
            at, _, ticket, act = heapq.heappop(self._heap)
            with moved(at):
                self._do(ticket, act)

    def _push(self, ticket: int, act: Act) -> None:
        heapq.heappush(self._heap, (act.at, next(self._order), ticket, act))

    def _do(self, ticket: int, act: Act) -> None:
        if act.verb == "steps" and self._next_step[ticket] != act.args["due"]:
            return  # something has happened since that moved the step
        if act.by is None:
            _TIMERS[act.verb]()
        elif act.verb == "create":
            self.ids[ticket] = self._create(self.actors[act.by.email], act.args)
        else:
            self._change(self.ids[ticket], self.actors[act.by.email], act)
        if act.verb == "hold" and act.args["until"] is not None:
            self._push(ticket, Act(act.args["until"] + _TIMER_PERIOD / 2, "end_holds"))
        if act.verb in _MOVES_STEPS:
            self._plan_steps(ticket)

    def _change(self, ticket_id: int, actor: Actor, act: Act) -> None:
        """Each verb as its service does it, without reading the whole ticket back for nobody."""
        if act.verb in _REQUESTER_VERBS:
            _REQUESTER_VERBS[act.verb](actor, ticket_id, **act.args)
            return
        with _quick_transaction() as s:
            _VERBS[act.verb](self, s, actor, lock(s, actor, ticket_id), act.args)

    def _plan_steps(self, ticket: int) -> None:
        """The timers look at this ticket's clocks when its next step is due, as they would have."""
        clock = ticket_clocks.c
        with transaction() as s:
            due = s.scalar(select(func.min(clock.next_step_at)).where(clock.ticket_id == self.ids[ticket]))
        if due is not None and due != self._next_step.get(ticket):
            self._push(ticket, Act(due + _TIMER_PERIOD / 2, "steps", args={"due": due}))
        self._next_step[ticket] = due

    def _create(self, actor: Actor, args: Mapping[str, Any]) -> int:
        group, category, subcategory = self.places[args["place"]]
        new = NewTicket(
            group_id=group,
            category_id=category,
            subcategory_id=subcategory,
            title=args["title"],
            description=args["description"],
            priority=args["priority"],
            requested_for=self.id_of(args["requested_for"]),
            watchers=tuple(self.actors[email].user_id for email in args["watchers"]),
            upload_ids=tuple(
                attachments.store_upload(actor, name, BytesIO(file)).id for name, file in args["files"]
            ),
        )
        with _quick_transaction() as s:
            return file_ticket(s, actor, cleaned_ticket(actor, new))

    def id_of(self, email: str | None) -> int | None:
        return None if email is None else self.actors[email].user_id


@contextmanager
def _quick_transaction() -> Iterator[Session]:
    """One that does not wait for the disk: what a crash of the machine takes back is made again by the next start."""
    with transaction() as s:
        s.execute(text("SET LOCAL synchronous_commit TO off"))
        yield s


def _assign(stage: Stage, s: Session, actor: Actor, locked: LockedTicket, args: Mapping[str, Any]) -> None:
    assignee = stage.id_of(args.get("assignee")) or actor.user_id
    apply_assign(s, actor, locked, assignee)


def _comment(_: Stage, s: Session, actor: Actor, locked: LockedTicket, args: Mapping[str, Any]) -> None:
    write_comment(s, actor, locked, args["message"])


def _note(_: Stage, s: Session, actor: Actor, locked: LockedTicket, args: Mapping[str, Any]) -> None:
    write_comment(s, actor, locked, args["message"], is_internal=True)


def _hold(_: Stage, s: Session, actor: Actor, locked: LockedTicket, args: Mapping[str, Any]) -> None:
    apply_hold(s, actor, locked, *cleaned_hold(args.get("reason"), args.get("until")))


def _resolve(_: Stage, s: Session, actor: Actor, locked: LockedTicket, args: Mapping[str, Any]) -> None:
    apply_status(s, actor, locked, *cleaned_status(str(Status.RESOLVED), args["code"], args["text"]))


def _update(_: Stage, s: Session, actor: Actor, locked: LockedTicket, args: Mapping[str, Any]) -> None:
    apply_update(s, actor, locked, cleaned_changes(args["changes"]))


_VERBS: dict[str, Callable[[Stage, Session, Actor, LockedTicket, Mapping[str, Any]], None]] = {
    "take": _assign,
    "assign": _assign,
    "comment": _comment,
    "note": _note,
    "hold": _hold,
    "resume": _hold,
    "resolve": _resolve,
    "update": _update,
}
_REQUESTER_VERBS: dict[str, Callable[..., object]] = {
    "close": tickets.close,
    "reopen": tickets.reopen,
    "rate": tickets.rate,
}
_TIMERS: dict[str, Callable[[], int]] = {
    "steps": sla.sweep_steps,
    "end_holds": sla.sweep_holds,
    "auto_close": sla.sweep_auto_close,
}

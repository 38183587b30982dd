"""What a viewer can do with a ticket now: for buttons only; every service decides again."""

from __future__ import annotations

from helpdesk.domain.access import Actor, TicketFacts
from helpdesk.domain.enums import UNSOLVED, Role, Status, View
from helpdesk.domain.lifecycle import Capacity, reachable
from helpdesk.services.views import Abilities

_IN_HANDS = frozenset({Status.ASSIGNED, Status.IN_PROGRESS})
_BY_ASSIGNING = frozenset({Status.OPEN, Status.ASSIGNED})


def capacity_of(actor: Actor) -> Capacity:
    """In which capacity somebody with the staff's view acts."""
    if actor.role is Role.SYSTEM:
        return Capacity.TIMER
    return Capacity.ADMIN if actor.role is Role.ADMIN else Capacity.AGENT


def abilities(actor: Actor, ticket: TicketFacts, status: Status, view: View) -> Abilities:
    unsolved, closed = status in UNSOLVED, status is Status.CLOSED
    requester = actor.user_id == ticket.requested_for and actor.user_id != ticket.assigned_to
    works = view is View.STAFF and actor.may_work
    requester_side = actor.user_id in {ticket.created_by, ticket.requested_for} | ticket.watcher_ids
    return Abilities(
        reply=not closed and (works or requester_side),
        note=works,
        assign=works and unsolved,
        take=works
        and status is Status.OPEN
        and (not ticket.restricted or ticket.group_id in actor.group_ids),
        set_hold=works and status in _IN_HANDS,
        edit=works and not closed,
        confirm=requester and status is Status.RESOLVED,
        withdraw=requester and unsolved,
        reopen=requester and not unsolved,
        rate=requester and not unsolved,
        watch=works or (actor.user_id in {ticket.created_by, ticket.requested_for} and not ticket.restricted),
        statuses=_statuses(actor, status) if works else (),
    )


def _statuses(actor: Actor, status: Status) -> tuple[str, ...]:
    return tuple(str(one) for one in reachable(status, capacity_of(actor)) if one not in _BY_ASSIGNING)

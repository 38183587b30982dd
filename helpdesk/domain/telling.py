"""Who may be told of what by which channel, and what a person decides about it (product rules §5).

Everything is on until a person switches it off. What waits for that very person can't be switched off in the bell: a
solution to confirm, and a ticket that was given to them.
"""

from __future__ import annotations

from helpdesk.domain.enums import Channel, NotificationEvent, Role

STAFF_EVENTS = frozenset({
    NotificationEvent.INTERNAL_NOTE, NotificationEvent.SLA_WARNING, NotificationEvent.SLA_BREACH,
})  # fmt: skip
"""What only those may know who see the ticket as staff."""

LOCKED = frozenset({
    (NotificationEvent.RESOLVED, Channel.IN_APP),
    (NotificationEvent.ASSIGNED, Channel.IN_APP),
})  # fmt: skip
"""Always on."""

_REQUESTER = (
    NotificationEvent.TICKET_RECEIPT,
    NotificationEvent.PUBLIC_COMMENT,
    NotificationEvent.STATUS_CHANGED,
    NotificationEvent.HOLD_STARTED,
    NotificationEvent.HOLD_ENDED,
    NotificationEvent.RESOLVED,
    NotificationEvent.CLOSED,
)
_READER = (
    NotificationEvent.TICKET_CREATED,
    NotificationEvent.INTERNAL_NOTE,
    NotificationEvent.SLA_WARNING,
    NotificationEvent.SLA_BREACH,
)
_WORKER = (
    NotificationEvent.ASSIGNED,
    NotificationEvent.UNASSIGNED,
    NotificationEvent.REOPENED,
    *_READER,
)
_OFFERED = {
    Role.CLIENT: _REQUESTER,
    Role.MANAGER: _READER + _REQUESTER,
    Role.AGENT: _WORKER + _REQUESTER,
    Role.ADMIN: _WORKER + _REQUESTER,
}


def offered(role: Role) -> tuple[NotificationEvent, ...]:
    """The events that can reach somebody of this role, in the order in which they are shown."""
    return _OFFERED.get(role, ())


def is_locked(event: NotificationEvent, channel: Channel) -> bool:
    """Whether nobody can switch this off."""
    return (event, channel) in LOCKED

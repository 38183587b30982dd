"""Reading one ticket."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from helpdesk.core.db import transaction
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Role
from helpdesk.models.ticket import tickets
from helpdesk.models.tree import groups
from helpdesk.services import _text
from helpdesk.services._audit import audit
from helpdesk.services._detail import detail
from helpdesk.services._lock import clean_key
from helpdesk.services._scope import scope_params, visible_as
from helpdesk.services.views import TicketDetail, Window

_PARTS = frozenset({"all", "conversation", "internal", "changes"})
_MOST_ENTRIES = 200


def get(actor: Actor, key: object, window: Window | None = None) -> TicketDetail:
    """A ticket by its id or number, with the staff's eyes where the actor has them, else the requester's.

    An admin's look into a restricted group that they don't belong to is audited. A page that shows a part of the
    timeline asks for a `window` of it; without one it is whole, up to 2,000 entries of each kind.

    Raises:
        NotFound: not visible. Invalid: an id out of range, or no such window.
    """
    if window is not None:
        _check(window)
    with transaction() as s:
        shown = detail(s, actor, clean_key(key), window=window)
        if actor.role is Role.ADMIN and shown.ticket.group.id not in actor.group_ids:
            _audit_restricted(s, actor, shown)
        return shown


def _check(window: Window) -> None:
    if window.part not in _PARTS:
        raise Invalid.at("part", f"One of {', '.join(sorted(_PARTS))}.")
    _text.clean_number("most", window.most, 1, _MOST_ENTRIES)
    if window.before is not None:
        _text.clean_when("before", window.before)


def find(s: Session, actor: Actor, key: object) -> int:
    """The id of a visible ticket. Raises `NotFound`, or `Invalid` for an id out of range."""
    wanted = clean_key(key)
    statement = _id(actor.role, number=isinstance(wanted, str))
    ticket_id = s.scalar(statement, {"wanted": wanted, **scope_params(actor)})
    if ticket_id is None:
        raise NotFound("There is no such ticket.")
    return int(ticket_id)


@cache
def _id(role: Role, *, number: bool) -> Select[int]:
    key = tickets.c.ticket_no if number else tickets.c.id
    return select(tickets.c.id).where(key == bindparam("wanted"), visible_as(role))


_RESTRICTED = select(groups.c.restricted).where(groups.c.id == bindparam("group"))


def _audit_restricted(s: Session, actor: Actor, shown: TicketDetail) -> None:
    if s.scalar(_RESTRICTED, {"group": shown.ticket.group.id}):
        audit(s, actor, "restricted_ticket_read", "ticket", shown.ticket.id)

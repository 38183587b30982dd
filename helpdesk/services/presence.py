"""Who else has a ticket open: for the helpdesk alone. The requester's side may be seen by it, and sees nobody."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Select, bindparam, select

from helpdesk.core.db import transaction
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Doing, Role
from helpdesk.integrations import live, presence
from helpdesk.models.ticket import tickets
from helpdesk.services import _rows, _text
from helpdesk.services._lock import clean_key
from helpdesk.services._scope import in_staff_scope_as, scope_params, visible_as
from helpdesk.services.views import PresenceView

_MOST = 50


def here(actor: Actor, key: object) -> tuple[PresenceView, ...]:
    """The others who have the ticket open now; always none for somebody who sees it as its requester.

    Raises:
        NotFound: the actor sees no such ticket.
    """
    ticket_id, staff = _seen(actor, key)
    return _others(actor, ticket_id) if staff else ()


def be(actor: Actor, key: object, doing: str) -> tuple[PresenceView, ...]:
    """Say that the actor has the ticket open and is `doing` (a `Doing` value) something; returns what `here` does.

    It holds for 35 seconds, typing for 12; then it has to be said again.

    Raises:
        Invalid (also a note by somebody who can't write one), NotFound.
        Forbidden: a note on a ticket that the actor sees as its requester.
    """
    what = _text.clean_enum("doing", doing, Doing)
    if what is Doing.NOTING and not actor.may_work:
        raise Invalid.at("doing", "Only the helpdesk writes internal notes.")
    ticket_id, staff = _seen(actor, key)
    if what is Doing.NOTING and not staff:
        raise Forbidden("You see this ticket as its requester, so you can't write internal notes.")
    if presence.note(ticket_id, actor.user_id, what):
        live.publish([f"presence:{ticket_id}"])
    return _others(actor, ticket_id) if staff else ()


def _seen(actor: Actor, key: object) -> tuple[int, bool]:
    """The ticket's id, and whether the actor sees it as staff."""
    with transaction() as s:
        wanted = clean_key(key)
        statement = _sight(actor.role, number=isinstance(wanted, str))
        row = s.execute(statement, {"wanted": wanted, **scope_params(actor)}).first()
    if row is None:
        raise NotFound("There is no such ticket.")
    return row.id, row.staff


@cache
def _sight(role: Role, *, number: bool) -> Select[int, bool]:
    key = tickets.c.ticket_no if number else tickets.c.id
    staff = in_staff_scope_as(role).label("staff")
    return select(tickets.c.id, staff).where(key == bindparam("wanted"), visible_as(role))


def _others(actor: Actor, ticket_id: int) -> tuple[PresenceView, ...]:
    found = {
        person: doing for person, doing in presence.present(ticket_id).items() if person != actor.user_id
    }
    if not found:
        return ()
    with transaction() as s:
        persons = _rows.people(s, actor, sorted(found)[:_MOST])
    busy = sorted(persons.values(), key=lambda one: (found[one.id] is Doing.LOOKING, one.name, one.id))
    return tuple(PresenceView(one, str(found[one.id])) for one in busy)

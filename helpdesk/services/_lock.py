"""Finding and locking a ticket as somebody: the only way to get one is to ask for it with an actor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from helpdesk.core.clock import moved_to
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.domain.access import Actor, TicketFacts, view_of
from helpdesk.domain.enums import EventKind, NotificationEvent, Role, Source, View
from helpdesk.domain.queues import touched
from helpdesk.models.person import roles, users
from helpdesk.models.ticket import ticket_holds, ticket_watchers, tickets
from helpdesk.models.tree import categories, groups, subcategories
from helpdesk.services._notify import Notice
from helpdesk.services._placed import PLACED
from helpdesk.services._record import TicketWork
from helpdesk.services._scope import scope_params, visible_as

_COLUMNS = [column for column in tickets.c if column.name not in {"words", "priority_rank"}]
MAX_ID = 2**63 - 1
_LONGEST_NUMBER = 50
_HOLD = ("id", "reason", "since", "until")
_NAMES = ("group_name", "category_name", "subcategory_name")
_NOW = select(func.clock_timestamp())
_SYSTEM = (
    select(users.c.id).join(roles, roles.c.id == users.c.role_id).where(roles.c.name == str(Role.SYSTEM))
)
_CLOSE_HOLD = (
    ticket_holds.update()
    .where(ticket_holds.c.id == bindparam("hold_id"))
    .values(ended_at=bindparam("at"), ended_by=bindparam("by"))
)


@dataclass(slots=True)
class LockedTicket:
    """A ticket row held by this transaction, and what the rules need to know around it."""

    row: dict[str, Any]
    restricted: bool
    path: str
    watcher_ids: frozenset[int]
    at: datetime  # after the lock: the database's clock, or the moved one
    view: View
    hold: Mapping[str, Any] | None = None  # its `_HOLD` columns
    hold_ran_out: bool = False  # found over, and ended, by this very act
    staff_watcher_ids: frozenset[int] = field(default_factory=frozenset[int])

    @property
    def facts(self) -> TicketFacts:
        return TicketFacts(
            group_id=self.row["group_id"],
            restricted=self.restricted,
            created_by=self.row["created_by"],
            requested_for=self.row["requested_for"],
            assigned_to=self.row["assigned_to"],
            watcher_ids=self.watcher_ids,
        )

    @property
    def requester_side(self) -> tuple[int, ...]:
        """Creator and requester: both count as "creator" for notifications."""
        return tuple(dict.fromkeys((self.row["requested_for"], self.row["created_by"])))

    @property
    def audience(self) -> frozenset[int]:
        return frozenset(self.requester_side) | self.watcher_ids

    def work(self, s: Session, actor: Actor) -> TicketWork:
        """Begin a change of this ticket by `actor`."""
        queues = touched(self.row["group_id"], self.restricted)
        return TicketWork(s, actor, self.row, self.at, self.path, queues, self.audience)

    def require_staff_view(self) -> None:
        """Raises `Forbidden` for somebody who sees the ticket as its requester only."""
        if self.view is not View.STAFF:
            raise Forbidden("You see this ticket as its requester, not as its agent.")


def key_condition(key: object) -> ColumnElement[bool]:
    """A ticket by what `clean_key` takes. Raises as it does."""
    cleaned = clean_key(key)
    return tickets.c.id == cleaned if isinstance(cleaned, int) else tickets.c.ticket_no == cleaned


def clean_key(key: object) -> int | str:
    """A ticket's id (from a number or bare digits), or its number (in any case) as it is stored.

    Raises:
        Invalid: an id out of range.
        NotFound: neither an id nor anything like a number.
    """
    if isinstance(key, str) and key.isascii() and key.isdigit():
        key = int(key)
    if isinstance(key, int) and not isinstance(key, bool):
        if not 1 <= key <= MAX_ID:
            raise Invalid.at("id", "A ticket id is a whole number from 1 to 9223372036854775807.")
        return key
    if (
        isinstance(key, str)
        and 0 < len(key) <= _LONGEST_NUMBER
        and key.replace("-", "").isalnum()
        and key.isascii()
    ):
        return key.upper()
    raise NotFound("There is no such ticket.")


def lock(s: Session, actor: Actor, key: object) -> LockedTicket:
    """Lock a ticket that `actor` can see. A hold that has run out is ended first, at its own moment.

    Raises:
        NotFound: there is none that the actor may know of.
    """
    # Locked by id alone, then read: who waits for a lock sees the joined rows of before, and a ticket that was moved
    # meanwhile would fit none of them.
    cleaned = clean_key(key)
    column = "id" if isinstance(cleaned, int) else "ticket_no"
    scope = scope_params(actor)
    ticket_id = s.scalar(_locking(actor.role, column), {"key": cleaned, **scope})
    found = None
    if ticket_id is not None:
        found = s.execute(_reading(actor.role), {"key": ticket_id, **scope}).mappings().first()
    if found is None:
        raise NotFound("There is no such ticket.")
    locked = _locked(actor, dict(found))
    if locked.hold is not None and locked.hold["until"] is not None and locked.hold["until"] <= locked.at:
        end_hold_by_itself(s, locked)
        locked.hold_ran_out = True
    return locked


@cache
def _locking(role: Role, column: str) -> Select[tuple[int]]:
    wanted = select(tickets.c.id).where(tickets.c[column] == bindparam("key"), visible_as(role))
    return select(tickets.c.id).where(tickets.c.id == wanted.scalar_subquery()).with_for_update()


@cache
def _reading(role: Role) -> Select[Any]:
    """The row with its place, who watches it, its open hold and the moment."""
    h = ticket_holds.c
    return (
        select(
            *_COLUMNS,
            groups.c.restricted,
            groups.c.name.label("group_name"),
            categories.c.name.label("category_name"),
            subcategories.c.name.label("subcategory_name"),
            _watching().label("watcher_ids"),
            _watching(ticket_watchers.c.by_staff).label("staff_watcher_ids"),
            *(h[name].label(f"hold_{name}") for name in _HOLD),
            func.clock_timestamp().label("moment"),
        )
        .select_from(PLACED)
        .outerjoin(ticket_holds, and_(h.ticket_id == tickets.c.id, h.ended_at.is_(None)))
        .where(tickets.c.id == bindparam("key"), visible_as(role))
    )


def _watching(*which: ColumnElement[bool]) -> ColumnElement[Any]:
    w = ticket_watchers.c
    people = select(w.user_id).where(w.ticket_id == tickets.c.id, *which).correlate(tickets)
    return func.array(people.scalar_subquery(), type_=ARRAY(BigInteger))


def _locked(actor: Actor, found: dict[str, Any]) -> LockedTicket:
    names = [found.pop(name) for name in _NAMES]
    restricted, read_at = found.pop("restricted"), found.pop("moment")
    watcher_ids, staff_watcher_ids = found.pop("watcher_ids"), found.pop("staff_watcher_ids")
    hold = {name: found.pop(f"hold_{name}") for name in _HOLD}
    locked = LockedTicket(
        row=found,
        restricted=restricted,
        path=path_of(names),
        watcher_ids=frozenset(watcher_ids),
        staff_watcher_ids=frozenset(staff_watcher_ids),
        at=moved_to() or read_at,
        view=View.STAFF,
        hold=None if hold["id"] is None else hold,
    )
    view = view_of(actor, locked.facts)
    if view is None:
        raise NotFound("There is no such ticket.")
    locked.view = view
    return locked


def path_of(names: list[str | None]) -> str:
    return " › ".join(name for name in names if name)


def moment(s: Session) -> datetime:
    """The act's moment: the database's clock now (not the transaction's start), or the moved clock."""
    moved = moved_to()
    if moved is not None:
        return moved
    now: datetime = s.scalars(_NOW).one()
    return now


def end_hold_by_itself(s: Session, locked: LockedTicket) -> None:
    """A hold with an end is over at that moment, however late somebody looks."""
    assert locked.hold is not None  # noqa: S101
    until: datetime = locked.hold["until"]
    work = locked.work(s, system_actor(s, Source.TIMER))
    # the requester reads when it ended, never when somebody came by: that may have been for a note
    work.at = max(until, locked.hold["since"])
    work.put(staff_updated_at=max(locked.at, locked.row["staff_updated_at"]))
    close_hold(s, locked, work, until)
    work.event(EventKind.HOLD_ENDED, hold_notice(locked, NotificationEvent.HOLD_ENDED))
    work.flush()


def close_hold(s: Session, locked: LockedTicket, work: TicketWork, at: datetime) -> None:
    """End the open hold's row and say so in the history; the event is the caller's, who knows the cause."""
    assert locked.hold is not None  # noqa: S101
    ended = {"at": max(at, locked.hold["since"]), "by": work.actor.user_id}
    s.execute(_CLOSE_HOLD, {"hold_id": locked.hold["id"], **ended})
    work.put(held_until=None)
    work.log("hold", locked.hold["reason"], None)
    locked.hold = None


def hold_notice(locked: LockedTicket, event: NotificationEvent, reason: str | None = None) -> Notice:
    people = (*locked.requester_side, *sorted(locked.watcher_ids))
    return Notice(event, people, data={"reason": reason} if reason else {})


def system_actor(s: Session, source: Source) -> Actor:
    """The hidden user that acts for rules and timers."""
    return Actor(user_id=s.scalars(_SYSTEM).one(), role=Role.SYSTEM, source=source, name="Helpdesk")

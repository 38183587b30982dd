"""Editing a ticket's fields and its watchers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from helpdesk.core.db import transaction
from helpdesk.core.errors import Conflict, Forbidden, Invalid
from helpdesk.domain.access import Actor, require_worker
from helpdesk.domain.enums import EventKind, NotificationEvent, Priority, Status, View, Visibility
from helpdesk.domain.queues import touched
from helpdesk.models.person import users
from helpdesk.models.ticket import ticket_watchers
from helpdesk.services import _clocks, _place, _text
from helpdesk.services._detail import detail
from helpdesk.services._lock import LockedTicket, lock
from helpdesk.services._notify import Notice, group_audience
from helpdesk.services._record import TicketWork
from helpdesk.services._stale import require_version
from helpdesk.services.tickets.create import MAX_DESCRIPTION, MAX_TITLE, MAX_WATCHERS
from helpdesk.services.tickets.moves import put_back
from helpdesk.services.views import TicketDetail

_DEPARTMENT = select(users.c.department).where(users.c.id == bindparam("person"))
_UNWATCH = delete(ticket_watchers).where(
    ticket_watchers.c.ticket_id == bindparam("ticket"),
    ticket_watchers.c.user_id == func.any(bindparam("people", type_=ARRAY(BigInteger))),
)
_INSERT = insert(ticket_watchers)
_WATCH = _INSERT.on_conflict_do_update(
    index_elements=["ticket_id", "user_id"], set_={"by_staff": _INSERT.excluded.by_staff}
)
_PLACE = ("group_id", "category_id", "subcategory_id")
EDITABLE = frozenset({"priority", "title", "description", "impact", "urgency", *_PLACE})


def update(actor: Actor, key: object, changes: Mapping[str, Any], version: int) -> TicketDetail:
    """Change fields of a ticket: those in `changes`, of `EDITABLE`. The same values write nothing.

    A new group without a category clears the category; an assignee who can't work the new group's tickets loses the
    ticket. A new priority or place may select another SLA policy: consumed time stays, the target changes.

    Raises:
        Invalid, NotFound, Forbidden, StaleVersion, Conflict (a closed ticket).
    """
    require_worker(actor)
    cleaned = cleaned_changes(changes)
    version = _text.clean_number("version", version, 0, 2**31 - 1)
    with transaction() as s:
        locked = lock(s, actor, key)
        locked.require_staff_view()
        if _differs(locked.row, cleaned):
            require_version(s, actor, locked, version)
            apply_update(s, actor, locked, cleaned)
        return detail(s, actor, locked.row["id"], View.STAFF)


def cleaned_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an edit, each checked.

    Raises:
        Invalid: unknown field or bad value.
    """
    for name in changes:
        if name not in EDITABLE:
            raise Invalid.at(str(name), "This field can't be changed here.")
    found: dict[str, Any] = {}
    for name, value in changes.items():
        if name == "priority":
            found[name] = str(_text.clean_enum(name, value, Priority))
        elif name == "title":
            found[name] = _text.clean_line(name, value, MAX_TITLE)
        elif name == "description":
            found[name] = _text.clean_text(name, value, MAX_DESCRIPTION, required=False)
        elif name in {"impact", "urgency"}:
            found[name] = None if value is None else _text.clean_number(name, value, 1, 3)
        elif name == "group_id":
            found[name] = _text.clean_id(name, value)
        else:
            found[name] = _text.clean_optional_id(name, value)
    return found


def apply_update(s: Session, actor: Actor, locked: LockedTicket, changes: Mapping[str, Any]) -> bool:
    """Edit a locked ticket; False where nothing changes."""
    if not _differs(locked.row, changes):
        return False
    if Status(locked.row["status"]) is Status.CLOSED:
        raise Conflict("A closed ticket is not edited. Reopen it first.")
    work = locked.work(s, actor)
    edited = [work.set(n, changes[n]) for n in ("title", "description", "impact", "urgency") if n in changes]
    if any(edited):
        work.event(EventKind.EDITED)
    prioritised = "priority" in changes and work.set("priority", changes["priority"])
    moved = any(name in changes for name in _PLACE) and _move(s, locked, work, changes)
    if prioritised or moved:
        _select_policy(s, locked, work)
        if prioritised:
            work.event(EventKind.PRIORITY_CHANGED, data={"priority": locked.row["priority"]})
        if moved:
            _tell_of_move(s, locked, work, moved)
    work.flush()
    return True


def _differs(row: Mapping[str, Any], changes: Mapping[str, Any]) -> bool:
    return any(row[name] != value for name, value in changes.items())


def _move(s: Session, locked: LockedTicket, work: TicketWork, changes: Mapping[str, Any]) -> str | None:
    """Put the ticket at another place of the tree; returns "group" or "category" for what changed."""
    row = locked.row
    group_id = changes.get("group_id", row["group_id"])
    same_group = group_id == row["group_id"]
    category_id = changes.get("category_id", row["category_id"] if same_group else None)
    same_category = same_group and category_id == row["category_id"]
    subcategory_id = changes.get("subcategory_id", row["subcategory_id"] if same_category else None)
    if (group_id, category_id, subcategory_id) == tuple(row[name] for name in _PLACE):
        return None
    place = _place.choose(s, group_id, category_id, subcategory_id)
    for name, value in zip(_PLACE, (group_id, category_id, subcategory_id), strict=True):
        work.set(name, value)
    work.path = locked.path = place.path
    locked.restricted = place.restricted
    # it leaves the lists of the one, and comes into the other's
    work.queues |= touched(group_id, place.restricted)
    return "category" if same_group else "group"


def _select_policy(s: Session, locked: LockedTicket, work: TicketWork) -> None:
    row = locked.row
    place = _place.choose(s, row["group_id"], row["category_id"], row["subcategory_id"], archived_ok=True)
    department = s.scalar(_DEPARTMENT, {"person": row["requested_for"]})
    facts = {name: row[name] for name in (*_PLACE, "priority")}
    version = _clocks.policy_for(s, facts | {"department": department, "own_policy_id": place.policy_id})
    if not _clocks.same_policy(
        s, version, row["policy_version_id"]
    ):  # an edit of a policy is for an admin to apply
        work.log("policy_version_id", str(row["policy_version_id"]), str(version), Visibility.STAFF)
        work.put(policy_version_id=version)


def _tell_of_move(s: Session, locked: LockedTicket, work: TicketWork, moved: str) -> None:
    """A new group learns of the ticket like of a new one; an assignee who can't work it there loses it."""
    row = locked.row
    notices: list[Notice] = []
    if moved == "group":
        members, address = group_audience(s, row["group_id"])
        notices.append(Notice(NotificationEvent.TICKET_CREATED, members, address, data={"moved": True}))
    work.event(EventKind.CATEGORY_CHANGED, *notices, data={"path": work.path})
    assignee = row["assigned_to"]
    if assignee is None or _place.assignable(s, row["group_id"], locked.restricted, assignee):
        return
    if Status(row["status"]) is Status.RESOLVED:
        return
    put_back(s, locked, work)


def set_watchers(actor: Actor, key: object, user_ids: list[int] | tuple[int, ...]) -> TicketDetail:
    """Make exactly these people the watchers. Requester and staff add and remove; anybody removes themselves.

    Whom staff added is the staff's affair: others don't see them (but for themselves), so their list leaves them in.

    Raises:
        Invalid, NotFound, Forbidden (not theirs to change, or adding in a restricted group without being its staff).
    """
    wanted = frozenset(_text.clean_ids("user_ids", user_ids, MAX_WATCHERS))
    with transaction() as s:
        locked = lock(s, actor, key)
        shown = locked.watcher_ids
        if locked.view is not View.STAFF:
            shown -= locked.staff_watcher_ids - {actor.user_id}
        added, removed = wanted - shown, shown - wanted
        _require_may_watch(actor, locked, added, removed)
        for person in sorted(added):
            _place.require_person(s, "user_ids", person)
        if added or removed:
            _write_watchers(s, actor, locked, added, removed)
        return detail(
            s, actor, locked.row["id"], locked.view
        )  # also to somebody whose sight has ended by this


def _require_may_watch(
    actor: Actor, locked: LockedTicket, added: frozenset[int], removed: frozenset[int]
) -> None:
    staff = locked.view is View.STAFF and actor.may_work
    requester = actor.user_id in locked.requester_side
    if added and locked.restricted and not staff:
        raise Forbidden("In this group only its staff adds watchers.")
    if not (staff or requester) and (added or removed - {actor.user_id}):
        raise Forbidden("Only the requester and the helpdesk change who watches.")


def _write_watchers(
    s: Session, actor: Actor, locked: LockedTicket, added: frozenset[int], removed: frozenset[int]
) -> None:
    """The requester's version and times don't count a watcher whom staff added."""
    staff = locked.view is View.STAFF and actor.user_id not in locked.requester_side
    hidden = staff and not (removed - locked.staff_watcher_ids)
    visibility = Visibility.STAFF if hidden else Visibility.PUBLIC
    work = locked.work(s, actor)
    if removed:
        s.execute(_UNWATCH, {"ticket": locked.row["id"], "people": sorted(removed)})
    if added:
        base = {
            "ticket_id": locked.row["id"],
            "added_by": actor.user_id,
            "by_staff": staff,
            "created_at": locked.at,
        }
        s.execute(_WATCH, [base | {"user_id": person} for person in sorted(added)])
    for person in sorted(removed):
        work.log("watcher", str(person), None, visibility)
    for person in sorted(added):
        work.log("watcher", None, str(person), visibility)
    work.touched = added | removed
    work.event(EventKind.WATCHERS_CHANGED, visibility=visibility)
    work.flush()

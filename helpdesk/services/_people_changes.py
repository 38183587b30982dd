"""Writing changes of a person, inside somebody's transaction."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpdesk.core import clock
from helpdesk.core.db import after_commit
from helpdesk.core.errors import Conflict, FieldError, NotFound
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Role
from helpdesk.integrations import live
from helpdesk.models.person import roles, users
from helpdesk.models.tree import group_members
from helpdesk.services._audit import audit
from helpdesk.services._people_rows import address_taken, check_groups_exist, role_id, user_rows
from helpdesk.services._session_rows import end_access

COLUMNS = ("name", "email", "department", "location", "is_active", "time_zone", "locale")


def lock_admins(s: Session) -> None:
    """Two admins who demote each other at once queue here, so that one of them stays."""
    s.execute(
        select(users.c.id)
        .join(roles)
        .where(roles.c.name == Role.ADMIN, users.c.is_active)
        .order_by(users.c.id)
        .with_for_update(of=users)
    ).all()


def locked_person(s: Session, user_id: int) -> Row[Any]:
    s.execute(select(users.c.id).where(users.c.id == user_id).with_for_update()).first()
    row = s.execute(user_rows().where(users.c.id == user_id)).first()
    if row is None:
        raise NotFound()
    return row


def old_value(before: Row[Any], name: str) -> Any:
    return tuple(before.group_ids) if name == "group_ids" else getattr(before, name)


def keep_one_admin(s: Session, before: Row[Any], role: Role, is_active: bool) -> None:
    if before.role != Role.ADMIN or not before.is_active or (role is Role.ADMIN and is_active):
        return
    others = s.scalar(
        select(func.count())
        .select_from(users.join(roles))
        .where(roles.c.name == Role.ADMIN, users.c.is_active, users.c.id != before.id)
    )
    if not others:
        field = "role" if role is not Role.ADMIN else "is_active"
        message = "This is the last active admin: make somebody else an admin first."
        raise Conflict(message, errors=[FieldError(field, message)])


def write_changes(s: Session, actor: Actor, before: Row[Any], changed: dict[str, Any]) -> None:
    columns = {name: changed[name] for name in (*COLUMNS, "password_hash") if name in changed}
    if "role" in changed:
        columns["role_id"] = role_id(s, changed["role"])
    try:
        with s.begin_nested():
            s.execute(update(users).where(users.c.id == before.id).values(**columns, updated_at=clock.now()))
    except IntegrityError:
        raise address_taken() from None
    if "group_ids" in changed:
        check_groups_exist(s, changed["group_ids"])
        set_groups(s, before.id, changed["group_ids"])
    data: dict[str, Any] = {
        name: {"old": _plain(old_value(before, name)), "new": _plain(new)}
        for name, new in changed.items()
        if name != "password_hash"
    }
    if changed.get("is_active") is False:
        data["sessions_ended"] = end_access(s, before.id)
    elif "password_hash" in changed:
        keep = actor.session_id if actor.user_id == before.id else None
        data["password_set"] = True
        data["sessions_ended"] = end_access(s, before.id, keep)
    audit(s, actor, "user_changed", "user", before.id, data)
    after_commit(s, lambda: live.publish(["people", f"person:{before.id}"]))


def set_groups(s: Session, user_id: int, group_ids: tuple[int, ...]) -> None:
    s.execute(
        delete(group_members).where(
            group_members.c.user_id == user_id, group_members.c.group_id.not_in(group_ids)
        )
    )
    for group_id in group_ids:
        s.execute(
            insert(group_members)
            .values(group_id=group_id, user_id=user_id, created_at=clock.now())
            .on_conflict_do_nothing()
        )


def _plain(value: Any) -> Any:
    return list(cast("tuple[object, ...]", value)) if isinstance(value, tuple) else value

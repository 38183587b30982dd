"""People: looking them up, and what admins change (product rules §1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, insert, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from helpdesk.core import clock
from helpdesk.core.db import after_commit, transaction
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.domain.access import Actor, require_admin, require_session
from helpdesk.domain.enums import SELECTABLE_ROLES, Role
from helpdesk.integrations import live
from helpdesk.models.person import roles, users
from helpdesk.services import _paging, _passwords
from helpdesk.services._audit import audit
from helpdesk.services._people_changes import (
    COLUMNS,
    keep_one_admin,
    lock_admins,
    locked_person,
    old_value,
    set_groups,
    write_changes,
)
from helpdesk.services._people_filter import UserQuery, conditions_of, like
from helpdesk.services._people_rows import (
    address_taken,
    check_groups_exist,
    clean_person,
    role_id,
    user_row,
    user_rows,
)
from helpdesk.services._session_rows import end_access
from helpdesk.services._text import (
    NAME_MAX,
    clean_email,
    clean_id,
    clean_line,
)
from helpdesk.services.views import Page, PersonRef, UserRow

_MOST_FOUND = 20
_CHANGEABLE = frozenset({*COLUMNS, "role", "group_ids", "password"})
_SORTS = ("name", "-name", "-created_at", "created_at")


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person to add. Without a password they can't sign in until one is set."""

    name: str
    email: str
    role: str = "client"
    password: str | None = None
    department: str | None = None
    location: str | None = None
    group_ids: tuple[int, ...] = ()
    is_active: bool = True
    time_zone: str | None = None
    locale: str | None = None


def search(actor: Actor, q: object) -> list[PersonRef]:
    """Up to 20 active colleagues whose name contains `q`, those that begin with it first.

    Staff also find people by their address; clients don't, as they may not learn addresses.
    """
    text = clean_line("q", q, NAME_MAX, required=False).strip()
    with transaction() as s:
        pattern = like(text)
        found = users.c.name.ilike(f"%{pattern}%", escape="\\")
        if actor.is_staff:
            found = or_(found, users.c.email.ilike(f"{pattern}%", escape="\\"))
        begins = case((users.c.name.ilike(f"{pattern}%", escape="\\"), 0), else_=1)
        rows = s.execute(
            select(users.c.id, users.c.name, users.c.department)
            .join(roles, roles.c.id == users.c.role_id)
            .where(users.c.is_active, roles.c.name != Role.SYSTEM, found)
            .order_by(begins, func.lower(users.c.name), users.c.id)
            .limit(_MOST_FOUND)
        )
        return [PersonRef(row.id, row.name, row.department) for row in rows]


def list_users(actor: Actor, q: UserQuery) -> Page[UserRow]:
    """The people of the company, a page at a time. For admins alone."""
    require_admin(actor)
    page, size = _paging.clean_page(q.page, q.page_size)
    if q.sort not in _SORTS:
        raise Invalid.at("sort", f"Possible here: {', '.join(_SORTS)}.")
    conditions = conditions_of(q)
    by_name = q.sort.endswith("name")
    key = func.lower(users.c.name) if by_name else users.c.id
    down = q.sort.startswith("-")
    rows = user_rows().where(*conditions)
    rows = rows.order_by(*((key.desc(), users.c.id.desc()) if down else (key, users.c.id)))
    if q.cursor is not None:
        values = _paging.decode(q.cursor, q.sort, (str, int) if by_name else (int, int))
        edge = tuple_(key, users.c.id)
        rows = rows.where(edge < tuple(values) if down else edge > tuple(values))
        page = 1
    with transaction() as s:
        found = s.execute(
            rows.add_columns(key.label("sort_key")).offset((page - 1) * size).limit(size + 1)
        ).all()
        total, capped = _paging.capped_count(
            s, select(users.c.id).join(roles).where(roles.c.name != Role.SYSTEM, *conditions)
        )
        shown = found[:size]
        cursor = None
        if len(found) > size:
            cursor = _paging.encode(q.sort, [shown[-1].sort_key, shown[-1].id])
        return Page(tuple(map(user_row, shown)), total, page, size, cursor, capped)


def get_user(actor: Actor, user_id: object) -> UserRow:
    """One person, as admins see them. Raises NotFound."""
    require_admin(actor)
    user_id = clean_id("id", user_id)
    with transaction() as s:
        row = s.execute(user_rows().where(users.c.id == user_id)).first()
        if row is None:
            raise NotFound()
        return user_row(row)


def create_user(actor: Actor, new: NewUser) -> UserRow:
    """Add a person. For admins alone.

    Raises:
        Invalid: a value is not acceptable, or a client would be member of a group; names the field.
        Conflict: somebody has the address already.
    """
    require_admin(actor)
    given: dict[str, object] = {name: getattr(new, name) for name in COLUMNS}
    values = clean_person(given | {"role": new.role, "group_ids": new.group_ids})
    role, group_ids = values.pop("role"), values.pop("group_ids")
    _check_membership(role, group_ids)
    stored = _passwords.UNUSABLE
    if new.password is not None:
        require_session(actor)
        accepted = _passwords.check_new_password(
            "password", new.password, email=values["email"], name=values["name"]
        )
        stored = _passwords.hash_password(accepted)
    with transaction() as s:
        check_groups_exist(s, group_ids)
        now = clock.now()
        values |= {
            "role_id": role_id(s, role),
            "password_hash": stored,
            "created_at": now,
            "updated_at": now,
        }
        try:
            with s.begin_nested():
                user_id = s.execute(insert(users).values(values).returning(users.c.id)).scalar_one()
        except IntegrityError:
            raise address_taken() from None
        set_groups(s, user_id, group_ids)
        audit(s, actor, "user_created", "user", user_id, {"role": role, "group_ids": list(group_ids)})
        after_commit(s, lambda: live.publish(["people"]))
        return user_row(s.execute(user_rows().where(users.c.id == user_id)).one())


def update_user(actor: Actor, user_id: object, changes: Mapping[str, object]) -> UserRow:
    """Change what is given of a person. For admins alone.

    Deactivating ends all sessions of the person at once; the answer's `open_tickets` counts what is to be
    handed over. Who becomes a client leaves their groups. A new password ends the person's sessions.

    Raises:
        NotFound: no such person.
        Invalid: a value is not acceptable; names the field.
        Conflict: the address is taken, or nobody would be left who is an active admin.
    """
    require_admin(actor)
    user_id = clean_id("id", user_id)
    if unknown := sorted(set(changes) - _CHANGEABLE):
        raise Invalid.at(unknown[0], "There is no such field.")
    values = clean_person(changes)
    password = changes.get("password")
    if "password" in changes:
        require_session(actor)
        values["password_hash"] = _checked_password(user_id, password, values)
    with transaction() as s:
        if {"role", "is_active"} & set(values):
            lock_admins(s)
        before = locked_person(s, user_id)
        changed = {
            name: new
            for name, new in values.items()
            if name == "password_hash" or new != old_value(before, name)
        }
        role: Role = values.get("role", Role(before.role))
        if role is Role.CLIENT and "group_ids" not in values and before.group_ids:
            changed["group_ids"] = ()
        _check_membership(role, changed.get("group_ids", tuple(before.group_ids)))
        keep_one_admin(s, before, role, values.get("is_active", before.is_active))
        if changed:
            write_changes(s, actor, before, changed)
        return user_row(s.execute(user_rows().where(users.c.id == user_id)).one())


def set_password(actor: Actor, email: object, password: object) -> None:
    """Set somebody's password by their address and end their sessions: for admins, and the shell.

    Raises:
        NotFound: nobody has the address.
        Invalid: the password is not acceptable.
    """
    require_admin(actor)
    require_session(actor)
    address = clean_email("email", email)
    with transaction() as s:
        user = s.execute(
            select(users.c.id, users.c.name, users.c.email)
            .join(roles)
            .where(
                func.lower(users.c.email) == func.lower(address), roles.c.name.in_(sorted(SELECTABLE_ROLES))
            )
        ).first()
    if user is None:
        raise NotFound("Nobody has this address.")
    accepted = _passwords.check_new_password("password", password, email=user.email, name=user.name)
    stored = _passwords.hash_password(accepted)
    with transaction() as s:
        s.execute(
            update(users).where(users.c.id == user.id).values(password_hash=stored, updated_at=clock.now())
        )
        ended = end_access(s, user.id, keep=actor.session_id)
        audit(s, actor, "password_set", "user", user.id, {"sessions_ended": ended})


# ---- parts -------------------------------------------------------------------------------------------------


def _check_membership(role: Role, group_ids: tuple[int, ...]) -> None:
    if role is Role.CLIENT and group_ids:
        raise Invalid.at("group_ids", "Clients can't be members of a group: only agents, managers, admins.")


def _checked_password(user_id: int, password: object, values: Mapping[str, Any]) -> str:
    with transaction() as s:
        user = s.execute(select(users.c.name, users.c.email).where(users.c.id == user_id)).first()
    if user is None:
        raise NotFound()
    accepted = _passwords.check_new_password(
        "password",
        password,
        email=values.get("email", user.email),
        name=values.get("name", user.name),
    )
    return _passwords.hash_password(accepted)

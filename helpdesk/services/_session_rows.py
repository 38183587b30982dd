"""Reading and ending sessions inside somebody's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger

from helpdesk.core import clock
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Role, Source
from helpdesk.models.person import roles, sessions, users
from helpdesk.models.tree import group_members
from helpdesk.services.views import MeView


def session_with_user(s: Session, session_id: uuid.UUID) -> Row[Any] | None:
    """The session, its user, role and groups as they are now, in one query."""
    groups = func.array(
        select(group_members.c.group_id)
        .where(group_members.c.user_id == users.c.id)
        .order_by(group_members.c.group_id)
        .scalar_subquery(),
        type_=ARRAY(BigInteger),
    )
    return s.execute(
        select(
            sessions,
            users.c.name,
            users.c.email,
            users.c.department,
            users.c.time_zone,
            users.c.locale,
            users.c.is_active,
            roles.c.name.label("role"),
            groups.label("group_ids"),
        )
        .join(users, users.c.id == sessions.c.user_id)
        .join(roles, roles.c.id == users.c.role_id)
        .where(sessions.c.id == session_id)
    ).first()


def is_live(row: Row[Any], now: datetime) -> bool:
    """Neither ended nor expired, and its user is still active."""
    return (
        row.revoked_at is None
        and row.expires_at > now
        and row.is_active
        and Role(row.role) is not Role.SYSTEM
    )


def actor_from(row: Row[Any], source: Source) -> Actor:
    return Actor(
        user_id=row.user_id,
        role=Role(row.role),
        group_ids=frozenset(row.group_ids),
        source=source,
        session_id=str(row.id),
        name=row.name,
    )


def actor_of_user(s: Session, user_id: int, source: Source) -> Actor | None:
    """Somebody with their role and groups as they are now, for work that outlives a session; None: not active."""
    row = s.execute(
        select(users.c.name, roles.c.name.label("role"))
        .join(roles, roles.c.id == users.c.role_id)
        .where(users.c.id == user_id, users.c.is_active)
    ).first()
    if row is None or Role(row.role) is Role.SYSTEM:
        return None
    member_of = s.scalars(select(group_members.c.group_id).where(group_members.c.user_id == user_id))
    return Actor(user_id, Role(row.role), frozenset(member_of), source, name=row.name)


def me_from(row: Row[Any]) -> MeView:
    return MeView(
        id=row.user_id,
        name=row.name,
        email=row.email,
        role=row.role,
        department=row.department,
        time_zone=row.time_zone,
        locale=row.locale,
        group_ids=tuple(row.group_ids),
    )


def end_sessions(s: Session, user_id: int, keep: str | None = None) -> int:
    """End all sessions of a user but `keep`; returns how many. Their tokens die with them."""
    only: list[ColumnElement[bool]] = [sessions.c.user_id == user_id, sessions.c.revoked_at.is_(None)]
    if keep:
        only.append(sessions.c.id != uuid.UUID(keep))
    ended: Sequence[Row[Any]] = s.execute(
        update(sessions).where(*only).values(revoked_at=clock.now()).returning(sessions.c.id)
    ).all()
    return len(ended)


def end_session(s: Session, session_id: uuid.UUID) -> bool:
    """End one session; False where it had ended before."""
    return bool(
        s.execute(
            update(sessions)
            .where(sessions.c.id == session_id, sessions.c.revoked_at.is_(None))
            .values(revoked_at=clock.now())
            .returning(sessions.c.id)
        ).first()
    )

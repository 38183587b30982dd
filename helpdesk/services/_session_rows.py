"""Reading and ending sessions inside somebody's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import UUID, ColumnElement, Row, Select, Table, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger

from helpdesk.core import clock
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Role, Source
from helpdesk.models.person import api_tokens, roles, sessions, users
from helpdesk.models.tree import group_members
from helpdesk.services.views import MeView

BROWSER_IDLE = timedelta(hours=12)


def session_with_user(s: Session, session_id: uuid.UUID) -> Row[Any] | None:
    """The session, its user, role and groups as they are now, in one query."""
    return s.execute(_BY_ID, {"session_id": session_id}).first()


def sessions_with_users(s: Session, session_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Row[Any]]:
    """Several sessions by their ids, each as `session_with_user` has it."""
    rows = s.execute(_BY_IDS, {"session_ids": sorted(session_ids)})
    return {row.id: row for row in rows}


def token_with_user(s: Session, digest: bytes) -> Row[Any] | None:
    """The personal token with this digest, and its owner as `session_with_user` has them."""
    return s.execute(_BY_TOKEN, {"digest": digest}).first()


def owner_of_token(s: Session, token_id: int) -> Row[Any] | None:
    """The owner of a token, as `session_with_user` has them."""
    return s.execute(_with_user(api_tokens, api_tokens.c.user_id).where(api_tokens.c.id == token_id)).first()


def _with_user(table: Table, *columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    groups = func.array(
        select(group_members.c.group_id)
        .where(group_members.c.user_id == users.c.id)
        .order_by(group_members.c.group_id)
        .scalar_subquery(),
        type_=ARRAY(BigInteger),
    )
    return (
        select(
            *columns,
            users.c.name,
            users.c.email,
            users.c.department,
            users.c.time_zone,
            users.c.locale,
            users.c.theme,
            users.c.density,
            users.c.single_keys,
            users.c.is_active,
            roles.c.name.label("role"),
            groups.label("group_ids"),
        )
        .select_from(table)
        .join(users, users.c.id == table.c.user_id)
        .join(roles, roles.c.id == users.c.role_id)
    )


# asked with each request and event
_SESSIONS = _with_user(sessions, *sessions.c)
_BY_ID = _SESSIONS.where(sessions.c.id == bindparam("session_id"))
_BY_IDS = _SESSIONS.where(sessions.c.id == func.any(bindparam("session_ids", type_=ARRAY(UUID))))
_TOKEN_COLUMNS = ("id", "user_id", "scopes", "expires_at", "revoked_at", "last_used_at")
_BY_TOKEN = _with_user(api_tokens, *(api_tokens.c[name] for name in _TOKEN_COLUMNS)).where(
    api_tokens.c.token_hash == bindparam("digest")
)


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
        theme=row.theme,
        density=row.density,
        single_keys=row.single_keys,
    )


def end_sessions(s: Session, user_id: int, keep: str | None = None) -> int:
    """End all sessions of a user but `keep`; returns how many. Their access and refresh tokens die with them."""
    only: list[ColumnElement[bool]] = [sessions.c.user_id == user_id, sessions.c.revoked_at.is_(None)]
    if keep:
        only.append(sessions.c.id != uuid.UUID(keep))
    ended: Sequence[Row[Any]] = s.execute(
        update(sessions).where(*only).values(revoked_at=clock.now()).returning(sessions.c.id)
    ).all()
    return len(ended)


def end_access(s: Session, user_id: int, keep: str | None = None) -> int:
    """`end_sessions`, and all personal API tokens: whoever has learnt a password may have made one."""
    t = api_tokens.c
    live = update(api_tokens).where(t.user_id == user_id, t.revoked_at.is_(None))
    s.execute(live.values(revoked_at=clock.now()))
    return end_sessions(s, user_id, keep)


def end_session_of(s: Session, user_id: int, session_id: uuid.UUID) -> bool:
    """End one session of a user; False where they have no such one that is live."""
    theirs = select(sessions.c.id).where(sessions.c.id == session_id, sessions.c.user_id == user_id)
    return s.scalar(theirs) is not None and end_session(s, session_id)


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

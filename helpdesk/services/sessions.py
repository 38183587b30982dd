"""Signing in and out, and who is behind a cookie or a token (product rules §1, §7).

Nothing is cached: each request and event reads its session, user, role and groups, so that a deactivation
or a changed role acts at once.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.orm import Session

from helpdesk.core import clock, ids
from helpdesk.core.db import transaction
from helpdesk.core.errors import Invalid, Unauthenticated
from helpdesk.domain.access import Actor, require_session
from helpdesk.domain.enums import Source
from helpdesk.models.person import refresh_tokens, sessions, users
from helpdesk.services import _access_tokens, _passwords, limits
from helpdesk.services._audit import audit
from helpdesk.services._credentials import WRONG, Client, check_credentials
from helpdesk.services._session_rows import (
    BROWSER_IDLE,
    actor_from,
    end_access,
    end_session,
    is_live,
    me_from,
    owner_of_token,
    session_with_user,
    sessions_with_users,
)
from helpdesk.services._token_pairs import REFRESH_LIFETIME, digest_of, end_family_of_reused, pair_for
from helpdesk.services.views import MeView, SessionView, TokenPair

BROWSER_LIFETIME = timedelta(days=14)

__all__ = [
    "Client",
    "actor_of_access_token",
    "actor_of_cookie",
    "actors_of_cookies",
    "change_password",
    "login",
    "logout",
    "me",
    "record_denial",
    "refresh",
    "sign_in",
    "sign_out",
]

_TOUCH_EVERY = timedelta(minutes=1)
_TOUCH = (
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"), sessions.c.last_seen_at == bindparam("seen_at"))
    .values(last_seen_at=bindparam("now"))
)


def sign_in(client: Client, email: str, password: str) -> tuple[SessionView, str]:
    """Sign a browser in: the new session, and the value of its cookie, which is not kept anywhere.

    Raises:
        Unauthenticated: alike, and as slowly, for an unknown address, a wrong password, a deactivated person.
        RateLimited: 10 tries a minute per account and address, 100 an hour per address.
    """
    user_id = check_credentials(client, email, password)
    secret = ids.new_secret()
    with transaction() as s:
        row = _open_session(s, user_id, client, "browser", BROWSER_LIFETIME, ids.secret_hash(secret))
        return SessionView(str(row.id), me_from(row), row.expires_at), f"{row.id}.{secret}"


def login(client: Client, email: str, password: str) -> TokenPair:
    """Sign a program in with a pair of tokens. Raises as `sign_in` does."""
    user_id = check_credentials(client, email, password)
    with transaction() as s:
        return pair_for(s, _open_session(s, user_id, client, "api", REFRESH_LIFETIME, None))


def refresh(client: Client, refresh_token: str) -> TokenPair:
    """Exchange a refresh token for a new pair. Whoever comes with a used one ends the whole family, at once.

    Raises:
        Unauthenticated: unknown, used, expired, or the session or its user is gone.
        RateLimited: 100 failures an hour per address.
    """
    digest = digest_of(refresh_token)
    with transaction() as s:
        now = clock.now()
        used = s.execute(
            update(refresh_tokens)
            .where(
                refresh_tokens.c.token_hash == digest,
                refresh_tokens.c.used_at.is_(None),
                refresh_tokens.c.expires_at > now,
            )
            .values(used_at=now)
            .returning(refresh_tokens.c.session_id)
        ).first()
        row = session_with_user(s, used.session_id) if used else None
        if row is not None and is_live(row, now):
            s.execute(
                update(sessions)
                .where(sessions.c.id == row.id)
                .values(expires_at=now + REFRESH_LIFETIME, last_seen_at=now)
            )
            return pair_for(s, row)
        if used is None:
            end_family_of_reused(s, digest, client)
    # after the commit: a refusal must not undo the end of the family
    limits.sign_in_address(client.address)
    raise Unauthenticated("This refresh token is not valid (any more). Sign in again.")


def logout(refresh_token: str) -> None:
    """End the session of a refresh token; its access token stops at once. Unknown tokens are ignored."""
    digest = digest_of(refresh_token)
    with transaction() as s:
        found = s.execute(
            select(refresh_tokens.c.session_id, sessions.c.user_id)
            .join(sessions, sessions.c.id == refresh_tokens.c.session_id)
            .where(refresh_tokens.c.token_hash == digest)
        ).first()
        if found and end_session(s, found.session_id):
            audit(s, found.user_id, "signed_out", "session", str(found.session_id))


def sign_out(actor: Actor) -> None:
    """End the actor's own session, whether a browser's or a token pair's.

    Raises:
        Forbidden: the caller is a personal token, which has none.
    """
    require_session(actor)
    if actor.session_id is None:
        return
    with transaction() as s:
        if end_session(s, uuid.UUID(actor.session_id)):
            audit(s, actor, "signed_out", "session", actor.session_id)


def actor_of_cookie(value: object) -> Actor | None:
    """Who is behind a browser's cookie; None: unknown, ended, idle for 12 h, 14 days old, deactivated."""
    return actors_of_cookies([value])[0]


def actors_of_cookies(values: Sequence[object]) -> list[Actor | None]:
    """Who is behind each of several cookies, as `actor_of_cookie` says it, in one look-up."""
    parsed = [_parse_cookie(value) for value in values]
    if not any(parsed):
        return [None] * len(parsed)
    with transaction() as s:
        now = clock.now()
        rows = sessions_with_users(s, {session_id for session_id, _ in filter(None, parsed)})
        # in one order, so that two of these can't wait for each other
        for row in sorted(rows.values(), key=lambda row: row.id):
            if any(one and one[0] == row.id and _opens(row, one[1], now) for one in parsed):
                _touch(s, row, now)
        found = [(rows.get(one[0]), one[1]) if one else (None, "") for one in parsed]
        return [
            actor_from(row, Source.WEB) if row is not None and _opens(row, secret, now) else None
            for row, secret in found
        ]


def actor_of_access_token(token: object) -> Actor:
    """Who is behind an access token.

    Raises:
        Unauthenticated: not ours, expired, or its session or user has ended since.
    """
    session_id, user_id = _access_tokens.session_of(token)
    with transaction() as s:
        now = clock.now()
        row = session_with_user(s, session_id)
        if row is None or row.kind != "api" or row.user_id != user_id or not is_live(row, now):
            raise Unauthenticated()
        _touch(s, row, now)
        return actor_from(row, Source.API)


def me(actor: Actor) -> MeView:
    """The signed-in person, as they see themselves."""
    with transaction() as s:
        row = session_with_user(s, uuid.UUID(actor.session_id)) if actor.session_id else None
        if actor.token_id is not None:
            row = owner_of_token(s, actor.token_id)
        if row is None or row.user_id != actor.user_id:
            raise Unauthenticated()
        return me_from(row)


def change_password(actor: Actor, current_password: object, new_password: object) -> None:
    """Set the actor's own password; all their other sessions and their personal tokens end.

    Raises:
        Forbidden: the caller is a personal token.
        Invalid: the present password is wrong, or the new one is not acceptable; names the field.
        RateLimited: 10 tries a minute.
    """
    require_session(actor)
    limits.password(actor)
    with transaction() as s:
        user = s.execute(
            select(users.c.password_hash, users.c.email, users.c.name).where(users.c.id == actor.user_id)
        ).one()
    # hashing takes a quarter of a second and more: no transaction, so no connection, waits for it
    if not isinstance(current_password, str) or not _passwords.verify(current_password, user.password_hash):
        raise Invalid.at("current_password", "That is not your present password.")
    accepted = _passwords.check_new_password("new_password", new_password, email=user.email, name=user.name)
    stored = _passwords.hash_password(accepted)
    with transaction() as s:
        changed = s.execute(
            update(users)
            .where(users.c.id == actor.user_id, users.c.password_hash == user.password_hash)
            .values(password_hash=stored, updated_at=clock.now())
            .returning(users.c.id)
        ).first()
        if changed is None:
            raise Invalid.at("current_password", "That is not your present password.")
        ended = end_access(s, actor.user_id, keep=actor.session_id)
        audit(s, actor, "password_changed", "user", actor.user_id, {"sessions_ended": ended})


def record_denial(actor: Actor, what: str) -> None:
    """Write down that the actor tried what they may not: at most 20 a minute of each person."""
    if not limits.denial_worth_recording(actor):
        return
    with transaction() as s:
        shown = "".join(character if character.isprintable() else "?" for character in what[:200])
        audit(s, actor, "denied", data={"what": shown})


# ---- parts -------------------------------------------------------------------------------------------------


def _open_session(
    s: Session, user_id: int, client: Client, kind: str, lifetime: timedelta, secret_hash: bytes | None
) -> Row[Any]:
    now = clock.now()
    session_id = ids.new_uuid()
    s.execute(
        insert(sessions).values(
            id=session_id,
            user_id=user_id,
            kind=kind,
            secret_hash=secret_hash,
            ip=client.ip,
            user_agent=client.program,
            created_at=now,
            last_seen_at=now,
            expires_at=now + lifetime,
        )
    )
    row = session_with_user(s, session_id)
    if row is None or not is_live(row, now):  # deactivated while the password was checked
        raise Unauthenticated(WRONG)
    audit(
        s,
        actor_from(row, Source.WEB),
        "signed_in",
        "session",
        str(session_id),
        {"kind": kind},
        ip=client.ip,
    )
    return row


def _opens(row: Row[Any], secret: str, now: datetime) -> bool:
    """Whether a browser with this secret is let in by its session."""
    if row.kind != "browser" or row.secret_hash is None:
        return False
    if not hmac.compare_digest(bytes(row.secret_hash), ids.secret_hash(secret)):
        return False
    return is_live(row, now) and row.last_seen_at + BROWSER_IDLE > now


def _touch(s: Session, row: Row[Any], now: datetime) -> None:
    if row.last_seen_at + _TOUCH_EVERY <= now:
        s.execute(_TOUCH, {"session_id": row.id, "seen_at": row.last_seen_at, "now": now})


def _parse_cookie(value: object) -> tuple[uuid.UUID, str] | None:
    if not isinstance(value, str) or not value.isascii() or len(value) > 200:
        return None
    key, _, secret = value.partition(".")
    try:
        return uuid.UUID(key), secret
    except ValueError:
        return None

"""The tokens of a program: an access token, and a refresh token that is good for one exchange."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from helpdesk.core import clock, ids
from helpdesk.core.errors import Invalid
from helpdesk.models.person import refresh_tokens, sessions
from helpdesk.services import _access_tokens
from helpdesk.services._audit import audit
from helpdesk.services._credentials import Client
from helpdesk.services._session_rows import end_session
from helpdesk.services.views import PersonView, TokenPair

REFRESH_LIFETIME = timedelta(days=14)


def digest_of(refresh_token: object) -> bytes:
    """Under what a refresh token is kept. Raises `Invalid` where it is no text."""
    if not isinstance(refresh_token, str):
        raise Invalid.at("refresh_token", "Text is needed here.")
    return ids.secret_hash(refresh_token.encode("utf-8", "replace").decode())


def pair_for(s: Session, row: Row[Any]) -> TokenPair:
    """A new pair for a session, whose row is joined with its user."""
    now = clock.now()
    token = ids.new_secret()
    s.execute(
        insert(refresh_tokens).values(
            session_id=row.id,
            token_hash=ids.secret_hash(token),
            created_at=now,
            expires_at=now + REFRESH_LIFETIME,
        )
    )
    return TokenPair(
        access_token=_access_tokens.issue(row.user_id, row.id),
        refresh_token=token,
        token_type="Bearer",  # noqa: S106 (the scheme's name, RFC 6750)
        expires_in=_access_tokens.LIFETIME_S,
        user=PersonView(row.user_id, row.name, row.email, row.role),
    )


def end_family_of_reused(s: Session, digest: bytes, client: Client) -> None:
    """End the session of a refresh token that was used before; of an unknown one, nothing."""
    found = s.execute(
        select(refresh_tokens.c.session_id, sessions.c.user_id)
        .join(sessions, sessions.c.id == refresh_tokens.c.session_id)
        .where(refresh_tokens.c.token_hash == digest, refresh_tokens.c.used_at.is_not(None))
    ).first()
    if found and end_session(s, found.session_id):
        audit(s, found.user_id, "refresh_token_reused", "session", str(found.session_id), ip=client.ip)

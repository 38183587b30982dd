"""Personal API tokens: a program acts as its owner, within scopes and until a day (ADR 0013).

The value is random, shown once and stored as a digest. A token is looked up at each request together with its owner:
role, groups and activity are those of that moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Row, func, insert, select, update

from helpdesk.core import clock, ids
from helpdesk.core.db import transaction
from helpdesk.core.errors import Conflict, Invalid, NotFound, Unauthenticated
from helpdesk.domain.access import Actor, require_session
from helpdesk.domain.enums import Role, Source, TokenScope
from helpdesk.models.person import api_tokens, users
from helpdesk.services import limits
from helpdesk.services._audit import audit
from helpdesk.services._session_rows import is_live, token_with_user
from helpdesk.services._text import clean_enum, clean_id, clean_line, clean_when
from helpdesk.services.views import NewToken, TokenView

PREFIX = "hd_"
LONGEST = timedelta(days=366)
MOST = 20
NAME_MAX = 100
_TOUCH_EVERY = timedelta(minutes=10)
_t = api_tokens.c


def actor_of_token(value: object) -> Actor:
    """Who is behind a personal token.

    Raises:
        Unauthenticated: unknown, revoked or expired, or its owner is deactivated.
    """
    if not isinstance(value, str) or not value.isascii() or len(value) > 100:
        raise Unauthenticated()
    with transaction() as s:
        now = clock.now()
        row = token_with_user(s, ids.secret_hash(value))
        if row is None or not is_live(row, now):
            raise Unauthenticated("This token is not valid (any more).")
        if row.last_used_at is None or row.last_used_at + _TOUCH_EVERY <= now:
            s.execute(update(api_tokens).where(_t.id == row.id).values(last_used_at=now))
        return Actor(
            user_id=row.user_id,
            role=Role(row.role),
            group_ids=frozenset(row.group_ids),
            source=Source.API,
            name=row.name,
            token_id=row.id,
            scopes=frozenset(TokenScope(one) for one in row.scopes),
        )


def list_tokens(actor: Actor) -> list[TokenView]:
    """The actor's own tokens, the newest first, without their values; revoked ones are left out."""
    with transaction() as s:
        rows = s.execute(
            select(api_tokens)
            .where(_t.user_id == actor.user_id, _t.revoked_at.is_(None))
            .order_by(_t.created_at.desc(), _t.id)
            .limit(100)
        ).all()
    return [_view(row) for row in rows]


def create(actor: Actor, name: object, scopes: object, expires_at: object) -> NewToken:
    """Make a token of the actor's own. Its value is in the answer, and nowhere else.

    Raises:
        Forbidden: the caller is a token itself.
        Invalid: no name, no or an unknown scope, `admin` without being one, an end that is past or over a year away.
        Conflict: there are 20 already.
        RateLimited: 10 a minute.
    """
    require_session(actor)
    called = clean_line("name", name, NAME_MAX)
    wanted = _scopes(actor, scopes)
    until = clean_when("expires_at", expires_at)
    now = clock.now()
    if not now < until <= now + LONGEST:
        raise Invalid.at("expires_at", "A time from now to a year ahead is needed here.")
    limits.password(actor)
    value = PREFIX + ids.new_secret()
    with transaction() as s:
        # whoever makes two at once queues here, so that the number holds
        s.execute(select(users.c.id).where(users.c.id == actor.user_id).with_for_update())
        mine = select(func.count()).where(
            _t.user_id == actor.user_id, _t.revoked_at.is_(None), _t.expires_at > now
        )
        if (s.scalar(mine) or 0) >= MOST:
            raise Conflict(f"You have {MOST} tokens: revoke one that is no longer used.")
        row = s.execute(
            insert(api_tokens)
            .values(
                id=ids.random_id(),
                user_id=actor.user_id,
                name=called,
                token_hash=ids.secret_hash(value),
                scopes=[str(one) for one in wanted],
                created_at=now,
                expires_at=until,
            )
            .returning(api_tokens)
        ).one()
        data = {"name": called, "scopes": [str(one) for one in wanted], "expires_at": until.isoformat()}
        audit(s, actor, "token_created", "token", row.id, data)
    return NewToken(_view(row), value)


def revoke(actor: Actor, token_id: object) -> None:
    """End one of the actor's own tokens, at once.

    Raises:
        Forbidden: the caller is a token itself.
        NotFound: there is none of theirs that is not revoked.
    """
    require_session(actor)
    wanted = clean_id("id", token_id)
    with transaction() as s:
        ended = s.execute(
            update(api_tokens)
            .where(_t.id == wanted, _t.user_id == actor.user_id, _t.revoked_at.is_(None))
            .values(revoked_at=clock.now())
            .returning(_t.name)
        ).first()
        if ended is None:
            raise NotFound("There is no such token.")
        audit(s, actor, "token_revoked", "token", wanted, {"name": ended.name})


# ---- parts -----------------------------------------------------------------------------------------------------------


def _scopes(actor: Actor, given: object) -> list[TokenScope]:
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise Invalid.at("scopes", "A list of scopes is needed here.")
    allowed = [one for one in TokenScope if one is not TokenScope.ADMIN or actor.role is Role.ADMIN]
    chosen = {clean_enum("scopes", one, TokenScope, allowed) for one in cast("Iterable[object]", given)}
    if not chosen:
        raise Invalid.at("scopes", f"Choose at least one: {', '.join(allowed)}.")
    if chosen == {TokenScope.ADMIN}:
        raise Invalid.at("scopes", "admin says where; choose read or write with it.")
    return [one for one in TokenScope if one in chosen]


def _view(row: Row[Any]) -> TokenView:
    return TokenView(
        id=row.id,
        name=row.name,
        scopes=tuple(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        expired=row.expires_at <= clock.now(),
    )

"""Periodic work that belongs to no noun: signs of life, and forgetting what is past its time.

These functions act for nobody and are called by the worker alone.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, select, tuple_

from helpdesk.core.clock import now
from helpdesk.core.db import transaction
from helpdesk.integrations import signs
from helpdesk.models.person import api_tokens, drafts, sessions
from helpdesk.services import idempotency

SESSIONS_KEPT = timedelta(days=30)
"""How long an ended session stays, for whoever looks into a sign-in of last week."""

DRAFTS_KEPT = timedelta(days=90)
"""How long a text that nobody went on with is kept."""

_BATCH = 1000


def pong(token: str) -> None:
    """Answer a ping, so that who sent it knows that a worker works.

    Raises ValueError for what is no token.
    """
    signs.pong(token)


def heartbeat() -> None:
    """Write down that the worker works through what the scheduler sends."""
    signs.beat(now())


def forget_old() -> int:
    """Remove ended sessions and personal tokens after their time, old drafts and idempotency keys; return how many."""
    edge = now() - SESSIONS_KEPT
    with transaction() as s:
        forgotten = idempotency.forget_old(s)
        old = (
            select(sessions.c.id)
            .where(or_(sessions.c.expires_at < edge, sessions.c.revoked_at < edge))
            .order_by(sessions.c.expires_at)
            .limit(_BATCH)
        )
        removed = s.scalars(delete(sessions).where(sessions.c.id.in_(old)).returning(sessions.c.id)).all()
        t = api_tokens.c
        ended = select(t.id).where(or_(t.expires_at < edge, t.revoked_at < edge)).limit(_BATCH)
        tokens = s.scalars(delete(api_tokens).where(t.id.in_(ended)).returning(t.id)).all()
        untouched = (
            select(drafts.c.user_id, drafts.c.place)
            .where(drafts.c.updated_at < now() - DRAFTS_KEPT)
            .limit(_BATCH)
        )
        given_up = s.execute(
            delete(drafts)
            .where(tuple_(drafts.c.user_id, drafts.c.place).in_(untouched))
            .returning(drafts.c.place)
        ).all()
    return forgotten + len(removed) + len(tokens) + len(given_up)

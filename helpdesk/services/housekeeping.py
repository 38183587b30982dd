"""Periodic work that belongs to no noun: signs of life, and forgetting what is past its time.

These functions act for nobody and are called by the worker alone.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, select

from helpdesk.core.clock import now
from helpdesk.core.db import transaction
from helpdesk.integrations import signs
from helpdesk.models.person import sessions
from helpdesk.services import idempotency

SESSIONS_KEPT = timedelta(days=30)
"""How long an ended session stays, for whoever looks into a sign-in of last week."""

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
    """Remove ended sessions after their time, with their tokens, and old idempotency keys; return how many."""
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
    return forgotten + len(removed)

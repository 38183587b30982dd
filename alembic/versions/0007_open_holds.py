"""Open holds from an index alone: the queue's counts went to the table for each.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OPEN = "(ticket_id) INCLUDE (until, reason) WHERE ended_at IS NULL"
_ONE_OPEN = "(ticket_id) WHERE ended_at IS NULL"


def upgrade() -> None:
    """While people work; there is no moment without a rule that allows one open hold alone."""
    _replace("ticket_holds_one_open", "ticket_holds_open", _OPEN)


def downgrade() -> None:
    _replace("ticket_holds_open", "ticket_holds_one_open", _ONE_OPEN)


def _replace(old: str, new: str, what: str) -> None:
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '1min'")
        op.execute("SET statement_timeout = '2h'")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {new}")
        op.execute(f"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {new} ON ticket_holds {what}")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {old}")

"""Indexes of what is open: what nobody has by when it is due, and words of what is not closed.

The queue's list of what nobody has went through all that is not closed, and a search among that through every
ticket that has the word.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_INDEXES = {
    "tickets_open_unassigned": (
        "tickets (due_at, id) INCLUDE (group_id)"
        " WHERE status IN ('Open', 'Assigned', 'In Progress') AND assigned_to IS NULL"
    ),
    "tickets_unclosed_words": ("tickets USING gin (words) WITH (fastupdate = off) WHERE status <> 'Closed'"),
}


def upgrade() -> None:
    """While people work."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '1min'")
        op.execute("SET statement_timeout = '2h'")
        for name, what in _INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {what}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '1min'")
        for name in _INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")

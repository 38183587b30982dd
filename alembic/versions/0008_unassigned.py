"""What nobody has, by when it is due: the list of the queue's most watched filter went through all that is not closed.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NAME = "tickets_open_unassigned"
_WHAT = (
    "tickets (due_at, id) INCLUDE (group_id)"
    " WHERE status IN ('Open', 'Assigned', 'In Progress') AND assigned_to IS NULL"
)


def upgrade() -> None:
    """While people work."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '1min'")
        op.execute("SET statement_timeout = '2h'")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {_NAME}")
        op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {_NAME} ON {_WHAT}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '1min'")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {_NAME}")

"""Reads at a million tickets: counts of the queue from an index alone, orders and filters that had none.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEXES = {
    "tickets_facts": "tickets (group_id, id) INCLUDE (status, priority, assigned_to, due_at, risk_at, breached_at)"
    " WHERE status <> 'Closed'",
    "tickets_due": "tickets (due_at, id)",
    "tickets_due_down": "tickets (due_at DESC NULLS LAST, id DESC)",
    "tickets_by_category_age": "tickets (category_id, created_at, id) INCLUDE (group_id)",
    "notification_logs_by_status": "notification_logs (status, id)",
    "notification_logs_by_event": "notification_logs (event, id)",
}
OBSOLETE = {"tickets_by_category": "tickets (category_id)"}


def upgrade() -> None:
    """While people work. One that was cut off leaves an invalid index, which the next try removes."""
    _replace(INDEXES, OBSOLETE)


def downgrade() -> None:
    _replace(OBSOLETE, INDEXES)


def _replace(new: dict[str, str], old: dict[str, str]) -> None:
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '1min'")
        op.execute("SET statement_timeout = '2h'")
        for name, what in new.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {what}")
        for name in old:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")

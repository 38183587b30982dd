"""What the queue's quick filters ask, from indexes alone: the end of a ticket's hold in its row, and wider indexes.

To count what waits, everything unsolved was joined with the open holds; what is urgent, late or somebody's was picked
out of all that is not closed. And the bell's list of what is unread in its order.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_UNSOLVED = "WHERE status IN ('Open', 'Assigned', 'In Progress')"
_NOT_CLOSED = "WHERE status <> 'Closed'"
_UNREAD = "WHERE channel = 'in_app' AND read_at IS NULL"
_FACTS = "(group_id, id) INCLUDE"
_IN_WORK = "tickets_held_in_work"
_HELD = "tickets (staff_updated_at, id) INCLUDE (status, group_id, held_until) WHERE held_until IS NOT NULL"
# name: as it was, as it is
_CHANGED = {
    "tickets_open_due": (
        f"tickets (due_at, id) {_UNSOLVED}",
        f"tickets (due_at, id) INCLUDE (group_id, risk_at, breached_at) {_UNSOLVED}",
    ),
    "tickets_open_priority": (
        f"tickets (priority_rank, id) {_UNSOLVED}",
        f"tickets (priority_rank, id) INCLUDE (group_id) {_UNSOLVED}",
    ),
    "tickets_open_by_assignee": (
        f"tickets (assigned_to, created_at, id) {_UNSOLVED}",
        f"tickets (assigned_to, due_at, id) INCLUDE (group_id) {_UNSOLVED}",
    ),
    "tickets_facts": (
        f"tickets {_FACTS} (status, priority, assigned_to, due_at, risk_at, breached_at) {_NOT_CLOSED}",
        f"tickets {_FACTS} (status, priority_rank, assigned_to, due_at, risk_at, breached_at, held_until) {_NOT_CLOSED}",
    ),
    "notification_logs_unread": (
        f"notification_logs (recipient_id) {_UNREAD}",
        f"notification_logs (recipient_id, created_at, bell_key) {_UNREAD}",
    ),
}


def upgrade() -> None:
    """While people work; what each index replaces is there until it is ready.

    Processes of the version before are to be replaced soon: they don't write the new column, and can't solve what it
    says is on hold.
    """
    op.execute("SET lock_timeout = '1min'")
    op.execute("SET statement_timeout = '2h'")
    op.execute("ALTER TABLE tickets ADD COLUMN IF NOT EXISTS held_until timestamptz")
    op.execute(f"ALTER TABLE tickets DROP CONSTRAINT IF EXISTS {_IN_WORK}")
    op.execute(
        f"ALTER TABLE tickets ADD CONSTRAINT {_IN_WORK}"
        " CHECK (held_until IS NULL OR status IN ('Assigned', 'In Progress')) NOT VALID"
    )
    with op.get_context().autocommit_block():
        op.execute(
            "UPDATE tickets SET held_until = coalesce(h.until, '9999-01-01 00:00:00+00')"
            " FROM ticket_holds h WHERE h.ticket_id = tickets.id AND h.ended_at IS NULL"
        )
        op.execute(f"ALTER TABLE tickets VALIDATE CONSTRAINT {_IN_WORK}")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS tickets_held")
        op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS tickets_held ON {_HELD}")
        for name, (_, now) in _CHANGED.items():
            _replace(name, now)


def downgrade() -> None:
    op.execute("SET lock_timeout = '1min'")
    op.execute("SET statement_timeout = '2h'")
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS tickets_held")
        for name, (before, _) in _CHANGED.items():
            _replace(name, before)
    op.execute("ALTER TABLE tickets DROP COLUMN IF EXISTS held_until")


def _replace(name: str, what: str) -> None:
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}_new")
    op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name}_new ON {what}")
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
    op.execute(f"ALTER INDEX IF EXISTS {name}_new RENAME TO {name}")

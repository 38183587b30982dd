"""Jobs, and for reports indexes that hold what the figures of a period need.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _jobs()
    _reports()


def _jobs() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS jobs (
            id bigint NOT NULL CONSTRAINT jobs_pkey PRIMARY KEY,
            owner_id bigint NOT NULL CONSTRAINT jobs_owner_id_fkey REFERENCES users (id) ON DELETE RESTRICT,
            source varchar(10) NOT NULL,
            action varchar(20) NOT NULL,
            args jsonb NOT NULL DEFAULT '{}'::jsonb,
            filter jsonb NOT NULL DEFAULT '{}'::jsonb,
            status varchar(10) NOT NULL DEFAULT 'queued',
            reason varchar(500),
            total integer NOT NULL,
            changed integer NOT NULL DEFAULT 0,
            unchanged integer NOT NULL DEFAULT 0,
            refused integer NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL,
            advanced_at timestamptz NOT NULL,
            finished_at timestamptz,
            CONSTRAINT jobs_action_known CHECK (action IN ('assign', 'status', 'priority', 'category', 'hold')),
            CONSTRAINT jobs_status_known
                CHECK (status IN ('queued', 'running', 'done', 'cancelled', 'stopped')),
            CONSTRAINT jobs_source_known
                CHECK (source IN ('web', 'api', 'email', 'timer', 'seed', 'shell')),
            CONSTRAINT jobs_no_more_than_all CHECK (changed + unchanged + refused <= total),
            CONSTRAINT jobs_finished_at_fits
                CHECK ((status IN ('queued', 'running')) = (finished_at IS NULL))
        )
        """
    )
    unfinished = "WHERE status IN ('queued', 'running')"
    op.execute(f"CREATE UNIQUE INDEX IF NOT EXISTS jobs_one_at_a_time ON jobs (owner_id) {unfinished}")
    op.execute(f"CREATE INDEX IF NOT EXISTS jobs_waiting ON jobs (advanced_at, id) {unfinished}")
    op.execute("CREATE INDEX IF NOT EXISTS jobs_by_owner ON jobs (owner_id, created_at, id)")
    op.execute("CREATE INDEX IF NOT EXISTS jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL")
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS job_tickets (
            job_id bigint NOT NULL CONSTRAINT job_tickets_job_id_fkey REFERENCES jobs (id) ON DELETE RESTRICT,
            ticket_id bigint NOT NULL
                CONSTRAINT job_tickets_ticket_id_fkey REFERENCES tickets (id) ON DELETE RESTRICT,
            result varchar(10),
            error varchar(500),
            CONSTRAINT job_tickets_pkey PRIMARY KEY (job_id, ticket_id),
            CONSTRAINT job_tickets_result_known CHECK (result IN ('changed', 'unchanged', 'refused')),
            CONSTRAINT job_tickets_error_fits
                CHECK ((error IS NOT NULL) = (result IS NOT DISTINCT FROM 'refused'))
        )
        """
    )
    op.execute(
        "CREATE INDEX IF NOT EXISTS job_tickets_to_come ON job_tickets (job_id, ticket_id) WHERE result IS NULL"
    )
    op.execute(
        "CREATE INDEX IF NOT EXISTS job_tickets_refused ON job_tickets (job_id, ticket_id) WHERE result = 'refused'"
    )


def _reports() -> None:
    # one after the other and outside a transaction: writers go on meanwhile
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '5s'")
        op.execute("SET statement_timeout = '60min'")
        op.execute(
            """
            CREATE INDEX CONCURRENTLY IF NOT EXISTS ticket_events_reported
                ON ticket_events (kind, at)
                INCLUDE (ticket_id, group_id, category_id, priority, assigned_to)
             WHERE kind IN ('created', 'agent_comment', 'resolved', 'closed', 'reopened', 'rated')
            """
        )
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ticket_events_by_kind")  # the new one answers the same
        op.execute(
            """
            CREATE INDEX CONCURRENTLY IF NOT EXISTS ticket_clocks_met
                ON ticket_clocks (met_at)
                INCLUDE (ticket_id, kind, due_at, started_at, flagged)
             WHERE met_at IS NOT NULL
            """
        )
        op.execute(
            """
            CREATE INDEX CONCURRENTLY IF NOT EXISTS ticket_clocks_broken
                ON ticket_clocks (due_at)
                INCLUDE (ticket_id, kind)
             WHERE stopped_at IS NULL OR stopped_at > due_at
            """
        )
        op.execute("RESET lock_timeout")
        op.execute("RESET statement_timeout")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS ticket_events_by_kind ON ticket_events (kind, at)"
        )
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ticket_clocks_broken")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ticket_clocks_met")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ticket_events_reported")
    op.execute("DROP TABLE IF EXISTS job_tickets")
    op.execute("DROP TABLE IF EXISTS jobs")

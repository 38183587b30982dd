"""The bell, profile and personal API tokens.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CHANNELS = "channel IN ({})"
_BELL = (
    "CASE WHEN channel = 'in_app' THEN recipient_id IS NOT NULL AND bell_key IS NOT NULL AND attempts = 0"
    " AND status IN ('sent', 'suppressed') ELSE bell_key IS NULL AND read_at IS NULL END"
)
# Bigger tables are checked while others go on working: the constraint first, what is there already afterwards.
_LATER = {
    "notification_logs": {
        "notification_logs_channel_known": _CHANNELS.format("'email', 'in_app'"),
        "notification_logs_bell_fits": _BELL,
    },
    "users": {
        "users_theme_known": "theme IN ('system', 'light', 'dark')",
        "users_density_known": "density IN ('comfortable', 'compact')",
    },
}
_INDEXES = {
    "notification_logs_bell": "(recipient_id, created_at, bell_key) WHERE channel = 'in_app'",
    "notification_logs_unread": "(recipient_id) WHERE channel = 'in_app' AND read_at IS NULL",
}
_TOKENS = """
    CREATE TABLE IF NOT EXISTS api_tokens (
        id bigint PRIMARY KEY,
        user_id bigint NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
        name varchar(100) NOT NULL,
        token_hash bytea NOT NULL,
        scopes varchar(20)[] NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        last_used_at timestamptz,
        revoked_at timestamptz,
        CONSTRAINT api_tokens_token_hash_key UNIQUE (token_hash),
        CONSTRAINT api_tokens_scopes_known
            CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['read', 'write', 'admin']::varchar[]),
        CONSTRAINT api_tokens_expires_later CHECK (expires_at > created_at),
        CONSTRAINT api_tokens_name_not_empty CHECK (char_length(name) >= 1)
    )
"""


def upgrade() -> None:
    """Its end can't be part of a transaction, so that each statement may be run again."""
    _careful()
    op.execute("ALTER TABLE notification_logs ADD COLUMN IF NOT EXISTS bell_key bigint")
    op.execute("ALTER TABLE notification_logs ADD COLUMN IF NOT EXISTS read_at timestamptz")
    op.execute("ALTER TABLE users ADD COLUMN IF NOT EXISTS theme varchar(10)")
    op.execute("ALTER TABLE users ADD COLUMN IF NOT EXISTS density varchar(20)")
    op.execute("ALTER TABLE users ADD COLUMN IF NOT EXISTS single_keys boolean NOT NULL DEFAULT true")
    for table, checks in _LATER.items():
        for name, check in checks.items():
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
            op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({check}) NOT VALID")
    op.execute(_TOKENS)
    op.execute("CREATE INDEX IF NOT EXISTS api_tokens_by_user ON api_tokens (user_id, created_at)")
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '5s'")
        op.execute("SET statement_timeout = '15min'")
        for table, checks in _LATER.items():
            for name in checks:
                op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
        for name, index in _INDEXES.items():
            op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON notification_logs {index}")


def downgrade() -> None:
    """What only the bell holds goes with it: its rows can't be anything else."""
    _careful()
    op.drop_table("api_tokens")
    for name in _INDEXES:
        op.drop_index(name, "notification_logs")
    for table, checks in _LATER.items():
        for name in checks:
            op.drop_constraint(name, table, type_="check")
    op.execute("DELETE FROM notification_logs WHERE channel = 'in_app'")
    op.create_check_constraint(
        "notification_logs_channel_known", "notification_logs", _CHANNELS.format("'email'")
    )
    for name in ("theme", "density", "single_keys"):
        op.drop_column("users", name)
    for name in ("bell_key", "read_at"):
        op.drop_column("notification_logs", name)


def _careful() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")

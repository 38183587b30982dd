"""The spine: people, tree, tickets, clocks, notifications, with what the database itself refuses.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Search is blind to case, accents and punctuation: PostgreSQL would keep an address or a path as one word, of which
# no part is found. `unaccent` alone is not immutable, since its dictionary could be altered.
PLAIN_TEXT = r"""
CREATE FUNCTION helpdesk_plain(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT translate(lower(public.unaccent('public.unaccent'::regdictionary, value)),
              '!"#$%&''()*+,-./:;<=>?@[\]^`{|}~', repeat(' ', 31)) $$
"""

APPEND_ONLY = """
CREATE FUNCTION helpdesk_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""

# The words of a history row may be erased, nothing else.
ERASE_ONLY = """
CREATE FUNCTION helpdesk_erase_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.old_value IS NULL AND NEW.new_value IS NULL AND NEW.erased_at IS NOT NULL
       AND NEW.ticket_id = OLD.ticket_id AND NEW.seq = OLD.seq AND NEW.salt = OLD.salt THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% can only be erased', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""

APPEND_ONLY_TABLES = (
    "ticket_history",
    "ticket_events",
    "audit_log",
    "sla_policy_versions",
    "ticket_clock_steps",
)
ROLES = ("client", "agent", "manager", "admin", "system")

OFFICE_HOURS = {
    "name": "Office hours",
    "time_zone": "UTC",
    "week": {day: [["08:00", "18:00"]] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
    | {"saturday": [], "sunday": []},
    "holidays": [],
}
CLOCKS = ("first_response", "next_response", "resolution")
MINUTES = {
    "Critical": (15, 30, 240),
    "High": (60, 120, 480),
    "Medium": (240, 300, 1200),
    "Low": (480, 600, 3000),
}
STANDARD_POLICY = {
    "name": "Standard",
    "calendar": OFFICE_HOURS,
    "targets": {
        priority: {
            clock: {"minutes": minutes, "business": priority != "Critical"}
            for clock, minutes in zip(CLOCKS, targets, strict=True)
        }
        for priority, targets in MINUTES.items()
    },
    "steps": [
        {"key": key, "clock": clock, "percent": percent, "action": {"notify": told}}
        for clock in CLOCKS
        for key, percent, told in (("warning", 75, ["assignee"]), ("breach", 100, ["assignee", "lead"]))
    ],
}


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public")
    op.execute(PLAIN_TEXT)
    op.execute(APPEND_ONLY)
    op.execute(ERASE_ONLY)
    op.execute("CREATE SEQUENCE ticket_numbers AS bigint START WITH 1000")
    _create_tables()
    for table in APPEND_ONLY_TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION helpdesk_append_only()"
        )
    for table in (*APPEND_ONLY_TABLES, "ticket_history_texts"):
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION helpdesk_append_only()"
        )
    op.execute(
        "CREATE TRIGGER ticket_history_texts_erase_only BEFORE UPDATE OR DELETE ON ticket_history_texts"
        " FOR EACH ROW EXECUTE FUNCTION helpdesk_erase_only()"
    )
    _insert_first_rows()


def _insert_first_rows() -> None:
    connection = op.get_bind()
    for role in ROLES:
        connection.execute(sa.text("INSERT INTO roles (name) VALUES (:role)"), {"role": role})
    connection.execute(
        sa.text(
            "INSERT INTO users (name, email, password_hash, role_id, is_active)"
            " SELECT 'Helpdesk', 'system@helpdesk.invalid', '!', id, false FROM roles WHERE name = 'system'"
        )
    )
    connection.execute(
        sa.text(
            "WITH calendar AS (INSERT INTO calendars (name, document) VALUES ('Office hours', CAST(:hours AS jsonb))"
            " RETURNING id), policy AS (INSERT INTO sla_policies (name, is_default, calendar_id)"
            " SELECT 'Standard', true, id FROM calendar RETURNING id)"
            " INSERT INTO sla_policy_versions (policy_id, version, document)"
            " SELECT id, 1, CAST(:policy AS jsonb) FROM policy"
        ),
        {"hours": json.dumps(OFFICE_HOURS), "policy": json.dumps(STANDARD_POLICY)},
    )


def _create_tables() -> None:
    op.create_table(
        "calendars",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column(
            "document",
            postgresql.JSONB(none_as_null=True),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("archived", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", name="calendars_name_key"),
    )
    op.create_table(
        "roles",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "name IN ('client', 'agent', 'manager', 'admin', 'system')", name="roles_name_known"
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", name="roles_name_key"),
    )
    op.create_table(
        "sla_policies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("calendar_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column(
            "conditions",
            postgresql.JSONB(none_as_null=True),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("archived", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendars.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", name="sla_policies_name_key"),
    )
    op.create_index(op.f("ix_sla_policies_calendar_id"), "sla_policies", ["calendar_id"], unique=False)
    op.create_index(
        "sla_policies_one_default",
        "sla_policies",
        ["is_default"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    op.create_index("sla_policies_order", "sla_policies", ["position"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("role_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("department", sa.String(length=100), nullable=True),
        sa.Column("location", sa.String(length=100), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("locale", sa.String(length=20), nullable=True),
        sa.Column("manager_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "custom",
            postgresql.JSONB(none_as_null=True),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("position('@' in email) > 1", name="users_email_shape"),
        sa.CheckConstraint("char_length(name) >= 1", name="users_name_not_empty"),
        sa.ForeignKeyConstraint(["manager_id"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_users_manager_id"), "users", ["manager_id"], unique=False)
    op.create_index(op.f("ix_users_role_id"), "users", ["role_id"], unique=False)
    op.create_index("users_email_key", "users", [sa.literal_column("lower(email)")], unique=True)
    op.create_index("users_name_order", "users", [sa.literal_column("lower(name)"), "id"], unique=False)
    op.create_index(
        "users_name_trgm",
        "users",
        ["name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=True),
        sa.Column("object_id", sa.String(length=64), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("ip", sa.String(length=45), nullable=True),
        sa.Column(
            "data",
            postgresql.JSONB(none_as_null=True),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq", name="audit_log_seq_key"),
    )
    op.create_index("audit_log_actor", "audit_log", ["actor_id", "seq"], unique=False)
    op.create_index("audit_log_object", "audit_log", ["object_type", "object_id"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column(
            "body",
            postgresql.JSONB(none_as_null=True),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("user_id", "place"),
    )
    op.create_table(
        "groups",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("icon", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("restricted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("queue_email", sa.String(length=255), nullable=True),
        sa.Column("lead_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("default_priority", sa.String(length=20), nullable=True),
        sa.Column("default_assignee_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("sla_policy_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column(
            "fields",
            postgresql.JSONB(none_as_null=True),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("archived", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "default_priority IN ('Low', 'Medium', 'High', 'Critical')", name="groups_default_priority_known"
        ),
        sa.CheckConstraint("char_length(description) <= 2000", name="groups_description_length"),
        sa.ForeignKeyConstraint(["default_assignee_id"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["lead_id"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["sla_policy_id"], ["sla_policies.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "groups_name_key",
        "groups",
        [sa.literal_column("lower(name)")],
        unique=True,
        postgresql_where=sa.text("NOT archived"),
    )
    op.create_index(op.f("ix_groups_default_assignee_id"), "groups", ["default_assignee_id"], unique=False)
    op.create_index(op.f("ix_groups_lead_id"), "groups", ["lead_id"], unique=False)
    op.create_index(op.f("ix_groups_sla_policy_id"), "groups", ["sla_policy_id"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("answer", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("user_id", "key"),
    )
    op.create_index("idempotency_keys_created_at", "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "notification_preferences",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("user_id", "event", "channel"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=True),
        sa.Column("ip", sa.String(length=45), nullable=True),
        sa.Column("user_agent", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('browser', 'api')", name="sessions_kind_known"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sessions_expires_at", "sessions", ["expires_at"], unique=False)
    op.create_index(
        "sessions_live_by_user",
        "sessions",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "sla_policy_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("policy_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "document",
            postgresql.JSONB(none_as_null=True),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("created_by", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["policy_id"], ["sla_policies.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("policy_id", "version", name="sla_policy_versions_policy_version_key"),
    )
    op.create_table(
        "categories",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("icon", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("default_priority", sa.String(length=20), nullable=True),
        sa.Column("default_assignee_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("sla_policy_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column(
            "fields",
            postgresql.JSONB(none_as_null=True),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("archived", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "default_priority IN ('Low', 'Medium', 'High', 'Critical')",
            name="categories_default_priority_known",
        ),
        sa.CheckConstraint("char_length(description) <= 2000", name="categories_description_length"),
        sa.ForeignKeyConstraint(["default_assignee_id"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["sla_policy_id"], ["sla_policies.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("id", "group_id", name="categories_id_group_key"),
    )
    op.create_index(
        "categories_name_key",
        "categories",
        ["group_id", sa.literal_column("lower(name)")],
        unique=True,
        postgresql_where=sa.text("NOT archived"),
    )
    op.create_index(
        op.f("ix_categories_default_assignee_id"), "categories", ["default_assignee_id"], unique=False
    )
    op.create_index(op.f("ix_categories_group_id"), "categories", ["group_id"], unique=False)
    op.create_index(op.f("ix_categories_sla_policy_id"), "categories", ["sla_policy_id"], unique=False)
    op.create_table(
        "group_members",
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("group_id", "user_id"),
    )
    op.create_index("group_members_by_user", "group_members", ["user_id", "group_id"], unique=False)
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash", name="refresh_tokens_token_hash_key"),
    )
    op.create_index("refresh_tokens_session", "refresh_tokens", ["session_id"], unique=False)
    op.create_table(
        "subcategories",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("category_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("icon", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("default_priority", sa.String(length=20), nullable=True),
        sa.Column("default_assignee_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("sla_policy_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column(
            "fields",
            postgresql.JSONB(none_as_null=True),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("archived", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "default_priority IN ('Low', 'Medium', 'High', 'Critical')",
            name="subcategories_default_priority_known",
        ),
        sa.CheckConstraint("char_length(description) <= 2000", name="subcategories_description_length"),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["default_assignee_id"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["sla_policy_id"], ["sla_policies.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("id", "category_id", name="subcategories_id_category_key"),
    )
    op.create_index(op.f("ix_subcategories_category_id"), "subcategories", ["category_id"], unique=False)
    op.create_index(
        op.f("ix_subcategories_default_assignee_id"), "subcategories", ["default_assignee_id"], unique=False
    )
    op.create_index(op.f("ix_subcategories_sla_policy_id"), "subcategories", ["sla_policy_id"], unique=False)
    op.create_index(
        "subcategories_name_key",
        "subcategories",
        ["category_id", sa.literal_column("lower(name)")],
        unique=True,
        postgresql_where=sa.text("NOT archived"),
    )
    op.create_table(
        "tickets",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_no", sa.String(length=50), nullable=False),
        sa.Column("created_by", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("requested_for", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("assigned_to", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("subcategory_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("priority", sa.String(length=20), server_default=sa.text("'Medium'"), nullable=False),
        sa.Column(
            "priority_rank",
            sa.SmallInteger(),
            sa.Computed(
                "CASE priority WHEN 'Critical' THEN 3 WHEN 'High' THEN 2 WHEN 'Medium' THEN 1 ELSE 0 END",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column("impact", sa.Integer(), nullable=True),
        sa.Column("urgency", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=30), server_default=sa.text("'Open'"), nullable=False),
        sa.Column("source", sa.String(length=10), server_default=sa.text("'web'"), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=True),
        sa.Column("resolution_code", sa.String(length=20), nullable=True),
        sa.Column("resolution_text", sa.Text(), nullable=True),
        sa.Column("reopen_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("rating_comment", sa.String(length=2000), nullable=True),
        sa.Column("merged_into_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column(
            "custom",
            postgresql.JSONB(none_as_null=True),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("policy_version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("risk_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("history_seq", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("history_hash", sa.LargeBinary(), nullable=False),
        sa.Column("event_seq", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "words",
            postgresql.TSVECTOR(),
            sa.Computed(
                "setweight(to_tsvector('simple', helpdesk_plain(title)), 'A') || setweight(to_tsvector('simple', helpdesk_plain(description)), 'B')",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("(status = 'Closed') = (closed_at IS NOT NULL)", name="tickets_closed_at_fits"),
        sa.CheckConstraint(
            "(status = 'Open') = (assigned_to IS NULL) OR status IN ('Resolved', 'Closed')",
            name="tickets_open_means_unassigned",
        ),
        sa.CheckConstraint(
            "priority IN ('Low', 'Medium', 'High', 'Critical')", name="tickets_priority_known"
        ),
        sa.CheckConstraint(
            "resolution_code IN ('solved', 'workaround', 'not_reproducible', 'wont_fix', 'duplicate', 'withdrawn', 'merged')",
            name="tickets_resolution_code_known",
        ),
        sa.CheckConstraint(
            "source IN ('web', 'api', 'email', 'timer', 'seed', 'shell')", name="tickets_source_known"
        ),
        sa.CheckConstraint(
            "status <> 'Resolved' OR resolved_at IS NOT NULL", name="tickets_resolved_at_fits"
        ),
        sa.CheckConstraint(
            "status IN ('Open', 'Assigned', 'In Progress', 'Resolved', 'Closed')", name="tickets_status_known"
        ),
        sa.CheckConstraint("char_length(description) <= 20000", name="tickets_description_length"),
        sa.CheckConstraint("char_length(resolution_text) <= 20000", name="tickets_resolution_text_length"),
        sa.CheckConstraint("char_length(title) >= 1", name="tickets_title_not_empty"),
        sa.CheckConstraint("impact BETWEEN 1 AND 3", name="tickets_impact_range"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="tickets_rating_range"),
        sa.CheckConstraint("urgency BETWEEN 1 AND 3", name="tickets_urgency_range"),
        sa.ForeignKeyConstraint(["assigned_to"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["category_id", "group_id"],
            ["categories.id", "categories.group_id"],
            name="tickets_category_in_group",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["merged_into_id"], ["tickets.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["policy_version_id"], ["sla_policy_versions.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["requested_for"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["subcategory_id", "category_id"],
            ["subcategories.id", "subcategories.category_id"],
            name="tickets_subcategory_in_category",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ticket_no", name="tickets_ticket_no_key"),
    )
    op.create_index(op.f("ix_tickets_policy_version_id"), "tickets", ["policy_version_id"], unique=False)
    op.create_index("tickets_by_assignee", "tickets", ["assigned_to", "created_at", "id"], unique=False)
    op.create_index("tickets_by_category", "tickets", ["category_id"], unique=False)
    op.create_index("tickets_by_creator", "tickets", ["created_by", "created_at", "id"], unique=False)
    op.create_index("tickets_by_group", "tickets", ["group_id", "created_at", "id"], unique=False)
    op.create_index("tickets_by_requester", "tickets", ["requested_for", "created_at", "id"], unique=False)
    op.create_index("tickets_by_subcategory", "tickets", ["subcategory_id"], unique=False)
    op.create_index("tickets_created", "tickets", ["created_at", "id"], unique=False)
    op.create_index(
        "tickets_merged_into",
        "tickets",
        ["merged_into_id"],
        unique=False,
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_index(
        "tickets_open_by_assignee",
        "tickets",
        ["assigned_to", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('Open', 'Assigned', 'In Progress')"),
    )
    op.create_index(
        "tickets_open_by_group",
        "tickets",
        ["group_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('Open', 'Assigned', 'In Progress')"),
    )
    op.create_index(
        "tickets_open_created",
        "tickets",
        ["created_at", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('Open', 'Assigned', 'In Progress')"),
    )
    op.create_index(
        "tickets_open_due",
        "tickets",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('Open', 'Assigned', 'In Progress')"),
    )
    op.create_index(
        "tickets_open_priority",
        "tickets",
        ["priority_rank", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('Open', 'Assigned', 'In Progress')"),
    )
    op.create_index(
        "tickets_open_updated",
        "tickets",
        ["staff_updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('Open', 'Assigned', 'In Progress')"),
    )
    op.create_index("tickets_priority", "tickets", ["priority_rank", "id"], unique=False)
    op.create_index(
        "tickets_resolved",
        "tickets",
        ["resolved_at"],
        unique=False,
        postgresql_where=sa.text("status = 'Resolved'"),
    )
    op.create_index(
        "tickets_title_trgm",
        "tickets",
        ["title"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"title": "gin_trgm_ops"},
    )
    op.create_index("tickets_updated", "tickets", ["staff_updated_at", "id"], unique=False)
    op.create_index("tickets_words", "tickets", ["words"], unique=False, postgresql_using="gin")
    op.create_table(
        "ticket_clock_steps",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("ticket_id", "kind", "run", "step"),
    )
    op.create_table(
        "ticket_clocks",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("policy_version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target_minutes", sa.Integer(), nullable=False),
        sa.Column("business", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("consumed_seconds", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("risk_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("flagged", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('first_response', 'next_response', 'resolution')", name="ticket_clocks_kind_known"
        ),
        sa.CheckConstraint("due_at IS NULL OR due_at >= started_at", name="ticket_clocks_due_after_start"),
        sa.ForeignKeyConstraint(["policy_version_id"], ["sla_policy_versions.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("ticket_id", "kind"),
    )
    op.create_index(
        "ticket_clocks_next_step",
        "ticket_clocks",
        ["next_step_at"],
        unique=False,
        postgresql_where=sa.text("next_step_at IS NOT NULL"),
    )
    op.create_table(
        "ticket_comments",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("origin_ticket_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("author_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("is_internal", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("source", sa.String(length=10), server_default=sa.text("'web'"), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=True),
        sa.Column("seen_comment_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "source IN ('web', 'api', 'email', 'timer', 'seed', 'shell')", name="ticket_comments_source_known"
        ),
        sa.CheckConstraint("char_length(message) <= 20000", name="ticket_comments_message_length"),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["origin_ticket_id"], ["tickets.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ticket_comments_author", "ticket_comments", ["author_id"], unique=False)
    op.create_index(
        "ticket_comments_thread", "ticket_comments", ["ticket_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "ticket_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "data",
            postgresql.JSONB(none_as_null=True),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("visibility", sa.String(length=10), server_default=sa.text("'public'"), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("priority", sa.String(length=20), nullable=False),
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("subcategory_id", sa.BigInteger(), nullable=True),
        sa.Column("category_path", sa.String(length=500), nullable=False),
        sa.Column("assigned_to", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("policy_version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint(
            "kind IN ('created', 'assigned', 'unassigned', 'status_changed', 'hold_started', 'hold_ended', 'requester_comment', 'agent_comment', 'other_comment', 'note', 'priority_changed', 'category_changed', 'policy_changed', 'edited', 'resolved', 'closed', 'reopened', 'rated', 'watchers_changed', 'files_added', 'sla_step')",
            name="ticket_events_kind_known",
        ),
        sa.CheckConstraint("visibility IN ('public', 'staff')", name="ticket_events_visibility_known"),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["assigned_to"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["policy_version_id"], ["sla_policy_versions.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ticket_id", "seq", name="ticket_events_seq_key"),
    )
    op.create_index("ticket_events_by_kind", "ticket_events", ["kind", "at"], unique=False)
    op.create_table(
        "ticket_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("on_behalf_of", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("field_name", sa.String(length=100), nullable=False),
        sa.Column("old_value", sa.Text(), nullable=True),
        sa.Column("new_value", sa.Text(), nullable=True),
        sa.Column("text_digest", sa.LargeBinary(), nullable=True),
        sa.Column("visibility", sa.String(length=10), server_default=sa.text("'public'"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "source IN ('web', 'api', 'email', 'timer', 'seed', 'shell')", name="ticket_history_source_known"
        ),
        sa.CheckConstraint("visibility IN ('public', 'staff')", name="ticket_history_visibility_known"),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ticket_id", "seq", name="ticket_history_seq_key"),
    )
    op.create_index("ticket_history_by_person", "ticket_history", ["changed_by"], unique=False)
    op.create_table(
        "ticket_history_texts",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("old_value", sa.Text(), nullable=True),
        sa.Column("new_value", sa.Text(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("ticket_id", "seq"),
    )
    op.create_table(
        "ticket_holds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_by", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.CheckConstraint(
            "reason IN ('requester', 'third_party', 'approval', 'scheduled')",
            name="ticket_holds_reason_known",
        ),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= since", name="ticket_holds_end_after_start"),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["set_by"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ticket_holds_by_ticket", "ticket_holds", ["ticket_id", "since"], unique=False)
    op.create_index(
        "ticket_holds_due",
        "ticket_holds",
        ["until"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL AND until IS NOT NULL"),
    )
    op.create_index(
        "ticket_holds_one_open",
        "ticket_holds",
        ["ticket_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "ticket_tags",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("ticket_id", "name"),
    )
    op.create_index("ticket_tags_by_name", "ticket_tags", ["name", "ticket_id"], unique=False)
    op.create_table(
        "ticket_watchers",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("added_by", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("by_staff", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("ticket_id", "user_id"),
    )
    op.create_index("ticket_watchers_by_user", "ticket_watchers", ["user_id", "ticket_id"], unique=False)
    op.create_table(
        "attachments",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("comment_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("file_path", sa.String(length=500), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("content_type", sa.String(length=150), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size >= 0", name="attachments_size_positive"),
        sa.CheckConstraint(
            "ticket_id IS NOT NULL OR comment_id IS NULL", name="attachments_comment_needs_ticket"
        ),
        sa.ForeignKeyConstraint(["comment_id"], ["ticket_comments.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["uploaded_by"], ["users.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("file_path", name="attachments_file_path_key"),
    )
    op.create_index(
        "attachments_by_comment",
        "attachments",
        ["comment_id"],
        unique=False,
        postgresql_where=sa.text("comment_id IS NOT NULL"),
    )
    op.create_index("attachments_by_ticket", "attachments", ["ticket_id", "created_at", "id"], unique=False)
    op.create_index("attachments_by_uploader", "attachments", ["uploaded_by"], unique=False)
    op.create_index(
        "attachments_waiting",
        "attachments",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("ticket_id IS NULL"),
    )
    op.create_table(
        "notification_logs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("actor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recipient_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("address", sa.String(length=255), nullable=True),
        sa.Column("recipient_key", sa.String(length=270), nullable=False),
        sa.Column("channel", sa.String(length=20), server_default=sa.text("'email'"), nullable=False),
        sa.Column("status", sa.String(length=20), server_default=sa.text("'queued'"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.String(length=1000), nullable=True),
        sa.Column(
            "data",
            postgresql.JSONB(none_as_null=True),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'sent') = (sent_at IS NOT NULL)", name="notification_logs_sent_at_fits"
        ),
        sa.CheckConstraint("channel IN ('email')", name="notification_logs_channel_known"),
        sa.CheckConstraint(
            "event IN ('ticket_created', 'ticket_receipt', 'assigned', 'unassigned', 'status_changed', 'hold_started', 'hold_ended', 'public_comment', 'internal_note', 'sla_warning', 'sla_breach', 'resolved', 'closed', 'reopened')",
            name="notification_logs_event_known",
        ),
        sa.CheckConstraint(
            "status IN ('queued', 'sending', 'sent', 'failed', 'suppressed')",
            name="notification_logs_status_known",
        ),
        sa.CheckConstraint(
            "(recipient_id IS NULL) <> (address IS NULL)", name="notification_logs_one_recipient"
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["comment_id"], ["ticket_comments.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["recipient_id"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "ticket_id", "event_seq", "recipient_key", "channel", name="notification_logs_once"
        ),
    )
    op.create_index("notification_logs_by_batch", "notification_logs", ["batch_id"], unique=False)
    op.create_index(
        "notification_logs_by_recipient", "notification_logs", ["recipient_id", "id"], unique=False
    )
    op.create_index(
        "notification_logs_due",
        "notification_logs",
        ["next_attempt_at", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('queued', 'sending')"),
    )
    op.create_index(
        "notification_logs_failed",
        "notification_logs",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status = 'failed'"),
    )
    op.create_table(
        "notification_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("notification_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=100), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(length=20), nullable=True),
        sa.Column("error", sa.String(length=1000), nullable=True),
        sa.CheckConstraint(
            "result IN ('sent', 'temporary', 'permanent', 'suppressed')",
            name="notification_attempts_result_known",
        ),
        sa.ForeignKeyConstraint(["notification_id"], ["notification_logs.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("notification_id", "number", name="notification_attempts_number_key"),
    )


def downgrade() -> None:
    for table in (
        "notification_attempts",
        "notification_logs",
        "attachments",
        "ticket_watchers",
        "ticket_tags",
        "ticket_holds",
        "ticket_history_texts",
        "ticket_history",
        "ticket_events",
        "ticket_comments",
        "ticket_clocks",
        "ticket_clock_steps",
        "tickets",
        "subcategories",
        "refresh_tokens",
        "group_members",
        "categories",
        "sla_policy_versions",
        "sessions",
        "notification_preferences",
        "idempotency_keys",
        "groups",
        "drafts",
        "audit_log",
        "users",
        "sla_policies",
        "roles",
        "calendars",
    ):
        op.drop_table(table)
    op.execute("DROP SEQUENCE ticket_numbers")
    op.execute("DROP FUNCTION helpdesk_append_only")
    op.execute("DROP FUNCTION helpdesk_erase_only")
    op.execute("DROP FUNCTION helpdesk_plain")
    op.execute("DROP EXTENSION pg_trgm")
    op.execute("DROP EXTENSION unaccent")

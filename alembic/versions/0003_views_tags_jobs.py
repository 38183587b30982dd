"""Saved views of the queue, and each person's settings of it.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    op.create_table(
        "saved_views",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "filters",
            postgresql.JSONB(none_as_null=True),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("sort", sa.String(length=40), nullable=False),
        sa.Column("columns", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("shared", sa.String(length=10), server_default=sa.text("'private'"), nullable=False),
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("shared IN ('private', 'group', 'staff')", name="saved_views_shared_known"),
        sa.CheckConstraint(
            "(shared = 'group') = (group_id IS NOT NULL)", name="saved_views_group_where_shared"
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("saved_views_by_owner", "saved_views", ["owner_id"])
    op.create_index(
        "saved_views_by_group", "saved_views", ["group_id"], postgresql_where=sa.text("group_id IS NOT NULL")
    )
    op.create_index("saved_views_of_all", "saved_views", ["id"], postgresql_where=sa.text("shared = 'staff'"))
    op.create_table(
        "queue_settings",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("columns", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("default_view_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["default_view_id"], ["saved_views.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_index("queue_settings_by_view", "queue_settings", ["default_view_id"])


def downgrade() -> None:
    op.drop_table("queue_settings")
    op.drop_table("saved_views")

"""Search: an index by age over titles, descriptions and conversations; the words that tickets use.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# A search wants the newest matches, an inverted index knows no order. So each word is indexed under its block of
# 16,384 neighbouring tickets ("1003cprinter"), and a search asks block after block, newest first, until it has enough:
# it reads about as much for a word of every fifth ticket as for a rare one. Words hold no quotes, blanks or
# backslashes (`helpdesk_plain`), so that they may be edited as text. Words of 250 characters and more are cut, as the
# block in front would make them too long.
TERMS = r"""
CREATE OR REPLACE FUNCTION helpdesk_terms(ticket bigint, words tsvector) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CAST(replace(
    ' ' || CASE WHEN octet_length(CAST(strip(words) AS text)) < 1000 THEN CAST(strip(words) AS text)
           ELSE regexp_replace(CAST(strip(words) AS text), '(''[^ '']{250})[^ '']+''', '\1''', 'g') END,
    ' ''', ' ''' || to_hex(65536 + (ticket >> 14))) AS tsvector) $$
"""

# The same of a query. Where words have to stand is not in this index: phrases are compared on the text itself.
IN_BLOCK = r"""
CREATE OR REPLACE FUNCTION helpdesk_in_block(query tsquery, block bigint) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CAST(regexp_replace(regexp_replace(CAST(query AS text), '<(-|\d+)>', '&', 'g'),
    '''([^'']{1,250})[^'']*''', '''' || to_hex(65536 + block) || '\1''', 'g') AS tsquery) $$
"""

COMMENT_TERMS = "helpdesk_terms(ticket_id, to_tsvector('simple'::regconfig, helpdesk_plain(message)))"


INDEXES = {
    "tickets_terms": "tickets USING gin (helpdesk_terms(id, words)) WITH (fastupdate = off)",
    "ticket_comments_terms": f"ticket_comments USING gin ({COMMENT_TERMS}) WITH (fastupdate = off)",
    "tickets_number_begins": "tickets (ticket_no text_pattern_ops)",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    op.execute(TERMS)
    op.execute(IN_BLOCK)
    _create_indexes()
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    _create_vocabulary()


def _create_indexes() -> None:
    """While people work. One that was cut off leaves an invalid index, which the next try removes."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '1min'")
        op.execute("SET statement_timeout = '2h'")
        for name, what in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {what}")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS tickets_words")


def _create_vocabulary() -> None:
    op.create_table(
        "search_words",
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word"),
    )
    op.create_index(
        "search_words_trgm",
        "search_words",
        ["word"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"word": "gin_trgm_ops"},
    )
    op.create_table(
        "search_progress",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("history_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("id = 1", name="search_progress_one_row"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("INSERT INTO search_progress (id) VALUES (1)")


def downgrade() -> None:
    op.drop_table("search_progress")
    op.drop_table("search_words")
    op.drop_index("tickets_number_begins", table_name="tickets")
    op.drop_index("ticket_comments_terms", table_name="ticket_comments")
    op.drop_index("tickets_terms", table_name="tickets")
    op.create_index("tickets_words", "tickets", ["words"], unique=False, postgresql_using="gin")
    op.execute("DROP FUNCTION helpdesk_in_block")
    op.execute("DROP FUNCTION helpdesk_terms")

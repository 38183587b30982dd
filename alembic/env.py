"""Alembic's entry: the database of the settings, the tables of `helpdesk.models`."""

import logging
import time

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

from helpdesk.core.config import get_settings
from helpdesk.models import metadata

# one migration at a time, however many processes start at once
_LOCK = 7_238_001
_OPTIONS = {"target_metadata": metadata, "compare_type": True, "compare_server_default": False}

logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)


def run_offline() -> None:
    """Print the SQL (`--sql`), as the linter of the migrations reads it."""
    context.configure(dialect_name="postgresql", literal_binds=True, **_OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


def _wait_for_turn(connection: Connection) -> None:
    """Asked for again and again: one that waits within a statement would hold up indexes that are made concurrently,
    which wait for all statements."""
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}):
        connection.commit()
        time.sleep(0.2)
    connection.commit()


def run_online() -> None:
    engine = create_engine(get_settings().sqlalchemy_url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        _wait_for_turn(connection)
        context.configure(connection=connection, transaction_per_migration=True, **_OPTIONS)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()

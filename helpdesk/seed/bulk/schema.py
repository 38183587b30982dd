"""Taking indexes, constraints and triggers off for a load, and putting them back: nothing is lost if it breaks off.

What was taken off is kept in the table `bulk_load` until all of it is back. That table is there only while a load
is unfinished, so that `helpdesk check` reports one that was cut off.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg

from helpdesk.seed.bulk.sheets import COLUMNS

TABLES = tuple(COLUMNS)
_MEMORY = "512MB"  # for each of two builds at once

_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text AS relation, conname AS name, pg_get_constraintdef(oid) AS definition
      FROM pg_constraint
     WHERE contype = 'f' AND conparentid = 0
       AND (conrelid = ANY(%(tables)s::regclass[]) OR confrelid = ANY(%(tables)s::regclass[]))
     ORDER BY 1, 2
"""
_KEYS = """
    SELECT conrelid::regclass::text AS relation, conname AS name, pg_get_constraintdef(oid) AS definition
      FROM pg_constraint
     WHERE contype IN ('p', 'u') AND conrelid = ANY(%(tables)s::regclass[])
     ORDER BY 1, contype, 2
"""
_INDEXES = """
    SELECT i.indrelid::regclass::text AS relation, i.indexrelid::regclass::text AS name,
           pg_get_indexdef(i.indexrelid) AS definition
      FROM pg_index i
     WHERE i.indrelid = ANY(%(tables)s::regclass[])
       AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u'))
     ORDER BY 1, 2
"""


def take_off(connection: psycopg.Connection) -> list[tuple[int, str, str]]:
    """Drop what slows a load down, in the caller's transaction.

    Returns the statements that put it back, `(stage, table, statement)`: those of a stage in any order, after the
    stages before.
    """
    back: list[tuple[int, str, str]] = []
    drops: list[str] = []
    rows = {
        stage: connection.execute(query, {"tables": list(TABLES)}).fetchall()
        for stage, query in enumerate((_INDEXES, _KEYS, _FOREIGN_KEYS))
    }
    for relation, name, definition in rows[2]:
        drops.append(f'ALTER TABLE {relation} DROP CONSTRAINT "{name}"')
        # checked afterwards, which lets two tables be checked at once
        back.append((1, relation, f'ALTER TABLE {relation} ADD CONSTRAINT "{name}" {definition} NOT VALID'))
        back.append((2, relation, f'ALTER TABLE {relation} VALIDATE CONSTRAINT "{name}"'))
    for relation, name, definition in rows[1]:
        drops.append(f'ALTER TABLE {relation} DROP CONSTRAINT "{name}"')
        back.append((0, relation, f'ALTER TABLE {relation} ADD CONSTRAINT "{name}" {definition}'))
    for relation, name, definition in rows[0]:
        drops.append(f"DROP INDEX {name}")
        back.append((0, relation, definition))
    for statement in drops:
        connection.execute(statement.encode())
    return back


def put_back(url: str, back: Sequence[tuple[int, str, str]], at_once: int) -> None:
    """Run what is not there yet, and forget each statement with its transaction. May be called again."""
    for stage in sorted({stage for stage, _, _ in back}):
        by_table: dict[str, list[str]] = {}
        for _, table, statement in (one for one in back if one[0] == stage):
            by_table.setdefault(table, []).append(statement)
        # keys of one referenced table can't be added at once
        workers = 1 if stage == 1 else at_once
        with ThreadPoolExecutor(workers) as pool:
            for done in [pool.submit(_run, url, statements) for statements in _largest_first(by_table)]:
                done.result()


def _largest_first(by_table: dict[str, list[str]]) -> list[list[str]]:
    return sorted(by_table.values(), key=len, reverse=True)


def _run(url: str, statements: Sequence[str]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        prepare(connection)
        for statement in statements:
            with connection.transaction():
                connection.execute(statement.encode())
                connection.execute("DELETE FROM bulk_load_back WHERE statement = %s", [statement])


def prepare(connection: psycopg.Connection) -> None:
    """Settings of a load's connections: nothing times out, the disk is waited for at the end alone."""
    connection.execute("SET statement_timeout = 0")
    connection.execute("SET lock_timeout = 0")
    connection.execute("SET idle_in_transaction_session_timeout = 0")
    connection.execute("SET synchronous_commit = off")
    connection.execute(f"SET maintenance_work_mem = '{_MEMORY}'".encode())

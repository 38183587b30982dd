"""What the database itself refuses: changing or removing history, events, audit entries, policy versions."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from helpdesk.services import tickets
from tests.factories import World, make_ticket

APPEND_ONLY = ("ticket_history", "ticket_events", "audit_log", "sla_policy_versions", "ticket_clock_steps")
ERASE_ONLY = ("ticket_history_texts",)


def _refused(db: Connection, statement: str) -> str:
    with pytest.raises(DatabaseError) as refused, db.begin_nested():
        db.execute(text(statement))
    return str(refused.value)


@pytest.mark.parametrize("table", [*APPEND_ONLY, *ERASE_ONLY])
def test_truncate_is_refused(db: Connection, table: str) -> None:
    assert "append-only" in _refused(db, f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("table", ["ticket_history", "ticket_events", "sla_policy_versions"])
def test_update_and_delete_are_refused(db: Connection, world: World, table: str) -> None:
    make_ticket(world.client, world.it)
    assert db.scalar(text(f"SELECT count(*) FROM {table}")), "nothing there to try it on"
    assert "append-only" in _refused(db, f"UPDATE {table} SET id = id")
    assert "append-only" in _refused(db, f"DELETE FROM {table}")


def test_triggers_cover_every_append_only_table(db: Connection) -> None:
    found = db.execute(
        text(
            "SELECT c.relname, bool_or(t.tgtype & 16 > 0) AS updates, bool_or(t.tgtype & 8 > 0) AS deletes,"
            " bool_or(t.tgtype & 32 > 0) AS truncates"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgenabled = 'O' GROUP BY c.relname"
        )
    ).all()
    guarded = {row.relname for row in found if row.updates and row.deletes and row.truncates}
    assert guarded == {*APPEND_ONLY, *ERASE_ONLY}


def test_the_words_of_a_history_row_can_be_erased_and_nothing_else(db: Connection, world: World) -> None:
    made = make_ticket(world.client, world.it, "My number is 555-0100")
    tickets.update(world.actor("agent"), made.ticket.id, {"title": "No number"}, made.ticket.version)
    assert db.scalar(text("SELECT count(*) FROM ticket_history_texts"))
    assert "only be erased" in _refused(db, "UPDATE ticket_history_texts SET new_value = 'forged'")
    assert "only be erased" in _refused(db, "DELETE FROM ticket_history_texts")
    erased = "old_value = NULL, new_value = NULL, erased_at = clock_timestamp()"
    db.execute(text(f"UPDATE ticket_history_texts SET {erased}"))
    assert db.scalar(text("SELECT count(*) FROM ticket_history_texts WHERE new_value IS NOT NULL")) == 0

"""`integrity.check` says ok where all agrees, and finds each thing that does not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from helpdesk.core import clock
from helpdesk.core.clock import moved
from helpdesk.core.db import transaction
from helpdesk.services import _clock_check, comments, integrity
from helpdesk.services import tickets as service
from tests.factories import World, make_ticket


def run(statement: str, **values: object) -> None:
    """Change what the program never would; the database's own guards are switched off for it."""
    with transaction() as s:
        for table in ("ticket_history", "ticket_history_texts", "ticket_events", "audit_log"):
            s.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        s.execute(text(statement), values)


def found() -> dict[str, str]:
    """What is wrong, by the name of the check."""
    return {finding.name: finding.detail for finding in integrity.check() if not finding.ok}


@pytest.fixture
def ticket_id(world: World) -> int:
    """A ticket with a life behind it."""
    run("UPDATE users SET updated_at = updated_at - interval '1 day'")  # they are older than the ticket
    at = clock.now() - timedelta(hours=3)
    with moved(at):
        ticket_id = make_ticket(world.client, world.it, watchers=(world.client2.id,)).ticket.id
    with moved(at + timedelta(minutes=10)):
        service.take(world.actor("agent"), ticket_id)
    with moved(at + timedelta(minutes=20)):
        comments.add(world.actor("agent"), ticket_id, "Hello!")
        comments.add(world.actor("agent"), ticket_id, "A note", is_internal=True)
    with moved(at + timedelta(minutes=30)):
        service.hold(world.actor("agent"), ticket_id, "requester")
    with moved(at + timedelta(minutes=40)):
        comments.add(world.actor("client"), ticket_id, "Here you are")
        service.set_status(
            world.actor("agent"), ticket_id, "Resolved", resolution_code="solved", resolution_text="Done"
        )
    with moved(at + timedelta(minutes=50)):
        service.reopen(world.actor("client"), ticket_id, "Not quite")
    return ticket_id


def test_all_is_well(world: World, ticket_id: int) -> None:
    make_ticket(world.client2, world.hr)
    assert [finding.name for finding in integrity.check()] == [
        "clocks",
        "history",
        "events",
        "holds",
        "notifications",
        "audit",
        "files",
    ]
    assert found() == {}


def test_all_is_well_without_data(db: Connection) -> None:
    assert found() == {}


@pytest.mark.parametrize(
    ("check", "said", "statement"),
    [
        (
            "clocks",
            "differs in target_minutes",
            "UPDATE ticket_clocks SET target_minutes = 5 WHERE ticket_id = :id",
        ),
        ("clocks", "the list shows another due_at", "UPDATE tickets SET due_at = now() WHERE id = :id"),
        (
            "clocks",
            "first_response clock is missing",
            "DELETE FROM ticket_clocks WHERE kind = 'first_response'",
        ),
        ("history", "broken at entry 2", "UPDATE ticket_history SET new_value = 'Low' WHERE seq = 2"),
        ("history", "broken at entry 4", "DELETE FROM ticket_history WHERE seq = 3"),
        (
            "history",
            "ends before the entry",
            "DELETE FROM ticket_history h USING tickets t WHERE t.id = h.ticket_id AND h.seq = t.history_seq",
        ),
        ("history", "the history is missing", "DELETE FROM ticket_history"),
        (
            "history",
            "the words of history entry",
            "UPDATE ticket_history_texts SET new_value = 'Something else'",
        ),
        ("history", "the words of history entry", "DELETE FROM ticket_history_texts"),
        ("events", "events where there should be", "DELETE FROM ticket_events WHERE seq = 2"),
        (
            "events",
            "their times don't rise",
            "UPDATE ticket_events SET at = at - interval '1 day' WHERE seq = 3",
        ),
        ("holds", "lists show another hold", "UPDATE tickets SET held_until = now() WHERE id = :id"),
        (
            "holds",
            "lists show another hold",
            "UPDATE ticket_holds SET ended_at = NULL WHERE ticket_id = :id",
        ),
        (
            "notifications",
            "the requester's side was not told",
            "DELETE FROM notification_logs WHERE event = 'public_comment' AND channel = 'email'",
        ),
        (
            "notifications",
            "belongs to no event",
            "UPDATE notification_logs SET event_seq = 900 WHERE id = (SELECT min(id) FROM notification_logs)",
        ),
        (
            "notifications",
            "tells the person who caused it",
            "UPDATE notification_logs SET actor_id = recipient_id WHERE event = 'resolved'",
        ),
        (
            "notifications",
            "other tries than it has",
            "UPDATE notification_logs SET attempts = 1 WHERE channel = 'email'",
        ),
        (
            "notifications",
            "no try of it was",
            "UPDATE notification_logs SET status = 'sent', sent_at = now() WHERE channel = 'email'",
        ),
        (
            "notifications",
            "failed without a reason",
            "UPDATE notification_logs SET status = 'failed' WHERE channel = 'email'",
        ),
        (
            "notifications",
            "stuck for over 10 minutes",
            "UPDATE notification_logs SET status = 'queued' WHERE channel = 'email'",
        ),
    ],
)
def test_what_is_wrong_is_named(ticket_id: int, check: str, said: str, statement: str) -> None:
    run(statement, **({"id": ticket_id} if ":id" in statement else {}))
    assert said in found()[check]


def test_a_mail_that_was_sent_twice(ticket_id: int) -> None:
    with transaction() as s:
        message = s.scalar(text("SELECT min(id) FROM notification_logs"))
    statement = "UPDATE notification_logs SET status = 'sent', sent_at = now(), attempts = 2 WHERE id = :id"
    run(statement, id=message)
    attempt = (
        "INSERT INTO notification_attempts (notification_id, number, worker, started_at, finished_at, result)"
        " VALUES (:id, :number, 'w', now() + :after * interval '1 second', now(), 'sent')"
    )
    run(attempt, id=message, number=1, after=0)
    run(attempt, id=message, number=2, after=10)
    assert f"message {message} was sent twice" in found()["notifications"]
    run("UPDATE notification_attempts SET started_at = now() + interval '2 minutes' WHERE number = 2")
    assert found() == {}


def test_a_mail_without_a_bell_is_named(world: World) -> None:
    run("UPDATE users SET updated_at = updated_at - interval '1 day'")
    make_ticket(world.client2, world.it)
    make_ticket(world.client, world.it)
    assert found() == {}
    run(
        "DELETE FROM notification_logs WHERE channel = 'in_app' AND recipient_id = :agent"
        " AND id > (SELECT min(id) FROM notification_logs WHERE channel = 'in_app')",
        agent=world.agent2.id,
    )
    assert "went by mail, but rang no bell" in found()["notifications"]


def test_erased_words_are_no_damage(ticket_id: int) -> None:
    with transaction() as s:  # as the product would: the database's guard allows exactly this
        s.execute(
            text(
                "UPDATE ticket_history_texts SET old_value = NULL, new_value = NULL, erased_at = clock_timestamp()"
            )
        )
    assert found() == {}


def test_who_switched_messages_off_is_not_missed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    statement = (
        "INSERT INTO notification_preferences (user_id, event, channel, enabled)"
        " VALUES (:id, 'ticket_receipt', 'email', false)"
    )
    run(statement, id=world.client.id)
    make_ticket(world.client, world.it)
    assert found() == {}


def test_many_problems_are_counted(world: World) -> None:
    for _ in range(8):
        make_ticket(world.client, world.it)
    run("UPDATE tickets SET due_at = now()")
    assert found()["clocks"].endswith("and 3 more")


def test_changes_meanwhile_are_no_difference(fresh_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check reads at one moment: what is written while it runs can't look torn."""
    ticket = make_ticket(fresh_world.client, fresh_world.it).ticket
    original: Callable[..., object] = _clock_check._by_ticket
    wrote: list[bool] = []

    def write_in_between(*args: object) -> object:
        if not wrote:  # the tickets are read, their events not yet
            wrote.append(True)
            _in_a_thread(lambda: comments.add(fresh_world.actor("agent"), ticket.id, "Hello"))
        return original(*args)

    monkeypatch.setattr(_clock_check, "_by_ticket", write_in_between)
    assert found() == {}
    assert wrote


def _in_a_thread(act: Callable[[], object]) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(act).result(timeout=20)

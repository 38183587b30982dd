"""Bulk data: as much as was asked for, consistent with every rule, the same each time, and whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from helpdesk import cli
from helpdesk.core.db import transaction
from helpdesk.core.errors import Conflict
from helpdesk.domain.enums import Status
from helpdesk.models.sla import ticket_clocks
from helpdesk.models.ticket import tickets
from helpdesk.seed.bulk import arrivals, load
from helpdesk.seed.bulk.scene import read_scene
from helpdesk.seed.bulk.sheets import Sheets
from helpdesk.seed.demo import ensure_demo
from helpdesk.services import _clocks, integrity, sla
from helpdesk.stack import migrations
from tests.conftest import Servers, database_url, drop_database, new_database
from tests.factories import make_ticket, make_world

TICKETS = 2_000
NOW = datetime(2026, 9, 9, 14, 0, tzinfo=UTC)
_SCHEMA = """
    SELECT indexname::text AS name, indexdef AS definition FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT format('%s.%s', conrelid::regclass, conname), format('%s %s', pg_get_constraintdef(oid), convalidated)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('%s.%s', tgrelid::regclass, tgname), format('%s %s', pg_get_triggerdef(oid), tgenabled)
      FROM pg_trigger WHERE NOT tgisinternal
     ORDER BY 1, 2
"""


def silent(_: str) -> None:
    pass


def same_spelling(schema: list[Any]) -> list[str]:
    """PostgreSQL writes a definition that it reads back with its casts and brackets in other places."""
    return [re.sub(r"::character varying|::text(\[\])?|[()]", "", " ".join(row)) for row in schema]


def query(statement: str) -> list[Any]:
    with transaction() as s:
        return [row[0] if len(row) == 1 else tuple(row) for row in s.execute(text(statement))]


@pytest.fixture(scope="module")
def loaded(servers: Servers, template: str) -> Iterator[list[Any]]:
    """A database with a load, for all tests that only read it; its schema as it was before."""
    name = new_database(servers, template)
    with database_url(servers.url(name)):
        before = query(_SCHEMA)
        load.seed(TICKETS, 80, 24, now=NOW, say=silent)
        yield before
    drop_database(servers, name)


@pytest.fixture
def empty(servers: Servers, template: str) -> Iterator[None]:
    name = new_database(servers, template)
    with database_url(servers.url(name)):
        yield
    drop_database(servers, name)


def order(seed: int = 1) -> load.Order:
    return load.Order(TICKETS, 80, 24, seed, NOW.isoformat(), 1, 1000)


def pages(seed: int = 1) -> dict[str, list[str]]:
    """What the first days of a load come to."""
    with transaction() as s:
        scene = read_scene(s)
    sheets = Sheets()
    for day in arrivals.days(TICKETS, NOW)[:40]:
        load.write_day(sheets, scene, order(seed), day)
    return sheets.lines


def test_all_of_it_agrees_with_itself(loaded: list[Any]) -> None:
    assert [finding for finding in integrity.check() if not finding.ok] == []
    assert [finding.ok for finding in integrity.check(processes=2)] == [True] * 7


def test_several_processes_find_what_one_finds(empty: None) -> None:
    world = make_world()
    broken = make_ticket(world.client, world.it).ticket
    with transaction() as s:
        s.execute(text("UPDATE ticket_clocks SET target_minutes = 5"))
        s.execute(text("UPDATE tickets SET event_seq = 7, history_seq = 9"))
    alone = integrity.check()
    assert [finding.name for finding in alone if not finding.ok] == ["clocks", "history", "events"]
    assert all(broken.ticket_no in finding.detail for finding in alone if not finding.ok)
    assert integrity.check(processes=2) == alone


def test_how_much_there_is(loaded: list[Any]) -> None:
    [count] = query("SELECT count(*) FROM tickets")
    assert count == TICKETS
    [comments, notes] = query(
        "SELECT count(*) FROM ticket_comments UNION ALL SELECT count(*) FROM ticket_comments WHERE is_internal"
    )
    assert comments >= 3 * TICKETS
    assert notes > TICKETS / 3
    people = dict(query("SELECT r.name, count(*) FROM users u JOIN roles r ON r.id = u.role_id GROUP BY 1"))
    assert (people["client"], people["agent"]) == (80, 24)
    [closed] = query("SELECT count(*) FROM tickets WHERE status = 'Closed'")
    assert 0.9 * TICKETS < closed < 0.98 * TICKETS
    assert set(query("SELECT DISTINCT status FROM tickets")) == {str(status) for status in Status}
    for table in ("ticket_holds", "ticket_watchers", "ticket_clock_steps", "ticket_history_texts"):
        assert query(f"SELECT count(*) > 50 FROM {table}") == [True], table
    assert (
        query("SELECT count(*) FROM tickets t JOIN groups g ON g.id = group_id WHERE g.restricted")[0] > 100
    )
    assert query("SELECT count(*) > 300 FROM tickets WHERE rating IS NOT NULL") == [True]
    assert query("SELECT tickets > 100 FROM search_words WHERE word = 'laptop'") == [True]


def test_nothing_is_told_and_the_timers_find_nothing_to_do(loaded: list[Any]) -> None:
    assert query("SELECT DISTINCT status FROM notification_logs") == ["suppressed"]
    oldest, newest = query("SELECT min(created_at), max(created_at) FROM notification_logs")[0]
    assert NOW - timedelta(days=90) <= oldest < newest < NOW
    assert query("SELECT max(at) FROM ticket_events")[0] < NOW
    moment = NOW - timedelta(seconds=10)
    assert (sla.sweep_steps(moment), sla.sweep_holds(moment), sla.sweep_auto_close(moment)) == (0, 0, 0)


def test_the_arrivals_have_a_rhythm(loaded: list[Any]) -> None:
    by_weekday = dict(query("SELECT extract(isodow FROM created_at)::int, count(*) FROM tickets GROUP BY 1"))
    assert by_weekday[1] > by_weekday[5] > 5 * by_weekday[7]
    [at_work] = query("SELECT count(*) FROM tickets WHERE extract(hour FROM created_at) BETWEEN 7 AND 17")
    assert at_work > 0.75 * TICKETS
    first, last = query("SELECT min(created_at), max(created_at) FROM tickets")[0]
    assert NOW - timedelta(days=1097) < first < NOW - timedelta(days=1060)
    assert NOW - timedelta(days=5) < last < NOW
    numbers = query("SELECT ticket_no FROM tickets ORDER BY created_at")
    assert numbers == [f"HD-{1000 + place}" for place in range(TICKETS)]


def test_the_schema_is_as_before(loaded: list[Any]) -> None:
    assert same_spelling(query(_SCHEMA)) == same_spelling(loaded)
    assert migrations.drift() is None


def test_the_stored_clocks_are_those_that_a_service_would_store(loaded: list[Any]) -> None:
    clocks = select(ticket_clocks).order_by(ticket_clocks.c.ticket_id, ticket_clocks.c.kind)
    for ticket_id in query(f"SELECT id FROM tickets WHERE id % {TICKETS // 50} = 0 OR status <> 'Closed'"):
        with transaction() as s:
            mine = clocks.where(ticket_clocks.c.ticket_id == ticket_id)
            before = s.execute(mine).mappings().all()
            listed = _clocks.refresh(s, ticket_id, before[0]["as_of"])
            assert s.execute(mine).mappings().all() == before
            row = s.execute(select(tickets).where(tickets.c.id == ticket_id)).mappings().one()
            assert {name: row[name] for name in listed} == listed


def test_the_same_number_makes_the_same_data(loaded: list[Any]) -> None:
    once = pages()
    assert pages() == once
    assert pages(seed=2)["tickets"] != once["tickets"]
    stored = query("SELECT title FROM tickets ORDER BY id LIMIT 20")
    assert [line.split("\t")[8] for line in once["tickets"][:20]] == stored


def test_more_is_added_only_where_that_is_asked_for(empty: None) -> None:
    world = make_world()
    first = make_ticket(world.client, world.it).ticket
    with pytest.raises(Conflict, match="--add"):
        load.seed(300, 40, 12, now=NOW, say=silent)
    assert query("SELECT count(*) FROM users WHERE email LIKE '%people.example.com'") == [0]
    load.seed(300, 40, 12, now=NOW, add=True, say=silent)
    assert query("SELECT count(*) FROM tickets") == [301]
    made = make_ticket(world.client, world.it).ticket
    assert (first.ticket_no, made.ticket_no, made.id) == ("HD-1000", "HD-1301", first.id + 301)
    assert [finding for finding in integrity.check() if not finding.ok] == []
    assert ensure_demo() is False, "the demo company's tickets would not fit in between"


class BrokenOff(Exception):
    pass


def test_a_load_that_broke_off_is_finished_by_the_next(empty: None, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def breaks(word: str) -> load.Say:
        def say(line: str) -> None:
            said.append(line)
            if line.startswith(word):
                raise BrokenOff

        return say

    monkeypatch.setattr(load, "_SAY_EVERY_S", 0.0)
    monkeypatch.setattr(load, "_PART", 25)
    with pytest.raises(BrokenOff):
        load.seed(600, 40, 12, now=NOW, say=breaks("tickets: "))
    [some] = query("SELECT count(*) FROM tickets")
    assert 0 < some < 600
    assert "bulk_load" in str(migrations.drift()), "`helpdesk check` says so meanwhile"
    with pytest.raises(BrokenOff):
        load.seed(7, now=NOW + timedelta(days=1), say=breaks("indexes and constraints: back"))
    load.seed(7, say=said.append)
    assert said[-1].startswith("done: 600 tickets")
    assert query("SELECT count(*) FROM tickets") == [600]
    assert migrations.drift() is None
    assert [finding for finding in integrity.check() if not finding.ok] == []


def test_one_load_at_a_time(empty: None) -> None:
    with transaction() as s:
        s.execute(text(f"SELECT pg_advisory_xact_lock({load._LOCK})"))
        with pytest.raises(Conflict, match="at work"):
            load.seed(100, say=silent)


def test_not_in_production(empty: None, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings(env="production", public_url="https://desk.example.com", bcrypt_cost=12, rate_limits="on")
    for what in (["--tickets", "10"], ["--demo"]):
        assert cli.main(["seed", *what]) == 1
        assert "production" in capsys.readouterr().err
        assert query("SELECT count(*) FROM tickets") == [0]

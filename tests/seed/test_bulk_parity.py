"""The rows of a bulk load are those that the services write for the same acts: lives are played again by them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from helpdesk.core.clock import moved
from helpdesk.core.db import transaction
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Role, Source
from helpdesk.domain.sla import compute
from helpdesk.seed.bulk import sheets as sheets_of
from helpdesk.seed.bulk.firm import found_company
from helpdesk.seed.bulk.life import Life
from helpdesk.seed.bulk.pen import Pen
from helpdesk.seed.bulk.plot import Plot
from helpdesk.seed.bulk.scene import Scene, read_scene
from helpdesk.seed.bulk.sheets import Sheets
from helpdesk.services import comments, sla, tickets
from helpdesk.services.views import NewTicket
from tests.conftest import Servers, database_url, drop_database, new_database

NOW = datetime(2026, 9, 9, 14, 0, tzinfo=UTC)
LIVES = 16
VERBS = (
    *("create", "prioritise", "move", "tag", "assign", "comment", "hold_it", "resume", "resolve", "close"),
    *("reopen", "rate"),
)
Call = tuple[datetime, str, tuple[Any, ...], dict[str, Any]]


@pytest.fixture(scope="module")
def scene(servers: Servers, template: str) -> Iterator[Scene]:
    name = new_database(servers, template)
    with database_url(servers.url(name)):
        found_company(30, 20, 1, NOW - timedelta(days=1120), NOW - timedelta(days=1120))
        with transaction() as s:
            found = read_scene(s)
        yield found
    drop_database(servers, name)


def lives(scene: Scene, number: int) -> list[tuple[Life, list[Call]]]:
    """Lives with the calls of their verbs, as different as possible."""
    found: list[tuple[Life, list[Call]]] = []
    kinds: set[tuple[object, ...]] = set()
    rng = Random(3)
    while len(found) < number:
        created = NOW - timedelta(days=rng.uniform(1, 60))
        plot = Plot(rng, scene, 1_000_000 + len(found), 1, created.replace(microsecond=0), NOW)
        calls: list[Call] = []
        _record(plot.life, calls)
        life = plot.write()
        kind = (len(life.holds), life.columns["status"], life.columns["reopen_count"], bool(life.retargets))
        kind += (bool(life.tags), bool(life.watchers), life.place.path.split(" › ")[0])
        if kind not in kinds:
            kinds.add(kind)
            found.append((life, calls))
    return found


def _record(life: Life, calls: list[Call]) -> None:
    for name in VERBS:
        verb: Callable[..., None] = getattr(life, name)

        def recorded(at: datetime, *args: Any, _verb: Any = verb, _name: str = name, **named: Any) -> None:
            calls.append((at, _name, args, named))
            _verb(at, *args, **named)

        setattr(life, name, recorded)


class Player:
    """Does by the services what a life did."""

    def __init__(self, scene: Scene, life: Life) -> None:
        self.scene, self.life, self.id = scene, life, 0
        with transaction() as s:
            rows = s.execute(
                text(
                    "SELECT u.id, r.name, array_remove(array_agg(m.group_id), NULL) AS groups FROM users u"
                    " JOIN roles r ON r.id = u.role_id LEFT JOIN group_members m ON m.user_id = u.id GROUP BY 1, 2"
                )
            )
            self.actors = {
                row.id: Actor(row.id, Role(row.name), frozenset(row.groups), Source.SEED) for row in rows
            }

    def play(self, calls: Sequence[Call], sweeps: Sequence[datetime]) -> None:
        acts = [(at, lambda one=one: self._do(*one)) for one in calls for at in (one[0],)]
        acts += [(at, sla.sweep_steps) for at in sweeps]
        for at, act in sorted(acts, key=lambda one: one[0]):
            with moved(at):
                act()

    def _do(self, at: datetime, verb: str, args: tuple[Any, ...], named: dict[str, Any]) -> None:
        by = self.actors.get(args[0]) if args and isinstance(args[0], int) else None
        requester = self.actors[self.life.requester.id]
        if by is not None and by.role is Role.SYSTEM:
            assert {"resume": sla.sweep_holds, "close": sla.sweep_auto_close}[verb]() == 1
            return
        services: dict[str, Callable[[], object]] = {
            "create": lambda: self._create(*args),
            "prioritise": lambda: self._update(by, {"priority": args[1]}),
            "move": lambda: self._update(
                by, {name: getattr(args[1], name) for name in ("category_id", "subcategory_id")}
            ),
            "tag": lambda: tickets.set_tags(by, self.id, list(args[1])),
            "assign": lambda: tickets.assign(by, self.id, args[1]),
            "comment": lambda: comments.add(by, self.id, args[1], is_internal=named.get("internal", False)),
            "hold_it": lambda: tickets.hold(by, self.id, *args[1:]),
            "resume": lambda: tickets.hold(by, self.id, None),
            "resolve": lambda: tickets.set_status(
                by, self.id, "Resolved", resolution_code=args[1], resolution_text=args[2]
            ),
            "close": lambda: tickets.close(by, self.id),
            "reopen": lambda: tickets.reopen(requester, self.id, args[0]),
            "rate": lambda: tickets.rate(requester, self.id, *args),
        }
        services[verb]()

    def _create(self, title: str, description: str, priority: str, watchers: Sequence[int]) -> None:
        life = self.life
        place = self._place_at_first()
        new = NewTicket(
            group_id=place.group_id,
            category_id=place.category_id,
            subcategory_id=place.subcategory_id,
            title=title,
            description=description,
            priority=priority,
            requested_for=life.requester.id,
            watchers=tuple(watchers),
        )
        self.id = tickets.create(self.actors[life.filed_by], new).ticket.id

    def _place_at_first(self) -> Any:
        """Where the ticket was filed: the path of its first event."""
        path = self.life.blocks[0].events[0].snapshot.split("\t")[5]
        return next(one for team in self.scene.teams for one in team.places.values() if one.path == path)

    def _update(self, by: Actor | None, changes: dict[str, Any]) -> None:
        assert by is not None
        with transaction() as s:
            version = s.scalar(text("SELECT version FROM tickets WHERE id = :id"), {"id": self.id})
        tickets.update(by, self.id, changes, version)


# What two ways of writing the same can't share: keys, salts and what they are hashed into.
APART = {
    "tickets": {"id", "ticket_no", "history_hash"},
    "ticket_comments": {"id", "ticket_id"},
    "ticket_history": {"ticket_id", "text_digest", "prev_hash", "hash"},
    "ticket_history_texts": {"ticket_id", "salt"},
    "notification_logs": {"ticket_id", "comment_id", "batch_id", "bell_key"},
}
ORDER = {
    "ticket_history": "seq",
    "ticket_history_texts": "seq",
    "ticket_events": "seq",
    "ticket_clocks": "kind",
    "ticket_clock_steps": "kind, run, step",
    "ticket_comments": "created_at",
    "ticket_holds": "since",
    "ticket_watchers": "user_id",
    "ticket_tags": "name",
    "notification_logs": "event_seq, recipient_key, channel",
}


def stored(table: str, ticket_id: int) -> list[dict[str, Any]]:
    key = "id" if table == "tickets" else "ticket_id"
    names = [name for name in sheets_of.COLUMNS[table] if name not in APART.get(table, {"ticket_id"})]
    quoted = ", ".join(f'"{name}"' for name in names)
    with transaction() as s:
        rows = s.execute(
            text(f"SELECT {quoted} FROM {table} WHERE {key} = :id ORDER BY {ORDER.get(table, key)}"),
            {"id": ticket_id},
        ).mappings()
        return [_comparable(dict(row)) for row in rows]


def _comparable(row: dict[str, Any]) -> dict[str, Any]:
    """Ids of comments differ from one world to the other."""
    if row.get("field_name") in {"comment", "note"}:
        row["new_value"] = "a comment"
    if isinstance(row.get("data"), dict) and "comment_id" in row["data"]:
        row["data"] = row["data"] | {"comment_id": "a comment"}
    return row


@pytest.mark.parametrize("number", range(LIVES))
def test_the_services_write_the_same(scene: Scene, number: int) -> None:
    life, calls = lives(scene, LIVES)[number]
    assert_the_services_write_the_same(scene, life, calls)


def test_a_step_reached_when_its_clock_stops_fires_once_it_goes_on(scene: Scene) -> None:
    """Solved at the instant at which the promise ended, and reopened the day after."""
    life = Plot(Random(1), scene, 2_000_000, 1, NOW - timedelta(days=30), NOW).life
    calls: list[Call] = []
    _record(life, calls)
    agent, filed = life.team.agents[0].id, datetime(2026, 8, 3, 7, 0, tzinfo=UTC)
    life.create(filed, "Solved in time", "", "Medium", ())
    life.assign(filed + timedelta(minutes=1), agent, agent)
    life.comment(filed + timedelta(minutes=2), agent, "We are on it.")
    clocks = compute(
        [event.clock for block in life.blocks for event in block.events if event.clock],
        scene.policies,
        filed + timedelta(minutes=3),
    )
    assert clocks.resolution is not None
    end = clocks.resolution.due_at
    assert end is not None
    life.resolve(end, agent, "solved", "Done.")
    life.reopen(end + timedelta(days=1), "It is back.")
    assert_the_services_write_the_same(scene, life, calls)
    with transaction() as s:
        fired = (
            s.execute(
                text(
                    "SELECT fired_at FROM ticket_clock_steps"
                    " WHERE ticket_id = :id AND kind = 'resolution' AND due_at = :end"
                ),
                {"id": life.id, "end": end},
            )
            .scalars()
            .all()
        )
    assert fired
    assert all(at > end + timedelta(days=1) for at in fired)


def assert_the_services_write_the_same(scene: Scene, life: Life, calls: Sequence[Call]) -> None:
    sheets = Sheets()
    pen = Pen(sheets, "TWIN", NOW, NOW - timedelta(days=90))
    pen.write(Random(1), life, life.id)
    with transaction() as s:
        sheets.copy(s.connection().connection.driver_connection)
    sweeps = [block.at for block in life.blocks if any(row[0] == "sla_step" for row in block.history)]
    player = Player(scene, life)
    player.play(calls, sweeps)
    for table in sheets_of.COLUMNS:
        assert stored(table, life.id) == stored(table, player.id), (
            f"{table}: {json.dumps(calls, default=str)}"
        )

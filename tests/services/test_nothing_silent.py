"""Each verb that changes a ticket leaves history, an event and the messages of product rules §5, or nothing at all."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select
from sqlalchemy.orm import Session

from helpdesk.models.notification import notification_logs
from helpdesk.models.sla import ticket_clocks
from helpdesk.models.ticket import (
    attachments as attachment_rows,
)
from helpdesk.models.ticket import (
    ticket_comments,
    ticket_events,
    ticket_history,
    ticket_holds,
    ticket_tags,
    ticket_watchers,
    tickets,
)
from helpdesk.services import attachments, comments
from helpdesk.services import tickets as service
from helpdesk.services.views import NewTicket, TicketDetail
from tests.factories import World, make_ticket

TABLES = (
    tickets,
    ticket_comments,
    attachment_rows,
    ticket_watchers,
    ticket_tags,
    ticket_holds,
    ticket_history,
    ticket_events,
)
TABLES += (notification_logs, ticket_clocks)


@dataclass
class Scene:
    """A ticket of the client's, watched by client2, in the hands of `agent`."""

    world: World
    ticket: TicketDetail = field(init=False)

    def __post_init__(self) -> None:
        self.ticket = make_ticket(self.world.client, self.world.it, watchers=(self.world.client2.id,))
        service.take(self.world.actor("agent"), self.id)

    @property
    def id(self) -> int:
        return self.ticket.ticket.id

    def agent(self) -> Any:
        return self.world.actor("agent")

    def client(self) -> Any:
        return self.world.actor("client")

    def current_version(self) -> int:
        return service.get(self.agent(), self.id).ticket.version

    def resolve(self) -> None:
        service.set_status(
            self.agent(),
            self.id,
            "Resolved",
            resolution_code="solved",
            resolution_text="Turned it off and on",
        )


def _create(scene: Scene) -> Callable[[], object]:
    new = NewTicket(group_id=scene.world.it.group_id, title="Another")
    return lambda: service.create(scene.client(), new)


def _attach(scene: Scene) -> Callable[[], object]:
    upload = attachments.store_upload(scene.client(), "log.txt", io.BytesIO(b"text\n"))
    return lambda: attachments.attach(scene.client(), scene.id, [upload.id])


def _after_resolving(act: Callable[[Scene], object]) -> Callable[[Scene], Callable[[], object]]:
    def prepare(scene: Scene) -> Callable[[], object]:
        scene.resolve()
        return lambda: act(scene)

    return prepare


def _on_hold(act: Callable[[Scene], object]) -> Callable[[Scene], Callable[[], object]]:
    def prepare(scene: Scene) -> Callable[[], object]:
        service.hold(scene.agent(), scene.id, "third_party")
        return lambda: act(scene)

    return prepare


def _now(act: Callable[[Scene], object]) -> Callable[[Scene], Callable[[], object]]:
    return lambda scene: lambda: act(scene)


def _resolve(scene: Scene) -> None:
    scene.resolve()


# what is done, and whom it tells: event → the people by their name in the world
CLIENTS = ("client", "client2")
ACTS: dict[str, tuple[Callable[[Scene], Callable[[], object]], dict[str, tuple[str, ...]]]] = {
    "create": (
        _create,
        {"ticket_receipt": ("client",), "ticket_created": ("agent", "agent2", "manager", "it@example.com")},
    ),
    "assign to another": (
        _now(lambda x: service.assign(x.agent(), x.id, x.world.agent2.id)),
        {"assigned": ("agent2",)},
    ),
    "unassign": (
        _now(lambda x: service.assign(x.world.actor("agent2"), x.id, None)),
        {"unassigned": ("agent",), "status_changed": CLIENTS},
    ),
    "start": (
        _now(lambda x: service.set_status(x.agent(), x.id, "In Progress")),
        {"status_changed": CLIENTS},
    ),
    # never the same person twice for one event: "Solved?" says it to the client
    "resolve": (_now(_resolve), {"resolved": ("client",), "status_changed": ("client2",)}),
    "hold": (_now(lambda x: service.hold(x.agent(), x.id, "requester")), {"hold_started": CLIENTS}),
    "resume": (_on_hold(lambda x: service.hold(x.agent(), x.id, None)), {"hold_ended": CLIENTS}),
    "change of priority": (
        _now(lambda x: service.update(x.agent(), x.id, {"priority": "High"}, x.current_version())),
        {},
    ),
    "change of title": (
        _now(lambda x: service.update(x.agent(), x.id, {"title": "Better"}, x.current_version())),
        {},
    ),
    # the assignee's first reply also begins the work
    "first public reply": (
        _now(lambda x: comments.add(x.agent(), x.id, "Hello")),
        {"public_comment": CLIENTS, "status_changed": CLIENTS},
    ),
    "public reply by another agent": (
        _now(lambda x: comments.add(x.world.actor("agent2"), x.id, "Hello")),
        {"public_comment": CLIENTS},
    ),
    "requester's reply": (
        _now(lambda x: comments.add(x.client(), x.id, "Hello")),
        {"public_comment": ("agent",)},
    ),
    "note": (_now(lambda x: comments.add(x.agent(), x.id, "Hm", is_internal=True)), {}),
    "attach": (_attach, {}),
    "tags": (_now(lambda x: service.set_tags(x.agent(), x.id, ["vpn"])), {}),
    "watchers": (_now(lambda x: service.set_watchers(x.client(), x.id, [])), {}),
    "not yet": (
        _after_resolving(lambda x: service.reopen(x.client(), x.id, "Still burning")),
        {"reopened": ("agent",), "status_changed": ("client2",)},
    ),
    "confirm": (
        _after_resolving(lambda x: service.close(x.client(), x.id)),
        {"status_changed": ("agent", "client2")},
    ),
    "withdraw": (_now(lambda x: service.close(x.client(), x.id)), {"status_changed": ("agent", "client2")}),
    "rate": (_after_resolving(lambda x: service.rate(x.client(), x.id, 5, "Thanks")), {}),
    "bulk": (_now(lambda x: service.bulk(x.agent(), [x.id], "priority", {"priority": "Low"})), {}),
}
WITHOUT_HISTORY = {
    "public reply",
    "requester's reply",
    "note",
}  # the comment is its own record, beside its event


def _counts(db: Connection) -> dict[str, int]:
    return {table.name: db.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES}


def _told_since(db: Connection, world: World, last: int, channel: str) -> dict[str, Counter[str]]:
    names = {getattr(world, name).id: name for name in ("client", "client2", "agent", "agent2", "manager")}
    told: dict[str, Counter[str]] = {}
    n = notification_logs.c
    for row in db.execute(select(notification_logs).where(n.id > last, n.channel == channel)):
        told.setdefault(row.event, Counter())[names.get(row.recipient_id) or row.address or "?"] += 1
    return told


@pytest.mark.parametrize("name", ACTS)
def test_each_act_leaves_its_traces(db: Connection, world: World, name: str) -> None:
    prepare, expected = ACTS[name]
    act = prepare(Scene(world))
    before = _counts(db)
    last = db.scalar(select(func.coalesce(func.max(notification_logs.c.id), 0))) or 0
    act()
    after = _counts(db)
    assert after["ticket_events"] > before["ticket_events"], "no event"
    assert after["ticket_history"] > before["ticket_history"], "no history"
    mailed = {kind: Counter(people) for kind, people in expected.items()}
    assert _told_since(db, world, last, "email") == mailed
    # the bell rings for the same people, but not for addresses, and not for what one has just done oneself
    rung = {
        kind: Counter(name for name in people if "@" not in name)
        for kind, people in expected.items()
        if kind != "ticket_receipt"
    }
    assert _told_since(db, world, last, "in_app") == rung


@pytest.fixture
def no_commit() -> Iterator[Callable[[], None]]:
    """A switch that makes every commit fail."""

    def fail(session: Session) -> None:
        raise ZeroDivisionError("the commit fails")

    yield lambda: event.listen(Session, "before_commit", fail)
    if event.contains(Session, "before_commit", fail):
        event.remove(Session, "before_commit", fail)


@pytest.mark.parametrize("name", [name for name in ACTS if name != "bulk"])
def test_a_rolled_back_act_leaves_nothing(
    db: Connection,
    world: World,
    name: str,
    no_commit: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    act = ACTS[name][0](Scene(world))
    announced: list[object] = []
    monkeypatch.setattr("helpdesk.integrations.live.publish", lambda *args: announced.append(args))
    monkeypatch.setattr("helpdesk.integrations.wake.wake", lambda *args: announced.append(args))
    before = _counts(db)
    version = db.execute(
        select(tickets.c.id, tickets.c.version, tickets.c.status).order_by(tickets.c.id)
    ).all()
    no_commit()
    with pytest.raises(ZeroDivisionError):
        act()
    assert _counts(db) == before
    assert (
        db.execute(select(tickets.c.id, tickets.c.version, tickets.c.status).order_by(tickets.c.id)).all()
        == version
    )
    assert announced == []

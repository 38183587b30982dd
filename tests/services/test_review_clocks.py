"""Random lives of tickets: stored clocks are the computed ones after every verb, and at every later moment (§4)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from helpdesk.core.clock import moved
from helpdesk.core.db import transaction
from helpdesk.core.errors import DomainError
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import ClockKind
from helpdesk.models.notification import notification_logs
from helpdesk.models.ticket import ticket_events
from helpdesk.models.ticket import tickets as rows
from helpdesk.services import _clocks, comments, sla, tickets
from helpdesk.services.views import TicketQuery
from tests.conftest import undone
from tests.factories import World, make_ticket, make_world

START = datetime(2026, 9, 4, 7, 30, tzinfo=UTC)  # a Friday before opening
Verb = Callable[[World, int, datetime], object]


def _solve(w: World, key: int, _: datetime) -> object:
    return tickets.set_status(
        w.actor("agent"), key, "Resolved", resolution_code="solved", resolution_text="Done"
    )


def _edit(changes: dict[str, object]) -> Verb:
    def verb(w: World, key: int, _: datetime) -> object:
        agent = w.actor("admin")
        return tickets.update(agent, key, changes, tickets.get(agent, key).ticket.version)

    return verb


VERBS: dict[str, Verb] = {
    "take": lambda w, key, _: tickets.take(w.actor("agent"), key),
    "unassign": lambda w, key, _: tickets.assign(w.actor("agent2"), key, None),
    "start": lambda w, key, _: tickets.set_status(w.actor("agent"), key, "In Progress"),
    "solve": _solve,
    "force": lambda w, key, _: tickets.set_status(w.actor("admin"), key, "Closed"),
    "close": lambda w, key, _: tickets.close(w.actor("client"), key),
    "reopen": lambda w, key, _: tickets.reopen(w.actor("client"), key, "Not yet"),
    "wait": lambda w, key, _: tickets.hold(w.actor("agent"), key, "requester"),
    "wait for": lambda w, key, at: tickets.hold(w.actor("agent"), key, "approval", at + timedelta(hours=3)),
    "go on": lambda w, key, _: tickets.hold(w.actor("agent"), key, None),
    "answer": lambda w, key, _: comments.add(w.actor("agent"), key, "Well"),
    "ask": lambda w, key, _: comments.add(w.actor("client"), key, "And?"),
    "note": lambda w, key, _: comments.add(w.actor("agent"), key, "@Ben Agent hm", is_internal=True),
    "watch": lambda w, key, _: tickets.set_watchers(w.actor("agent"), key, [w.client2.id]),
    "critical": _edit({"priority": "Critical"}),
    "low": _edit({"priority": "Low"}),
    "rename": _edit({"title": "Another"}),
    "steps": lambda *_: sla.sweep_steps(),
    "holds": lambda *_: sla.sweep_holds(),
    "closing": lambda *_: sla.sweep_auto_close(),
}

lives = st.lists(
    st.tuples(st.sampled_from(sorted(VERBS)), st.sampled_from([0, 1, 13, 45, 150, 600, 1500, 9000])),
    min_size=4,
    max_size=14,
)


def _agrees(actor: Actor, key: int, at: datetime) -> None:
    """What the page and the lists show at `at` is what the events give at that moment."""
    with moved(at):
        shown = tickets.get(actor, key).ticket
        found = {
            state: key in {one.id for one in tickets.list_queue(actor, TicketQuery(sla=(state,))).items}
            for state in ("breached", "at_risk")
        }
        with transaction() as s:
            computed = _clocks.compute_for(s, _clocks.events_of(s, key), at)
    states = set[str]()
    for kind in ClockKind:
        clock, state = getattr(shown.sla, kind.value), computed.of(kind)
        assert (clock is None) == (state is None), (kind, at)
        if clock is None or state is None:
            continue
        assert (clock.due_at, clock.met_at, clock.breached) == (state.due_at, state.met_at, state.breached), (
            kind
        )
        assert clock.paused == (state.paused and state.stopped_at is None), (kind, at)
        if state.stopped_at is None:
            assert abs(clock.remaining_seconds - state.remaining_seconds) <= 1, (kind, at)
        assert abs(clock.percent - state.percent) <= 1, (kind, at)
        states |= {clock.state} | ({"breached"} if clock.breached else set())
    assert found["breached"] == ("breached" in states), at
    assert found["at_risk"] == ("risk" in states and "breached" not in states), at


def _outbox_is_sound(key: int) -> None:
    n, e = notification_logs.c, ticket_events.c
    with transaction() as s:
        told = s.execute(
            select(n.event, n.actor_id, n.recipient_id, n.event_seq, n.channel).where(n.ticket_id == key)
        ).all()
        moments = s.scalars(select(e.at).where(e.ticket_id == key).order_by(e.seq)).all()
    receipt = ("ticket_receipt", "email")
    assert all(row.recipient_id != row.actor_id or (row.event, row.channel) == receipt for row in told)
    assert moments == sorted(set(moments)), "events strictly rise"


def _invariants(key: int) -> None:
    with transaction() as s:
        row = s.execute(select(rows).where(rows.c.id == key)).one()
    assert row.updated_at <= row.staff_updated_at
    if row.status in {"Resolved", "Closed"}:
        assert (row.due_at, row.risk_at) == (None, None)


@settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes; the life is in the message
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(life=lives)
def test_clocks_are_what_the_events_say(db: Connection, life: list[tuple[str, int]]) -> None:
    with undone(db):
        world = make_world()
        at = START
        with moved(at):
            key = make_ticket(world.client, world.it).ticket.id
        staff = world.actor("admin")
        for name, minutes in life:
            at += timedelta(minutes=minutes)
            with moved(at):
                with suppress(DomainError):  # not every verb is possible at any time
                    VERBS[name](world, key, at)
                assert sla.verify() == [], name
            _agrees(staff, key, at + timedelta(milliseconds=1))  # an act's events are a tick apart
            _invariants(key)
        for later in (1, 100, 170, 181, 240, 700, 4000, 20_000):
            _agrees(staff, key, at + timedelta(minutes=later))
        _outbox_is_sound(key)

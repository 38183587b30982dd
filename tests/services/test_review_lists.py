"""Lists at their edges: cursors that somebody made up, searches of odd text, filters that agree with what is shown."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.core.clock import moved
from helpdesk.core.errors import Invalid
from helpdesk.services import comments, sla, tickets
from helpdesk.services.views import TicketQuery, TicketRow
from tests.factories import World, make_ticket

MONDAY = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)


def _cursor(*place: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("sort", "place"),
    [
        ("created_at", ("n", "created_at", False, "0001-01-01T00:00:00+14:00", 1)),
        ("created_at", ("n", "created_at", False, "9999-12-31T23:59:59-14:00", 1)),
        ("created_at", ("n", "created_at", False, "2026-01-01T00:00:00", 1)),
        ("created_at", ([], "created_at", False, "2026-01-01T00:00:00+00:00", 1)),
        ("created_at", ({}, "created_at", False, "2026-01-01T00:00:00+00:00", 1)),
        ("priority", ("n", "priority", False, False, 1)),
        ("priority", ("n", "priority", False, 0.5, 1)),
        ("priority", ("n", "priority", False, 2**40, 1)),
        ("priority", ("n", "priority", False, -1, 1)),
        ("ticket_no", ("n", "ticket_no", False, 2**63, 1)),
        ("ticket_no", ("n", "ticket_no", False, None, 1)),
        ("due_at", ("n", "due_at", False, "soon", 1)),
    ],
)
def test_a_made_up_cursor_is_refused(world: World, sort: str, place: tuple[object, ...]) -> None:
    with pytest.raises(Invalid) as refused:
        tickets.list_queue(world.actor("agent"), TicketQuery(sort=sort, cursor=_cursor(*place)))
    assert refused.value.errors[0].field == "cursor"


def test_more_values_than_allowed_are_refused_not_dropped(world: World) -> None:
    agent = world.actor("agent")
    for name, values in (("assigned_to", tuple(map(str, range(1, 102)))), ("status", ("Open",) * 101)):
        with pytest.raises(Invalid) as refused:
            tickets.list_queue(agent, TicketQuery(**{name: values}))  # type: ignore[arg-type]
        assert refused.value.errors[0].field == name


ODD = [
    *"'\"\\<&|!()*:@%_`´ʹʺ’‘·¨…ⁿ½№℡",
    ":*", "a:*b", "!!", "&&", "||", "<->", "a <-> b", "'':*", "O'Neill", "\\'", "a\\b", "(", ")))", "🔥", "🔥🔥 fire",
    "مرحبا", "مَرْحَبًا", "日本語", "ß", "İstanbul", "ﬁ", "x" * 200, "' " * 100, "١٢٣", "1" * 19, "²", "a_b", "_",
    "--", "A-", "-1",
    "foo/bar.baz", "http://a.b/c?d=e", "mail@example.com", "a\u0301", "\u200d", "\u00a0",
]  # fmt: skip


def test_any_text_can_be_searched_for(world: World) -> None:
    agent = world.actor("agent")
    for text in ODD:
        tickets.list_queue(agent, TicketQuery(q=text))


FOUND = [
    "O'Neill",
    "COVID-19",
    "مرحبا",
    "Straße",
    "a_b",
    "foo/bar.baz",
    "mail@example.com",
    "İstanbul",
    "日本語",
    "C&A",
    "1-800",
]


@pytest.mark.parametrize("text", FOUND)
def test_what_a_title_says_is_found(world: World, text: str) -> None:
    filed = make_ticket(world.client, world.it, f"About {text} again").ticket
    for query in (text, f"about {text}", f"{text} again"):
        found = tickets.list_queue(world.actor("agent"), TicketQuery(q=query))
        assert [row.id for row in found.items] == [filed.id], query


def test_a_blank_search_is_none(world: World) -> None:
    make_ticket(world.client, world.it)
    assert tickets.list_queue(world.actor("agent"), TicketQuery(q="  ")).total == 1


def _shown(row: TicketRow) -> set[str]:
    """The SLA filters that a ticket belongs to, by what its JSON says."""
    clocks = [c for c in (row.sla.first_response, row.sla.next_response, row.sla.resolution) if c is not None]
    if any(clock.breached for clock in clocks):
        return {"breached"}
    return {"at_risk"} if any(clock.state == "risk" for clock in clocks) else set()


def test_the_sla_filters_agree_with_what_is_shown(world: World) -> None:
    agent, client = world.actor("agent"), world.actor("client")
    with moved(MONDAY):
        made = [
            make_ticket(world.agent, world.it, requested_for=world.client.id, priority=priority).ticket.id
            for priority in ("Critical", "High", "Medium", "Low") * 3
        ]
        for key in made[4:]:
            tickets.take(agent, key)
    for number, key in enumerate(made[4:8]):
        with moved(MONDAY + timedelta(minutes=20 * (number + 1))):
            comments.add(agent, key, "Looking")
    for number, key in enumerate(made[8:]):
        with moved(MONDAY + timedelta(minutes=15 * (number + 1))):
            tickets.hold(agent, key, "third_party", MONDAY + timedelta(minutes=150 + number))
    with moved(MONDAY + timedelta(minutes=90)):
        tickets.set_status(agent, made[5], "Resolved", resolution_code="solved", resolution_text="x")
        tickets.close(client, made[0])
    seen: set[str] = set()
    # the exact instants of 75 % and 100 %, and moments around them; and holds that ran out with nobody looking
    for minutes in (
        100,
        151,
        152,
        179.5,
        180,
        239.5,
        240,
        240.5,
        300,
        357,
        359.5,
        360,
        360.5,
        450,
        480,
        481,
        540,
    ):
        with moved(MONDAY + timedelta(minutes=minutes)):
            rows = tickets.list_queue(agent, TicketQuery(page_size=100)).items
            for state in ("breached", "at_risk"):
                wanted = {row.id for row in rows if state in _shown(row)}
                found = tickets.list_queue(agent, TicketQuery(sla=(state,), page_size=100)).items
                assert {row.id for row in found} == wanted, (minutes, state)
                seen |= {state} if wanted else set()
            held = {row.id for row in rows if row.hold is not None}
            waiting = tickets.list_queue(agent, TicketQuery(on_hold=True, page_size=100)).items
            assert {row.id for row in waiting} == held, minutes
            unsolved = [row for row in rows if row.status in {"Open", "Assigned", "In Progress"}]
            counts = tickets.queue_counts(agent)
            assert counts.waiting == sum(row.hold is not None for row in unsolved)
            assert counts.breached == sum("breached" in _shown(row) for row in unsolved)
            assert counts.breaching_soon == sum("at_risk" in _shown(row) for row in unsolved)
    assert seen == {"breached", "at_risk"}
    with moved(MONDAY + timedelta(minutes=700)):
        sla.sweep_holds()
    assert sla.verify() == []

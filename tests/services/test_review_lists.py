"""Lists at their edges: cursors that somebody made up, searches of odd text, filters that agree with what is shown."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.core.clock import moved
from helpdesk.core.errors import Invalid
from helpdesk.services import comments, integrity, sla, tickets
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
            others = tickets.list_queue(agent, TicketQuery(on_hold=False, page_size=100)).items
            assert {row.id for row in others} == {row.id for row in rows} - held, minutes
            unsolved = [row for row in rows if row.status in {"Open", "Assigned", "In Progress"}]
            counts = tickets.queue_counts(agent)
            assert counts.waiting == sum(row.hold is not None for row in unsolved)
            assert counts.breached == sum("breached" in _shown(row) for row in unsolved)
            assert counts.breaching_soon == sum("at_risk" in _shown(row) for row in unsolved)
    assert seen == {"breached", "at_risk"}
    with moved(MONDAY + timedelta(minutes=700)):
        sla.sweep_holds()
    assert sla.verify() == []


def test_what_waits_agrees_with_the_holds(world: World) -> None:
    """Through every way on which a hold begins and ends."""
    agent, client = world.actor("agent"), world.actor("client")
    live = ("Open", "Assigned", "In Progress")

    def waiting(minutes: int) -> set[int]:
        with moved(MONDAY + timedelta(minutes=minutes)):
            found = [
                tickets.list_queue(agent, TicketQuery(on_hold=True, status=status))
                for status in ((), live, ("Assigned",), (*live, "Resolved"))
            ]
            others = {
                row.id for row in tickets.list_queue(agent, TicketQuery(on_hold=False, status=live)).items
            }
            ids = {row.id for row in found[0].items}
            assert all({row.id for row in page.items} == ids and page.total == len(ids) for page in found)
            assert (
                tickets.list_queue(agent, TicketQuery(on_hold=True, status=("Open", "Resolved"))).total == 0
            )
            assert tickets.list_queue(agent, TicketQuery(q="heron", on_hold=True)).total == len(ids)
            assert tickets.queue_counts(agent).waiting == len(ids)
            assert not ids & others
        assert all(finding.ok for finding in integrity.check() if finding.name == "holds")
        return ids

    with moved(MONDAY):
        made = [make_ticket(client, world.it, f"heron {number}").ticket.id for number in range(5)]
        for key in made:
            tickets.take(agent, key)
        one, two, three, four, five = made
        tickets.hold(agent, one, "requester")
        tickets.hold(agent, two, "third_party", MONDAY + timedelta(minutes=30))
        tickets.hold(agent, three, "approval")
        tickets.hold(agent, four, "scheduled", MONDAY + timedelta(minutes=60))
        tickets.hold(agent, five, "third_party")
    assert waiting(5) == set(made)
    with moved(MONDAY + timedelta(minutes=10)):
        comments.add(client, one, "Here you are")
        tickets.hold(agent, two, "third_party", MONDAY + timedelta(minutes=90))
        tickets.set_status(agent, three, "Resolved", resolution_code="solved", resolution_text="Done")
        tickets.hold(agent, five, None)
    assert waiting(40) == {two, four}
    assert waiting(61) == {two}
    with moved(MONDAY + timedelta(minutes=62)):
        sla.sweep_holds()
        tickets.reopen(client, three, "Not yet")
        tickets.assign(agent, two, None)
    assert waiting(63) == set()
    with moved(MONDAY + timedelta(minutes=64)):
        tickets.hold(agent, three, "requester")
    assert waiting(65) == {three}
    with moved(MONDAY + timedelta(minutes=66)):
        tickets.close(client, three)
    assert waiting(67) == set()


def _own(world: World) -> None:
    client, agent = world.actor("client"), world.actor("agent")
    made = [make_ticket(client, world.it, f"heron {number}").ticket.id for number in range(6)]
    for key in made[:4]:
        tickets.take(agent, key)
    tickets.hold(agent, made[0], "requester")
    tickets.hold(agent, made[1], "third_party")
    tickets.set_status(agent, made[2], "Resolved", resolution_code="solved", resolution_text="Done")
    tickets.close(client, made[3])
    tickets.set_tags(agent, made[4], ["secret"])
    tickets.set_watchers(agent, made[4], [world.agent2.id])
    make_ticket(world.client2, world.it, "watched heron", watchers=(world.client.id,))


def test_lists_read_together_are_those_read_one_by_one(world: World) -> None:
    with moved(MONDAY):
        _own(world)
    with moved(MONDAY + timedelta(hours=1)):
        client = world.actor("client")
        lists = [
            TicketQuery(),
            TicketQuery(needs_me=True, watching=False, sort="-updated_at", page_size=1),
            TicketQuery(status=("Closed",), sort="-updated_at"),
            TicketQuery(watching=True, page_size=1),
            TicketQuery(q="herom", page_size=2),
            TicketQuery(page=2, page_size=2),
            TicketQuery(cursor=tickets.list_mine(client, TicketQuery(page_size=2)).next_cursor, page_size=2),
            TicketQuery(q="nothinglikeit"),
        ]
        found = tickets.list_mine_together(client, lists, lists)
        single = [tickets.list_mine(client, query) for query in lists]
        assert list(found.pages) == single
        assert list(found.totals) == [page.total for page in single]
        assert {page.total for page in single} >= {0, 1, 2, 7}
        nobody = tickets.list_mine_together(world.actor("agent2"), [TicketQuery(needs_me=True)])
        assert (nobody.pages[0].items, nobody.totals) == ((), ())


@pytest.mark.parametrize(
    "bad",
    [
        TicketQuery(tag=("vpn",)),
        TicketQuery(sort="relevance"),
        TicketQuery(page=0),
        TicketQuery(page=401, page_size=25),
        TicketQuery(cursor="nonsense"),
        TicketQuery(cursor="nonsense", q="heron"),
        TicketQuery(status=("Nowhere",)),
    ],
)
def test_lists_read_together_refuse_what_one_refuses(world: World, bad: TicketQuery) -> None:
    client = world.actor("client")
    with pytest.raises(Invalid) as one:
        tickets.list_mine(client, bad)
    for lists in ([bad], [TicketQuery(), bad]):
        with pytest.raises(Invalid) as several:
            tickets.list_mine_together(client, lists)
        assert several.value.errors == one.value.errors
    if bad.cursor is None:
        with pytest.raises(Invalid) as counted:
            tickets.list_mine_together(client, [TicketQuery()], [bad])
        assert counted.value.errors == one.value.errors

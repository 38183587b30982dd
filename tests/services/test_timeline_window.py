"""A page reads a window of a long timeline: nothing twice, nothing left out, and no more than it shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from helpdesk.core.errors import Invalid
from helpdesk.services import comments, tickets
from helpdesk.services.views import TicketDetail, Window
from tests.factories import World, make_ticket


@pytest.fixture
def made(world: World) -> TicketDetail:
    """Messages and notes, and changes between them."""
    filed = make_ticket(world.client, world.it, description="It began today.")
    number, agent = filed.ticket.id, world.actor("agent")
    tickets.take(agent, number)
    for index in range(4):
        comments.add(agent, number, f"message {index}")
        comments.add(agent, number, f"note {index}", index % 2 == 0)
        changes = {"priority": ("Low", "High")[index % 2], "title": f"Title {index}"}
        tickets.update(agent, number, changes, tickets.get(agent, number).ticket.version)
    return filed


def windows(world: World, who: str, made: TicketDetail, part: str, most: int) -> Iterator[TicketDetail]:
    before: datetime | None = None
    for _ in range(60):
        shown = tickets.get(world.actor(who), made.ticket.id, Window(part, before, most))
        yield shown
        if shown.earlier is None:
            return
        assert before is None or shown.earlier < before
        before = shown.earlier
    raise AssertionError("it never ends")


@pytest.mark.parametrize("who", ["agent", "client"])
@pytest.mark.parametrize("most", [3, 200])
def test_the_windows_are_the_whole(world: World, made: TicketDetail, who: str, most: int) -> None:
    whole = tickets.get(world.actor(who), made.ticket.id)
    parts = list(windows(world, who, made, "all", most))[::-1]
    assert [one for part in parts for one in part.comments] == list(whole.comments)
    assert [one.changed_at for part in parts for one in part.history] == [
        one.changed_at for one in whole.history
    ]
    assert [one.id for part in parts for one in part.deliveries] == [one.id for one in whole.deliveries]
    for part in parts:
        assert len(part.comments) <= most
        assert (part.messages, part.notes) == (whole.messages, whole.notes)
        assert part.steps == whole.steps
        assert part.last_message_id == whole.last_message_id


@pytest.mark.parametrize(
    ("part", "kinds"), [("conversation", {False}), ("internal", {True}), ("changes", set())]
)
def test_a_part_reads_its_own_kind(world: World, made: TicketDetail, part: str, kinds: set[bool]) -> None:
    found = list(windows(world, "agent", made, part, 2))
    assert {one.is_internal for shown in found for one in shown.comments} == kinds
    assert any(shown.history for shown in found) == (part == "changes")


def test_a_requester_asks_for_notes_and_gets_none(world: World, made: TicketDetail) -> None:
    shown = tickets.get(world.actor("client"), made.ticket.id, Window("internal"))
    assert (shown.comments, shown.notes, shown.deliveries) == ((), 0, ())
    assert shown.messages == 6
    newest = tickets.get(world.actor("agent"), made.ticket.id).comments[-1]
    assert (newest.is_internal, newest.id) == (False, shown.last_message_id)


@pytest.mark.parametrize(
    "wrong",
    [Window("mine"), Window(most=0), Window(most=201), Window(before=datetime(2026, 1, 1))],  # noqa: DTZ001
)
def test_wrong_windows_are_refused(world: World, made: TicketDetail, wrong: Window) -> None:
    with pytest.raises(Invalid):
        tickets.get(world.actor("agent"), made.ticket.id, wrong)


def test_before_everything_is_nothing(world: World, made: TicketDetail) -> None:
    shown = tickets.get(world.actor("agent"), made.ticket.id, Window(before=datetime(2000, 1, 1, tzinfo=UTC)))
    assert (shown.comments, shown.history, shown.earlier) == ((), (), None)

"""Tags: one spelling, staff's alone, found by filter and by beginning."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, func, select

from helpdesk.core.errors import Forbidden, Invalid
from helpdesk.models.ticket import ticket_history
from helpdesk.services import tickets
from helpdesk.services.views import TicketQuery
from tests.factories import World, make_ticket


def _tagged(world: World, *tags: str, title: str = "One") -> int:
    made = make_ticket(world.client, world.it, title).ticket
    tickets.set_tags(world.actor("agent"), made.id, tags)
    return made.id


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("VPN", "vpn"),
        ("  Berlin   office ", "berlin office"),
        ("Cafe\u0301", "caf\u00e9"),
        ("v\u200bpn", "vpn"),
        ("\u0130zmir", "i\u0307zmir"),
        ("طباعة", "طباعة"),
        ("🔥", "🔥"),
        ("x" * 50, "x" * 50),
        ("<reflex.Var>1</reflex.Var>", "<reflex.var>1</reflex.var>"),
    ],
)
def test_one_spelling(world: World, typed: str, kept: str) -> None:
    ticket_id = _tagged(world, typed, kept)
    assert tickets.get(world.actor("agent"), ticket_id).ticket.tags == (kept,)


@pytest.mark.parametrize(
    "wrong",
    [
        *("vpn", None, 7, {"a": 1}, [None], [7], [""], ["  "], ["\u200b"], ["a\nb"], ["a\x00"], ["\ud800"]),
        *(["x" * 51], [f"t{number}" for number in range(21)]),
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_tag(world: World, wrong: object) -> None:
    made = make_ticket(world.client, world.it).ticket
    with pytest.raises(Invalid) as refused:
        tickets.set_tags(world.actor("agent"), made.id, wrong)
    assert refused.value.errors[0].field == "tags"


def test_twenty_fit_and_the_same_again_writes_nothing(db: Connection, world: World) -> None:
    names = [f"t{number:02}" for number in range(20)]
    ticket_id = _tagged(world, *names)
    written = select(func.count()).select_from(ticket_history)
    before = db.scalar(written)
    assert tickets.set_tags(world.actor("agent2"), ticket_id, reversed(names)).ticket.tags == tuple(names)
    assert db.scalar(written) == before


def test_a_change_is_the_staffs_affair(world: World) -> None:
    ticket_id = _tagged(world, "old")
    seen = tickets.get(world.actor("client"), ticket_id)
    before = tickets.get(world.actor("agent"), ticket_id)
    after = tickets.set_tags(world.actor("agent"), ticket_id, ["new"])
    assert after.ticket.version == before.ticket.version
    assert after.ticket.updated_at > before.ticket.updated_at
    rows = [(row.field_name, row.old_value, row.new_value, row.internal) for row in after.history]
    assert rows[-2:] == [("tag", "old", None, True), ("tag", None, "new", True)]
    again = tickets.get(world.actor("client"), ticket_id)
    assert (again.ticket.version, again.ticket.updated_at, again.ticket.tags) == (
        seen.ticket.version,
        seen.ticket.updated_at,
        (),
    )
    assert again.history == seen.history


def test_the_queue_is_filtered_by_any_of_them(world: World) -> None:
    vpn, both = _tagged(world, "vpn"), _tagged(world, "vpn", "berlin")
    _tagged(world, "printer")
    agent = world.actor("agent")

    def found(*names: str) -> set[int]:
        return {row.id for row in tickets.list_queue(agent, TicketQuery(tag=names)).items}

    assert found("VPN") == {vpn, both}
    assert found("berlin", "nobody") == {both}
    assert found("nobody") == set()
    with pytest.raises(Invalid) as refused:
        tickets.list_mine(world.actor("client"), TicketQuery(tag=("vpn",)))
    assert refused.value.errors[0].field == "tag"


def test_suggestions_begin_so_and_come_from_what_one_sees(world: World) -> None:
    _tagged(world, "vpn", "vpn berlin", "printer", "100%", "_x")
    secret = make_ticket(world.client, world.hr, "Secret").ticket
    tickets.set_tags(world.actor("hr_agent"), secret.id, ["vpn salary"])
    agent = world.actor("agent")
    assert tickets.find_tags(agent, "VPN") == ["vpn", "vpn berlin"]
    assert tickets.find_tags(world.actor("hr_agent"), "vpn") == ["vpn", "vpn berlin", "vpn salary"]
    assert tickets.find_tags(agent) == ["100%", "_x", "printer", "vpn", "vpn berlin"]
    assert tickets.find_tags(agent, "%") == []
    with pytest.raises(Forbidden):
        tickets.find_tags(world.actor("client"), "vpn")


def test_ten_suggestions_however_often_each_is_used(world: World) -> None:
    for _ in range(3):
        _tagged(world, *[f"t{number:02}" for number in range(20)])
    assert tickets.find_tags(world.actor("agent"), "t") == [f"t{number:02}" for number in range(10)]

"""Who is on a ticket: told to the helpdesk alone, gone by itself, and never in anybody's way."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from helpdesk.core.config import Settings, get_settings
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.domain.enums import Doing
from helpdesk.integrations import presence as store
from helpdesk.services import presence, tickets
from helpdesk.services.views import TicketDetail
from helpdesk.stack.network import free_port
from tests.factories import World, make_ticket


@pytest.fixture
def made(world: World) -> Iterator[TicketDetail]:
    """A ticket whose presence nobody else's test has written: ids start anew with each test's database."""
    made = make_ticket(world.client, world.it)
    store.reset()
    store._client().delete(store._key(made.ticket.id))
    yield made
    store.reset()


def seen(world: World, who: str, made: TicketDetail) -> list[tuple[str, str]]:
    return [(one.person.name, one.doing) for one in presence.here(world.actor(who), made.ticket.id)]


def test_the_helpdesk_sees_who_looks_and_who_types(world: World, made: TicketDetail) -> None:
    assert presence.be(world.actor("agent"), made.ticket.id, "looking") == ()
    presence.be(world.actor("client"), made.ticket.ticket_no, "replying")
    presence.be(world.actor("agent2"), made.ticket.id, "noting")
    assert seen(world, "agent", made) == [("Ben Agent", "noting"), ("Clara Client", "replying")]
    assert seen(world, "manager", made) == [
        ("Ben Agent", "noting"), ("Clara Client", "replying"), ("Ada Agent", "looking"),
    ]  # fmt: skip


def test_the_requester_learns_of_nobody(world: World, made: TicketDetail) -> None:
    tickets.set_watchers(world.actor("client"), made.ticket.id, [world.client2.id])
    presence.be(world.actor("agent"), made.ticket.id, "noting")
    presence.be(world.actor("client2"), made.ticket.id, "replying")
    assert seen(world, "client", made) == []
    assert presence.be(world.actor("client"), made.ticket.id, "replying") == ()


def test_an_agent_who_filed_it_elsewhere_is_a_requester_here(world: World) -> None:
    own = make_ticket(world.agent, world.hr)
    presence.be(world.actor("hr_agent"), own.ticket.id, "looking")
    assert presence.be(world.actor("agent"), own.ticket.id, "looking") == ()
    assert seen(world, "agent", own) == []
    assert seen(world, "hr_agent", own) == [("Ada Agent", "looking")]
    with pytest.raises(Forbidden):
        presence.be(world.actor("agent"), own.ticket.id, "noting")


def test_whoever_may_not_see_it_leaves_no_trace(world: World, made: TicketDetail) -> None:
    for who, doing, refusal in (
        ("client2", "looking", NotFound),
        ("client", "noting", Invalid),
        ("manager", "noting", Invalid),
        ("agent", "sleeping", Invalid),
    ):
        with pytest.raises(refusal):
            presence.be(world.actor(who), made.ticket.id, doing)
    assert store.present(made.ticket.id) == {}


def test_it_ends_by_itself(made: TicketDetail, monkeypatch: pytest.MonkeyPatch) -> None:
    at = 1_000_000.0
    monkeypatch.setattr(store.time, "time", lambda: at)
    number = made.ticket.id
    assert store.note(number, 7, Doing.REPLYING)
    assert not store.note(number, 7, Doing.REPLYING)
    at += store.TYPES_S + 1
    assert store.present(number) == {7: Doing.LOOKING}
    assert store.note(number, 8, Doing.LOOKING)
    at += store.STAYS_S - store.TYPES_S
    assert store.present(number) == {8: Doing.LOOKING}
    assert store.note(number, 9, Doing.NOTING)
    assert set(store._client().hkeys(store._key(number))) == {b"8", b"9"}
    assert 0 < store._client().ttl(store._key(number)) <= store.STAYS_S


def test_only_changes_are_told(world: World, made: TicketDetail, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(presence.live, "publish", told.extend)
    for doing in ("looking", "looking", "noting", "noting", "looking"):
        presence.be(world.actor("agent"), made.ticket.id, doing)
    assert told == [f"presence:{made.ticket.id}"] * 3


def test_without_valkey_nobody_is_there_and_nothing_fails(
    world: World, made: TicketDetail, settings: Callable[..., Settings]
) -> None:
    presence.be(world.actor("agent"), made.ticket.id, "looking")
    settings(redis_url=f"redis://127.0.0.1:{free_port()}")
    store.reset()
    assert presence.be(world.actor("agent2"), made.ticket.id, "replying") == ()
    assert presence.here(world.actor("agent2"), made.ticket.id) == ()
    with pytest.raises(NotFound):
        presence.be(world.actor("client2"), made.ticket.id, "looking")


def test_it_is_kept_in_the_database_of_short_lived_things(made: TicketDetail) -> None:
    assert get_settings().live_url.endswith("/2")
    assert store._client().connection_pool.connection_kwargs["db"] == 2

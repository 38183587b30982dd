"""The profile: likes, wishes about messages, and one's own sessions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, update

from helpdesk.core import clock
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.domain import telling
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import SELECTABLE_ROLES, Channel, NotificationEvent, Role
from helpdesk.models.notification import notification_logs
from helpdesk.models.person import drafts as draft_rows
from helpdesk.models.person import notification_preferences
from helpdesk.models.person import sessions as session_rows
from helpdesk.services import drafts, housekeeping, integrity, profile, sessions
from tests.factories import PASSWORD, Person, World, make_ticket


def signed_in(person: Person, program: str = "Firefox") -> Actor:
    _, cookie = sessions.sign_in(sessions.Client("192.0.2.7", program), person.email, PASSWORD)
    actor = sessions.actor_of_cookie(cookie)
    assert actor is not None
    return actor


def wish(event: str, channel: str, enabled: bool) -> dict[str, Any]:
    return {"notifications": [{"event": event, "channel": channel, "enabled": enabled}]}


def test_what_is_given_changes_and_the_rest_stays(world: World) -> None:
    client = world.actor("client")
    before = profile.get(client)
    assert (before.theme, before.density, before.single_keys, before.time_zone) == (None, None, True, None)
    assert (before.name, before.department) == (world.client.name, "Sales")
    after = profile.update_profile(
        client, {"theme": "dark", "time_zone": "Asia/Tokyo", "locale": "de-AT", "single_keys": False}
    )
    assert (after.theme, after.time_zone, after.locale, after.single_keys) == (
        "dark",
        "Asia/Tokyo",
        "de-AT",
        False,
    )
    assert profile.update_profile(client, {"theme": None, "density": "compact"}).theme is None
    assert profile.get(client).time_zone == "Asia/Tokyo"
    assert profile.get(world.actor("client2")).theme is None
    seen = sessions.me(signed_in(world.client))
    assert (seen.time_zone, seen.density, seen.single_keys) == ("Asia/Tokyo", "compact", False)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"theme": "pink"}, "theme"),
        ({"density": 3}, "density"),
        ({"single_keys": None}, "single_keys"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"locale": "<b>"}, "locale"),
        ({"name": "Somebody Else"}, "name"),
        ({"role": "admin"}, "role"),
        ({"notifications": "all"}, "notifications"),
        ({"notifications": [7]}, "notifications"),
        (wish("assigned", "email", False), "notifications"),  # never reaches a client
        (wish("resolved", "in_app", False), "notifications"),  # waits for them
        (wish("public_comment", "pigeon", False), "notifications"),
        (
            {"notifications": [{"event": "public_comment", "channel": "email", "enabled": "no"}]},
            "notifications",
        ),
        (
            {"notifications": [wish("public_comment", "email", True)["notifications"][0]] * 99},
            "notifications",
        ),
    ],
)
def test_nonsense_is_refused_and_nothing_changes(world: World, changes: dict[str, Any], field: str) -> None:
    before = profile.get(world.actor("client"))
    with pytest.raises(Invalid) as refused:
        profile.update_profile(world.actor("client"), {"theme": "dark"} | changes)
    assert [error.field for error in refused.value.errors] == [field]
    assert profile.get(world.actor("client")) == before


@pytest.mark.parametrize("role", sorted(SELECTABLE_ROLES))
def test_a_role_is_offered_what_can_reach_it(role: Role) -> None:
    offered = telling.offered(role)
    assert len(set(offered)) == len(offered)
    assert NotificationEvent.RESOLVED in offered
    assert (NotificationEvent.INTERNAL_NOTE in offered) == (role is not Role.CLIENT)
    assert (NotificationEvent.ASSIGNED in offered) == (role in {Role.AGENT, Role.ADMIN})
    if role in {Role.AGENT, Role.ADMIN}:
        assert set(offered) == set(NotificationEvent)


def told(person: Person, event: str) -> set[str]:
    n = notification_logs.c
    from helpdesk.core.db import transaction

    with transaction() as s:
        return set(s.scalars(select(n.channel).where(n.recipient_id == person.id, n.event == event)))


def test_wishes_are_kept_from_the_next_message_on(db: Connection, world: World) -> None:
    agent = world.actor("agent")
    shown = {(one.event, one.channel): one for one in profile.get(agent).notifications}
    assert all(one.enabled for one in shown.values()), "everything is on at first"
    assert [key for key, one in shown.items() if one.locked] == [
        ("assigned", "in_app"),
        ("resolved", "in_app"),
    ]
    after = profile.update_profile(agent, wish("ticket_created", "email", False))
    off = [(one.event, one.channel) for one in after.notifications if not one.enabled]
    assert off == [("ticket_created", "email")]
    make_ticket(world.client, world.it)
    assert told(world.agent, "ticket_created") == {"in_app"}
    assert told(world.agent2, "ticket_created") == {"email", "in_app"}
    profile.update_profile(agent, wish("ticket_created", "email", False))
    profile.update_profile(agent, wish("ticket_created", "email", True))
    assert db.scalar(select(func.count()).select_from(notification_preferences)) == 0
    make_ticket(world.client, world.it)
    assert told(world.agent, "ticket_created") == {"email", "in_app"}
    assert [one for one in integrity.check() if not one.ok] == []


def test_channels_of_the_matrix_are_those_of_the_outbox() -> None:
    assert {str(one) for one in Channel} == {"email", "in_app"}


def test_sessions_are_ones_own(db: Connection, world: World) -> None:
    here, phone = signed_in(world.client), signed_in(world.client, "Safari on a phone")
    signed_in(world.client2)
    found = profile.list_sessions(here)
    assert {one.id: one.current for one in found} == {here.session_id: True, phone.session_id: False}
    assert {one.ip for one in found} == {"192.0.2.7"}
    with pytest.raises(NotFound):
        profile.end_session(signed_in(world.client2), phone.session_id)
    profile.end_session(here, phone.session_id)
    for wrong in (phone.session_id, "nonsense", None, 7):
        with pytest.raises(NotFound):
            profile.end_session(here, wrong)
    assert [one.id for one in profile.list_sessions(here)] == [here.session_id]
    idle = clock.now() - sessions.BROWSER_IDLE
    db.execute(update(session_rows).values(last_seen_at=idle))
    assert profile.list_sessions(here) == [], "what is idle for too long is over"


def test_all_others_end_at_once(world: World) -> None:
    here, *others = (signed_in(world.client) for _ in range(4))
    stranger = signed_in(world.client2)
    assert profile.end_other_sessions(here) == len(others)
    assert [one.id for one in profile.list_sessions(here)] == [here.session_id]
    assert len(profile.list_sessions(stranger)) == 1
    profile.end_session(here, here.session_id)
    assert profile.list_sessions(here) == []


def test_drafts_that_nobody_goes_on_with_are_forgotten(db: Connection, world: World) -> None:
    client = world.actor("client")
    drafts.save(client, "wizard", {"title": "Old"})
    drafts.save(client, "ticket:17:reply", {"message": "New"})
    long_ago = clock.now() - housekeeping.DRAFTS_KEPT - timedelta(days=1)
    db.execute(update(draft_rows).where(draft_rows.c.place == "wizard").values(updated_at=long_ago))
    assert housekeeping.forget_old() == 1
    assert [one.place for one in drafts.list_drafts(client)] == ["ticket:17:reply"]

"""Personal API tokens: shown once, limited, and ended by everything that should end them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from helpdesk.core import clock
from helpdesk.core.db import transaction
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Role, TokenScope
from helpdesk.models.person import api_tokens, audit_log
from helpdesk.services import housekeeping, people, profile, sessions, tokens
from helpdesk.services._audit import verify_audit
from tests.factories import PASSWORD, World


def make(actor: Actor, *scopes: str, days: float = 1) -> str:
    return tokens.create(actor, "Nightly", scopes or ("read",), clock.now() + timedelta(days=days)).value


def works(value: str) -> bool:
    try:
        tokens.actor_of_token(value)
    except Unauthenticated:
        return False
    return True


def test_a_token_is_its_owner_within_its_scopes(world: World) -> None:
    value = make(world.actor("agent"), "read", "write")
    actor = tokens.actor_of_token(value)
    assert (actor.user_id, actor.role, actor.group_ids) == (world.agent.id, Role.AGENT, world.agent.group_ids)
    assert actor.scopes == {TokenScope.READ, TokenScope.WRITE}
    assert actor.session_id is None
    assert sessions.me(actor).email == world.agent.email


def test_the_value_is_stored_nowhere(db: Connection, world: World) -> None:
    made = tokens.create(world.actor("client"), "Nightly", ["read"], clock.now() + timedelta(days=1))
    assert made.value.startswith("hd_")
    assert len(made.value) >= 43
    assert made.value not in repr(made)
    rows = [dict(row) for table in (api_tokens, audit_log) for row in db.execute(select(table)).mappings()]
    assert made.value not in repr(rows)
    assert made.value.removeprefix("hd_") not in repr(tokens.list_tokens(world.actor("client")))
    (shown,) = tokens.list_tokens(world.actor("client"))
    assert (shown.name, shown.scopes, shown.last_used_at, shown.expired) == (
        "Nightly",
        ("read",),
        None,
        False,
    )
    assert tokens.list_tokens(world.actor("admin")) == []


@pytest.mark.parametrize("value", ["", "hd_", "hd_" + "x" * 43, "hd_ä", "x" * 200, None, 7, b"hd_x"])
def test_what_is_no_token(world: World, value: Any) -> None:
    with pytest.raises(Unauthenticated):
        tokens.actor_of_token(value)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": 7}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["admin", "read"]}, "scopes"),
        ({"scopes": ["all"]}, "scopes"),
        ({"scopes": "read"}, "scopes"),
        ({"scopes": None}, "scopes"),
        ({"expires_at": None}, "expires_at"),
        ({"expires_at": "2030-01-01"}, "expires_at"),
        ({"expires_at": timedelta(days=367)}, "expires_at"),
        ({"expires_at": timedelta(seconds=-1)}, "expires_at"),
    ],
)
def test_what_makes_no_token(world: World, given: dict[str, Any], field: str) -> None:
    values: dict[str, Any] = {"name": "A", "scopes": ["read"], "expires_at": timedelta(days=366)} | given
    if isinstance(values["expires_at"], timedelta):
        values["expires_at"] = clock.now() + values["expires_at"]
    with pytest.raises(Invalid) as refused:
        tokens.create(world.actor("client"), **values)
    assert [error.field for error in refused.value.errors] == [field]


def test_admin_alone_says_nothing(world: World) -> None:
    with pytest.raises(Invalid):
        make(world.actor("admin"), "admin")
    assert works(make(world.actor("admin"), "read", "admin"))


def test_twenty_are_enough(world: World) -> None:
    for _ in range(tokens.MOST):
        make(world.actor("client"))
    with pytest.raises(Conflict):
        make(world.actor("client"))
    tokens.revoke(world.actor("client"), tokens.list_tokens(world.actor("client"))[0].id)
    make(world.actor("client"))


def test_it_ends_when_it_is_revoked_and_by_its_owner_alone(world: World) -> None:
    value = make(world.actor("client"))
    token_id = tokens.list_tokens(world.actor("client"))[0].id
    for name in ("client2", "admin"):
        with pytest.raises(NotFound):
            tokens.revoke(world.actor(name), token_id)
    assert works(value)
    tokens.revoke(world.actor("client"), token_id)
    assert not works(value)
    with pytest.raises(NotFound):
        tokens.revoke(world.actor("client"), token_id)


def test_it_ends_with_its_time(db: Connection, world: World) -> None:
    value = make(world.actor("client"))
    past = clock.now() - timedelta(seconds=1)
    db.execute(update(api_tokens).values(created_at=past - timedelta(days=1), expires_at=past))
    assert not works(value)
    assert tokens.list_tokens(world.actor("client"))[0].expired
    assert housekeeping.forget_old() == 0
    db.execute(
        update(api_tokens).values(created_at=past - timedelta(days=40), expires_at=past - timedelta(days=31))
    )
    assert housekeeping.forget_old() == 1
    assert tokens.list_tokens(world.actor("client")) == []


def test_it_ends_with_its_owner_and_does_not_come_back(world: World) -> None:
    value = make(world.actor("client"))
    people.update_user(world.actor("admin"), world.client.id, {"is_active": False})
    assert not works(value)
    people.update_user(world.actor("admin"), world.client.id, {"is_active": True})
    assert not works(value)


@pytest.mark.parametrize("how", ["by themselves", "by an admin", "from the shell"])
def test_it_ends_when_the_password_is_set(world: World, how: str) -> None:
    value = make(world.actor("client"))
    if how == "by themselves":
        sessions.change_password(world.actor("client"), PASSWORD, "a grey heron at dusk")
    elif how == "by an admin":
        people.update_user(world.actor("admin"), world.client.id, {"password": "a grey heron at dusk"})
    else:
        people.set_password(world.actor("admin"), world.client.email, "a grey heron at dusk")
    assert not works(value)


def test_a_changed_role_acts_at_once(world: World) -> None:
    value = make(world.actor("agent"), "read", "write")
    people.update_user(world.actor("admin"), world.agent.id, {"role": "client"})
    actor = tokens.actor_of_token(value)
    assert (actor.role, actor.group_ids) == (Role.CLIENT, frozenset())


def test_ending_other_sessions_leaves_tokens(world: World) -> None:
    value = make(world.actor("client"))
    profile.end_other_sessions(world.actor("client"))
    assert works(value)


def test_a_token_does_not_guard_its_account(world: World) -> None:
    by_token = tokens.actor_of_token(make(world.actor("admin"), "read", "write", "admin"))
    some = tokens.list_tokens(world.actor("admin"))[0].id
    new = people.NewUser("Nina New", "nina@example.com", password="a grey heron at dusk")
    for refused in (
        lambda: make(by_token),
        lambda: tokens.revoke(by_token, some),
        lambda: sessions.change_password(by_token, PASSWORD, "a grey heron at dusk"),
        lambda: sessions.sign_out(by_token),
        lambda: profile.end_session(by_token, "0" * 32),
        lambda: profile.end_other_sessions(by_token),
        lambda: people.update_user(by_token, world.client.id, {"password": "a grey heron at dusk"}),
        lambda: people.set_password(by_token, world.client.email, "a grey heron at dusk"),
        lambda: people.create_user(by_token, new),
    ):
        with pytest.raises(Forbidden):
            refused()
    assert people.update_user(by_token, world.client.id, {"department": "Sales"}).department == "Sales"


def test_the_audit_log_names_the_token(db: Connection, world: World) -> None:
    by_token = tokens.actor_of_token(make(world.actor("admin"), "read", "write", "admin"))
    people.update_user(by_token, world.client.id, {"department": "Purchasing"})
    tokens.revoke(world.actor("admin"), by_token.token_id)
    rows = db.execute(
        select(audit_log.c.action, audit_log.c.object_id, audit_log.c.data).order_by(audit_log.c.seq)
    )
    made, changed, revoked = rows.all()
    assert (made.action, revoked.action) == ("token_created", "token_revoked")
    assert made.object_id == revoked.object_id == str(by_token.token_id)
    assert changed.data["by_token"] == by_token.token_id
    with transaction() as s:
        assert verify_audit(s) == []


def test_the_last_use_is_kept_coarsely(db: Connection, world: World) -> None:
    value = make(world.actor("client"))
    works(value)
    first = tokens.list_tokens(world.actor("client"))[0].last_used_at
    assert first is not None
    works(value)
    assert tokens.list_tokens(world.actor("client"))[0].last_used_at == first
    db.execute(update(api_tokens).values(last_used_at=first - timedelta(minutes=11)))
    works(value)
    assert tokens.list_tokens(world.actor("client"))[0].last_used_at >= first

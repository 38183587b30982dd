"""Signing in, tokens, and what ends them (product rules §1, §7, §8)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event, select, text, update

from helpdesk.core import clock
from helpdesk.core.db import engine, transaction
from helpdesk.core.errors import Invalid, RateLimited, Unauthenticated
from helpdesk.domain.enums import Role
from helpdesk.models.person import audit_log, roles, sessions, users
from helpdesk.models.tree import group_members
from helpdesk.services import _passwords
from helpdesk.services import sessions as service
from helpdesk.services._audit import verify_audit
from tests.factories import PASSWORD, World, make_user

HOME = service.Client("192.0.2.7", "tests")


def actions() -> list[str]:
    with transaction() as s:
        return list(s.scalars(select(audit_log.c.action).order_by(audit_log.c.seq)))


def test_a_browser_signs_in_and_out(world: World) -> None:
    view, cookie = service.sign_in(HOME, world.agent.email.upper(), PASSWORD)
    assert (view.user.id, view.user.role, view.user.group_ids) == (
        world.agent.id,
        "agent",
        (world.it.group_id,),
    )

    actor = service.actor_of_cookie(cookie)
    assert actor is not None
    assert (actor.user_id, actor.role, actor.group_ids) == (world.agent.id, Role.AGENT, {world.it.group_id})

    service.sign_out(actor)
    assert service.actor_of_cookie(cookie) is None
    assert actions() == ["signed_in", "signed_out"]


def test_the_cookie_is_stored_as_a_hash_and_its_secret_counts(world: World) -> None:
    _, cookie = service.sign_in(HOME, world.client.email, PASSWORD)
    session_id, secret = cookie.split(".")
    with transaction() as s:
        row = s.execute(select(sessions)).one()
    assert secret.encode() not in bytes(row.secret_hash)
    for wrong in (f"{session_id}.{secret[:-1]}x", session_id, f"{session_id}.", "x.y", "", None, 7, "ä" * 40):
        assert service.actor_of_cookie(wrong) is None


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("{email}", "wrong wrong wrong"),
        ("nobody@example.com", PASSWORD),
        ("{gone}", PASSWORD),
        ("{system}", PASSWORD),
        ("", ""),
        ("a\x00b", PASSWORD),
        ("\ud800@example.com", "\ud800"),
        ("x" * 5000, "y" * 20_000),
    ],
)
def test_every_refusal_says_the_same(world: World, email: str, password: str) -> None:
    gone = make_user(is_active=False)
    with transaction() as s:
        system = s.scalar(select(users.c.email).join(roles).where(roles.c.name == "system"))
    email = email.replace("{email}", world.client.email).replace("{gone}", gone.email)
    with pytest.raises(Unauthenticated) as refusal:
        service.login(HOME, email.replace("{system}", str(system)), password)
    assert refusal.value.message == "E-mail or password is wrong."
    assert actions() == ["sign_in_failed"]


def test_the_audit_entry_of_a_failure_has_neither_password_nor_address(world: World) -> None:
    with pytest.raises(Unauthenticated):
        service.login(HOME, "hunter2hunter2@example.com", "a-typed-secret")
    with transaction() as s:
        row = s.execute(select(audit_log)).one()
    assert "hunter2" not in json.dumps(row.data)
    assert "a-typed-secret" not in json.dumps(row.data)
    assert row.ip == HOME.address


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("2001:db8::1%eth0", "2001:db8::1"),
        ("203.0.113.5", "203.0.113.5"),
        ("x" * 500, None),
        ("\x00", None),
        ("203.0.113.5:4711", None),
    ],
)
def test_what_a_proxy_says_is_stored_only_where_it_is_an_address(
    world: World, address: str, kept: str | None
) -> None:
    client = service.Client(address, "Agent\x00\r\n" + "é" * 400)
    service.sign_in(client, world.client.email, PASSWORD)
    with pytest.raises(Unauthenticated):
        service.sign_in(client, world.client.email, "wrong wrong wrong")
    with transaction() as s:
        row = s.execute(select(sessions)).one()
        assert set(s.scalars(select(audit_log.c.ip))) == {kept}
    assert (row.ip, row.user_agent) == (kept, "Agent" + "é" * 295)


def test_idle_and_absolute_limits(world: World) -> None:
    start = clock.now()
    with clock.moved(start):
        _, cookie = service.sign_in(HOME, world.client.email, PASSWORD)
    with clock.moved(start + timedelta(hours=11, minutes=59)):
        assert service.actor_of_cookie(cookie)
    with clock.moved(start + timedelta(hours=23)):
        assert service.actor_of_cookie(cookie), "the use before counts"
    with clock.moved(start + timedelta(hours=35, seconds=1)):
        assert service.actor_of_cookie(cookie) is None

    with clock.moved(start):
        _, cookie = service.sign_in(HOME, world.client.email, PASSWORD)
    for day in range(28):
        with clock.moved(start + timedelta(hours=11.9 * day)):
            assert service.actor_of_cookie(cookie)
    with clock.moved(start + timedelta(days=14)):
        assert service.actor_of_cookie(cookie) is None


def test_last_seen_is_written_once_a_minute_and_reading_is_one_query(world: World) -> None:
    start = clock.now()
    with clock.moved(start):
        _, cookie = service.sign_in(HOME, world.client.email, PASSWORD)
    statements: list[str] = []

    def listener(*args: object) -> None:
        verb = str(args[2]).split()[0]
        if verb not in {"SAVEPOINT", "RELEASE"}:  # of the fixture
            statements.append(verb)

    event.listen(engine(), "before_cursor_execute", listener)
    try:
        with clock.moved(start + timedelta(seconds=59)):
            service.actor_of_cookie(cookie)
        assert statements == ["SELECT"]
        with clock.moved(start + timedelta(seconds=60)):
            service.actor_of_cookie(cookie)
        assert statements == ["SELECT", "SELECT", "UPDATE"]
    finally:
        event.remove(engine(), "before_cursor_execute", listener)


def test_deactivation_and_a_changed_role_act_at_once(world: World) -> None:
    _, cookie = service.sign_in(HOME, world.agent.email, PASSWORD)
    pair = service.login(HOME, world.agent.email, PASSWORD)
    with transaction() as s:
        manager = s.scalar(select(roles.c.id).where(roles.c.name == "manager"))
        s.execute(update(users).where(users.c.id == world.agent.id).values(role_id=manager))
        s.execute(group_members.delete().where(group_members.c.user_id == world.agent.id))
    actor = service.actor_of_cookie(cookie)
    assert actor
    assert (actor.role, actor.group_ids) == (Role.MANAGER, frozenset())
    assert service.actor_of_access_token(pair.access_token).role is Role.MANAGER
    with transaction() as s:
        s.execute(update(users).where(users.c.id == world.agent.id).values(is_active=False))
    assert service.actor_of_cookie(cookie) is None
    with pytest.raises(Unauthenticated):
        service.actor_of_access_token(pair.access_token)
    with pytest.raises(Unauthenticated):
        service.refresh(HOME, pair.refresh_token)


def test_refreshing_rotates_and_reuse_ends_the_family(world: World) -> None:
    first = service.login(HOME, world.client.email, PASSWORD)
    second = service.refresh(HOME, first.refresh_token)
    third = service.refresh(HOME, second.refresh_token)
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert service.actor_of_access_token(third.access_token).user_id == world.client.id

    with pytest.raises(Unauthenticated):
        service.refresh(HOME, first.refresh_token)
    with pytest.raises(Unauthenticated):
        service.refresh(HOME, third.refresh_token)
    with pytest.raises(Unauthenticated):
        service.actor_of_access_token(third.access_token)
    assert actions() == ["signed_in", "refresh_token_reused"]


def test_one_of_parallel_refreshes_wins_and_the_family_ends(fresh_world: World) -> None:
    pair = service.login(HOME, fresh_world.client.email, PASSWORD)

    def one(_: int) -> bool:
        try:
            service.refresh(HOME, pair.refresh_token)
        except Unauthenticated:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(one, range(8)))
    assert sum(results) == 1
    with pytest.raises(Unauthenticated):
        service.actor_of_access_token(pair.access_token)


def test_tokens_end_in_time(world: World) -> None:
    pair = service.login(HOME, world.client.email, PASSWORD)
    assert pair.expires_in == 900
    with clock.moved(clock.now() + timedelta(seconds=901)), pytest.raises(Unauthenticated):
        service.actor_of_access_token(pair.access_token)
    with clock.moved(clock.now() + timedelta(days=13)):
        later = service.refresh(HOME, pair.refresh_token)
    with clock.moved(clock.now() + timedelta(days=13 + 13)):
        service.refresh(HOME, later.refresh_token)
    with clock.moved(clock.now() + timedelta(days=60)), pytest.raises(Unauthenticated):
        service.refresh(HOME, later.refresh_token)


def test_logging_out_stops_the_access_token(world: World) -> None:
    pair = service.login(HOME, world.client.email, PASSWORD)
    service.logout(pair.refresh_token)
    service.logout(pair.refresh_token)
    service.logout("unknown")
    with pytest.raises(Unauthenticated):
        service.actor_of_access_token(pair.access_token)
    with pytest.raises(Unauthenticated):
        service.refresh(HOME, pair.refresh_token)


def test_changing_the_password_ends_the_other_sessions(world: World) -> None:
    _, kept = service.sign_in(HOME, world.client.email, PASSWORD)
    _, other = service.sign_in(HOME, world.client.email, PASSWORD)
    pair = service.login(HOME, world.client.email, PASSWORD)
    actor = service.actor_of_cookie(kept)
    assert actor
    service.change_password(actor, PASSWORD, "kettle otter 92")
    assert service.actor_of_cookie(kept)
    assert service.actor_of_cookie(other) is None
    with pytest.raises(Unauthenticated):
        service.actor_of_access_token(pair.access_token)
    with pytest.raises(Unauthenticated):
        service.login(HOME, world.client.email, PASSWORD)
    service.login(HOME, world.client.email, "kettle otter 92")


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("wrong", "kettle otter 92", "current_password"),
        (None, "kettle otter 92", "current_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "x" * 257, "new_password"),
        (PASSWORD, "Password2026!", "new_password"),
        (PASSWORD, "claraclient", "new_password"),
        (PASSWORD, "nul\x00 in a password", "new_password"),
        (PASSWORD, 1234567890, "new_password"),
    ],
)
def test_a_refused_password_names_its_field(world: World, current: object, new: object, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        service.change_password(world.actor("client"), current, new)
    assert [error.field for error in refusal.value.errors] == [field]
    service.login(HOME, world.client.email, PASSWORD)


def test_long_and_composed_passwords_count_whole(db: Connection) -> None:
    long = "ü" * 255
    stored = _passwords.hash_password(long + "a")
    assert _passwords.verify(long + "a", stored)
    assert not _passwords.verify(long + "b", stored), "nothing is cut off at 72 bytes"
    assert _passwords.verify("e\u0301clair au chocolat", _passwords.hash_password("\u00e9clair au chocolat"))


def test_a_refusal_costs_the_same_work_for_everybody(db: Connection, settings, monkeypatch) -> None:
    cheap = _passwords.hash_password("some password")
    settings(bcrypt_cost=6)
    dear = _passwords.hash_password("some password")
    _passwords.verify("warm", None)
    work: list[int] = []
    real = _passwords.bcrypt.checkpw

    def counted(password: bytes, stored: bytes) -> bool:
        work.append(2 ** int(stored.split(b"$")[2]))
        return real(password, stored)

    monkeypatch.setattr(_passwords.bcrypt, "checkpw", counted)
    for stored in (None, "!", "garbage", dear, cheap):
        work.clear()
        assert not _passwords.verify("wrong password", stored)
        assert sum(work) == 2**6, stored


def test_a_hash_of_lower_cost_is_renewed_at_sign_in(world: World, settings) -> None:
    settings(bcrypt_cost=5)
    service.login(HOME, world.client.email, PASSWORD)
    with transaction() as s:
        stored = s.scalar(select(users.c.password_hash).where(users.c.id == world.client.id))
    assert str(stored).startswith("v1$$2b$05$")
    service.login(HOME, world.client.email, PASSWORD)


def test_the_limiter_comes_before_the_hash(world: World, valkey: str, settings, monkeypatch) -> None:
    settings(rate_limits="on")
    for _ in range(10):
        with pytest.raises(Unauthenticated):
            service.login(HOME, world.client.email, "wrong wrong wrong")
    monkeypatch.setattr(_passwords, "verify", lambda *_: pytest.fail("hashed behind the limit"))
    with pytest.raises(RateLimited) as refusal:
        service.login(HOME, world.client.email.upper(), PASSWORD)
    assert 1 <= refusal.value.extra["retry_after"] <= 60
    monkeypatch.undo()
    settings(rate_limits="on")
    service.login(service.Client("198.51.100.9"), world.client.email, PASSWORD)  # not locked out elsewhere


def test_the_audit_chain_shows_a_changed_and_a_missing_entry(fresh_world: World) -> None:
    for _ in range(3):
        service.login(HOME, fresh_world.client.email, PASSWORD)
    with transaction() as s:
        assert verify_audit(s) == []
    with transaction() as s:
        s.execute(text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
        s.execute(text("UPDATE audit_log SET action = 'nothing' WHERE seq = 2"))
    with transaction() as s:
        assert verify_audit(s) == ["audit log: entry 2 was changed"]
        s.execute(text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
        s.execute(text("DELETE FROM audit_log WHERE seq = 1"))
        assert "audit log: entry 1 is missing before entry 2" in verify_audit(s)

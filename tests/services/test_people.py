"""People: who finds whom, and what admins change (product rules §1)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from helpdesk.core.db import transaction
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from helpdesk.domain.enums import Role
from helpdesk.models.person import audit_log, roles, users
from helpdesk.services import people, sessions
from helpdesk.services.people import NewUser, UserQuery
from tests.factories import PASSWORD, World, actor_for, make_user, system_actor

HOME = sessions.Client("192.0.2.7")


def new(**values: object) -> NewUser:
    return NewUser(**({"name": "Nina New", "email": "nina@example.com"} | values))  # type: ignore[arg-type]


def test_search_finds_active_colleagues_without_addresses(world: World) -> None:
    make_user(name="Clarissa Gone", is_active=False)
    make_user(name="Anna Clark")
    found = people.search(world.actor("client"), "cla")
    assert [(one.name, one.department) for one in found] == [("Clara Client", "Sales"), ("Anna Clark", None)]
    assert people.search(world.actor("client"), "clara.client") == []
    assert [one.name for one in people.search(world.actor("agent"), "clara.client")] == ["Clara Client"]


def test_search_never_tells_of_the_system_user_and_takes_wildcards_literally(world: World) -> None:
    assert "Helpdesk" not in [one.name for one in people.search(world.actor("admin"), "Help")]
    for text in ("%", "_", "\\", "' OR 1=1 --"):
        assert people.search(world.actor("agent"), text) == []
    for index in range(25):
        make_user(name=f"Twin {index:02}")
    assert len(people.search(world.actor("client"), "twin")) == 20


@pytest.mark.parametrize("q", ["a\x00", "a\nb", "x" * 151, 7, ["a"], "\ud800"])
def test_search_refuses_what_is_no_line(world: World, q: object) -> None:
    with pytest.raises(Invalid):
        people.search(world.actor("client"), q)


@pytest.mark.parametrize("role", ["client", "agent", "manager"])
def test_only_admins_configure_people(world: World, role: str) -> None:
    actor = world.actor(role)
    for refused in (
        lambda: people.list_users(actor, UserQuery()),
        lambda: people.create_user(actor, new()),
        lambda: people.update_user(actor, world.client.id, {"name": "X"}),
        lambda: people.set_password(actor, world.client.email, "kettle otter 92"),
    ):
        with pytest.raises(Forbidden):
            refused()


def test_listing_filters_sorts_and_pages(world: World) -> None:
    admin = world.actor("admin")
    everybody = people.list_users(admin, UserQuery(page_size=100))
    assert everybody.total == len(everybody.items) == 7
    names = [row.name for row in everybody.items]
    assert names == sorted(names, key=str.lower)

    for sort in ("name", "-name", "created_at", "-created_at"):
        seen: list[int] = []
        cursor: str | None = None
        while True:
            page = people.list_users(admin, UserQuery(sort=sort, page_size=2, cursor=cursor))
            seen += [row.id for row in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        one = people.list_users(admin, UserQuery(sort=sort, page_size=100))
        assert seen == [row.id for row in one.items]

    assert [row.name for row in people.list_users(admin, UserQuery(role=("admin",))).items] == ["Axel Admin"]
    members = people.list_users(admin, UserQuery(group_id=(world.it.group_id,))).items
    assert {row.name for row in members} == {"Ada Agent", "Ben Agent", "Mona Manager"}
    assert {row.groups for row in members} == {("IT",)}
    assert people.list_users(admin, UserQuery(q="sales")).total == 2
    assert people.list_users(admin, UserQuery(is_active=False)).total == 0


@pytest.mark.parametrize(
    "query",
    [
        UserQuery(sort="email"),
        UserQuery(page=0),
        UserQuery(page_size=101),
        UserQuery(page=101, page_size=100),
        UserQuery(role=("system",)),
        UserQuery(group_id=(2**63,)),
        UserQuery(cursor="garbage"),
        UserQuery(cursor="W10"),
        UserQuery(q="\x00"),
    ],
)
def test_listing_refuses_wrong_values(world: World, query: UserQuery) -> None:
    with pytest.raises(Invalid):
        people.list_users(world.actor("admin"), query)


def test_a_created_person_signs_in(world: World) -> None:
    row = people.create_user(
        world.actor("admin"), new(role="agent", password="kettle otter 92", group_ids=(world.hr.group_id,))
    )
    assert (row.role, row.groups, row.is_active, row.open_tickets) == ("agent", ("HR",), True, 0)
    view, _ = sessions.sign_in(HOME, "NINA@example.com", "kettle otter 92")
    assert view.user.group_ids == (world.hr.group_id,)


def test_without_a_password_nobody_signs_in(world: World) -> None:
    people.create_user(world.actor("admin"), new())
    for password in ("", "!", "password"):
        with pytest.raises(Unauthenticated):
            sessions.sign_in(HOME, "nina@example.com", password)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 151}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b\r\nBcc: c@d"}, "email"),
        ({"role": "system"}, "role"),
        ({"role": "boss"}, "role"),
        ({"password": "short"}, "password"),
        ({"password": "Nina.New.1986"}, "password"),
        ({"group_ids": (2**62,), "role": "agent"}, "group_ids"),
        ({"group_ids": ("1",), "role": "agent"}, "group_ids"),
        ({"is_active": "yes"}, "is_active"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"locale": "English"}, "locale"),
        ({"department": "x" * 101}, "department"),
    ],
)
def test_a_refused_value_names_its_field(world: World, values: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        people.create_user(world.actor("admin"), new(**values))
    assert [error.field for error in refusal.value.errors] == [field]
    with transaction() as s:
        assert (
            s.scalar(select(func.count()).select_from(users).where(users.c.email == "nina@example.com")) == 0
        )


def test_a_client_is_no_member(world: World) -> None:
    admin = world.actor("admin")
    with pytest.raises(Invalid):
        people.create_user(admin, new(group_ids=(world.it.group_id,)))
    with pytest.raises(Invalid):
        people.update_user(admin, world.client.id, {"group_ids": [world.it.group_id]})
    demoted = people.update_user(admin, world.agent.id, {"role": "client"})
    assert (demoted.role, demoted.group_ids) == ("client", ())


def test_an_address_belongs_to_one_person_whatever_its_case(world: World) -> None:
    admin = world.actor("admin")
    with pytest.raises(Conflict) as refusal:
        people.create_user(admin, new(email=world.client.email.upper()))
    assert refusal.value.errors[0].field == "email"
    with pytest.raises(Conflict):
        people.update_user(admin, world.client2.id, {"email": world.client.email})
    assert people.update_user(admin, world.client.id, {"email": world.client.email.upper()}).email.isupper()


def test_changes_are_audited_and_an_equal_value_writes_nothing(world: World) -> None:
    admin = world.actor("admin")
    people.update_user(admin, world.agent.id, {"name": "Ada Lovelace", "department": "IT", "group_ids": []})
    row = people.update_user(admin, world.agent.id, {"name": "Ada Lovelace"})
    assert (row.name, row.department, row.group_ids) == ("Ada Lovelace", "IT", ())
    with transaction() as s:
        entries = s.execute(select(audit_log)).all()
    assert [entry.action for entry in entries] == ["user_changed"]
    assert entries[0].data["name"] == {"old": "Ada Agent", "new": "Ada Lovelace"}
    assert entries[0].data["group_ids"] == {"old": [world.it.group_id], "new": []}


def test_unknown_people_and_fields(world: World) -> None:
    admin = world.actor("admin")
    with pytest.raises(NotFound):
        people.update_user(admin, 2**62, {"name": "X"})
    with pytest.raises(NotFound):
        people.update_user(admin, system_actor().user_id, {"name": "X"})
    for field in ("id", "password_hash", "role_id", "created_at"):
        with pytest.raises(Invalid):
            people.update_user(admin, world.client.id, {field: 1})


def test_the_last_active_admin_stays(world: World) -> None:
    admin = world.actor("admin")
    for changes in ({"role": "agent"}, {"is_active": False}):
        with pytest.raises(Conflict):
            people.update_user(admin, world.admin.id, changes)
    second = make_user(Role.ADMIN)
    people.update_user(admin, world.admin.id, {"role": "agent"})
    with pytest.raises(Conflict):
        people.update_user(actor_for(second), second.id, {"is_active": False})


def test_two_admins_who_demote_each_other_leave_one(fresh_world: World) -> None:
    admins = [fresh_world.admin, make_user(Role.ADMIN)]
    actors = [actor_for(one) for one in admins]

    def demote(index: int) -> bool:
        try:
            people.update_user(actors[index], admins[1 - index].id, {"is_active": False})
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(demote, range(2))) == [False, True]
    with transaction() as s:
        assert (
            s.scalar(
                select(func.count())
                .select_from(users.join(roles))
                .where(roles.c.name == "admin", users.c.is_active)
            )
            == 1
        )


def test_deactivation_ends_sessions_at_once(world: World) -> None:
    _, cookie = sessions.sign_in(HOME, world.agent.email, PASSWORD)
    pair = sessions.login(HOME, world.agent.email, PASSWORD)
    people.update_user(world.actor("admin"), world.agent.id, {"is_active": False})
    people.update_user(world.actor("admin"), world.agent.id, {"is_active": True})
    assert sessions.actor_of_cookie(cookie) is None
    with pytest.raises(Unauthenticated):
        sessions.refresh(HOME, pair.refresh_token)


def test_a_password_set_by_an_admin_ends_the_sessions(world: World) -> None:
    _, cookie = sessions.sign_in(HOME, world.client.email, PASSWORD)
    people.update_user(world.actor("admin"), world.client.id, {"password": "kettle otter 92"})
    assert sessions.actor_of_cookie(cookie) is None
    _, cookie = sessions.sign_in(HOME, world.client.email, "kettle otter 92")
    people.set_password(system_actor(), world.client.email.upper(), "heron otter 93")
    assert sessions.actor_of_cookie(cookie) is None
    sessions.sign_in(HOME, world.client.email, "heron otter 93")
    with pytest.raises(NotFound):
        people.set_password(system_actor(), "nobody@example.com", "heron otter 93")

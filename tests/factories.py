"""People, groups and tickets for tests.

People and the tree are inserted directly, as a test of a permission must not depend on the permission to
create people. Tickets go through the service, so that each has its history, events, outbox rows and clocks.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import insert, select

from helpdesk.core.db import transaction
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Role, Source
from helpdesk.models.person import roles, users
from helpdesk.models.tree import categories, group_members, groups, subcategories
from helpdesk.services.views import NewTicket, TicketDetail

PASSWORD = "grey heron over ice"  # of everybody made here

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    email: str
    role: Role
    group_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Branch:
    """A group with one category and its subcategories."""

    group_id: int
    category_id: int
    subcategory_ids: tuple[int, ...]
    name: str
    restricted: bool

    @property
    def subcategory_id(self) -> int:
        return self.subcategory_ids[0]


@dataclass(frozen=True)
class World:
    """The smallest company in which every rule of access shows.

    `agent`, `agent2` and `manager` are members of `it`; `hr` is restricted and has `hr_agent` alone.
    """

    client: Person
    client2: Person
    agent: Person
    agent2: Person
    hr_agent: Person
    manager: Person
    admin: Person
    it: Branch
    hr: Branch

    @property
    def people(self) -> tuple[Person, ...]:
        return (
            self.client,
            self.client2,
            self.agent,
            self.agent2,
            self.hr_agent,
            self.manager,
            self.admin,
        )

    def actor(self, name: str, source: Source = Source.API) -> Actor:
        """`world.actor("agent")`."""
        return actor_for(getattr(self, name), source)


@cache
def password_hash() -> str:
    from helpdesk.services._passwords import hash_password

    return hash_password(PASSWORD)


def make_user(
    role: Role | str = Role.CLIENT, name: str | None = None, *, group_ids: Iterable[int] = (), **columns: Any
) -> Person:
    """Insert a person, who can sign in with `PASSWORD`; `columns` are further ones of `users`."""
    number = next(_numbers)
    name = name or f"{Role(role).value.capitalize()} {number}"
    values = {
        "name": name,
        "email": f"{'.'.join(name.lower().split())}.{number}@example.com",
        "password_hash": password_hash(),
    } | columns
    with transaction() as s:
        role_id = s.scalar(select(roles.c.id).where(roles.c.name == Role(role).value))
        user_id = s.scalar(insert(users).values(role_id=role_id, **values).returning(users.c.id))
        for group_id in group_ids:
            s.execute(insert(group_members).values(group_id=group_id, user_id=user_id))
    assert user_id is not None
    return Person(user_id, str(values["name"]), str(values["email"]), Role(role), frozenset(group_ids))


def make_group(name: str | None = None, *, restricted: bool = False, **columns: Any) -> int:
    """Insert a group and return its id."""
    with transaction() as s:
        group_id = s.scalar(
            insert(groups)
            .values(name=name or f"Group {next(_numbers)}", restricted=restricted, **columns)
            .returning(groups.c.id)
        )
    assert group_id is not None
    return group_id


def make_branch(
    name: str | None = None,
    category: str = "Hardware",
    subcategory_names: Iterable[str] = ("Laptop", "Printer"),
    *,
    restricted: bool = False,
    group_id: int | None = None,
    **columns: Any,
) -> Branch:
    """Insert a group (unless `group_id` is given), a category, subcategories; `columns` are the group's."""
    name = name or f"Group {next(_numbers)}"
    if group_id is None:
        group_id = make_group(name, restricted=restricted, **columns)
    with transaction() as s:
        category_id = s.scalar(
            insert(categories).values(group_id=group_id, name=category).returning(categories.c.id)
        )
        made = [
            s.scalar(
                insert(subcategories)
                .values(category_id=category_id, name=one, position=position)
                .returning(subcategories.c.id)
            )
            for position, one in enumerate(subcategory_names)
        ]
    assert category_id is not None
    return Branch(group_id, category_id, tuple(i for i in made if i is not None), name, restricted)


def add_member(group_id: int, person: Person) -> None:
    with transaction() as s:
        s.execute(insert(group_members).values(group_id=group_id, user_id=person.id))


def actor_for(person: Person, source: Source = Source.API) -> Actor:
    """The actor that a verified session of `person` gives, with the groups they belong to now."""
    with transaction() as s:
        member_of = s.scalars(
            select(group_members.c.group_id).where(group_members.c.user_id == person.id)
        ).all()
    return Actor(person.id, person.role, frozenset(member_of), source, name=person.name)


def system_actor(source: Source = Source.TIMER) -> Actor:
    """The hidden user who acts for timers and rules."""
    with transaction() as s:
        found = s.execute(
            select(users.c.id, users.c.name).join(roles).where(roles.c.name == Role.SYSTEM.value)
        ).one()
    return Actor(found.id, Role.SYSTEM, source=source, name=found.name)


def make_ticket(
    by: Person | Actor, branch: Branch, title: str = "The printer is on fire", **new: Any
) -> TicketDetail:
    """File a ticket in the branch's first subcategory; `new` are further fields of `NewTicket`."""
    from helpdesk.services import tickets

    actor = by if isinstance(by, Actor) else actor_for(by)
    places = {
        "group_id": branch.group_id,
        "category_id": branch.category_id,
        "subcategory_id": branch.subcategory_id,
    }
    return tickets.create(actor, NewTicket(title=title, **(places | new)))


def make_world() -> World:
    it = make_branch("IT", queue_email="it@example.com")
    hr = make_branch("HR", "Contracts", ("Leave", "Salary"), restricted=True, queue_email="hr@example.com")
    return World(
        client=make_user(Role.CLIENT, "Clara Client", department="Sales"),
        client2=make_user(Role.CLIENT, "Cedric Client", department="Sales"),
        agent=make_user(Role.AGENT, "Ada Agent", group_ids=[it.group_id]),
        agent2=make_user(Role.AGENT, "Ben Agent", group_ids=[it.group_id]),
        hr_agent=make_user(Role.AGENT, "Hana Agent", group_ids=[hr.group_id]),
        manager=make_user(Role.MANAGER, "Mona Manager", group_ids=[it.group_id]),
        admin=make_user(Role.ADMIN, "Axel Admin"),
        it=it,
        hr=hr,
    )

"""What the lives of tickets need to know of the company, read once per process."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.domain.enums import Priority, Role, Source
from helpdesk.domain.sla_policy import PolicyVersion
from helpdesk.domain.working_time import ALWAYS, WorkingTime
from helpdesk.models.person import roles, users
from helpdesk.models.sla import sla_policies, sla_policy_versions
from helpdesk.models.tree import categories, groups, subcategories
from helpdesk.seed.bulk.firm import TEAMS, staff_of
from helpdesk.seed.bulk.scripts import Script, read_scripts
from helpdesk.seed.bulk.sheets import escaped
from helpdesk.services import _clocks, _notify
from helpdesk.services._lock import path_of, system_actor

_SKEW = 2.4  # the higher, the more of the tickets come from few people


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str
    department: str | None

    @property
    def first_name(self) -> str:
        return self.name.split()[0]


@dataclass(frozen=True, slots=True)
class Place:
    """A subcategory with the team that works there."""

    group_id: int
    category_id: int
    subcategory_id: int
    restricted: bool
    path: str
    policy_id: int | None
    columns: str = field(init=False)  # of an event's line

    def __post_init__(self) -> None:
        ids = f"{self.group_id}\t{self.category_id}\t{self.subcategory_id}"
        object.__setattr__(self, "columns", f"{ids}\t{escaped(self.path)}")


@dataclass(frozen=True, slots=True)
class Team:
    """A group with its agents, whom it tells, and its places with their stories."""

    share: int
    agents: tuple[Person, ...]
    members: tuple[int, ...]
    address: str | None
    lead_id: int | None
    places: Mapping[tuple[str, str], Place]
    scripts: tuple[Script, ...]


@dataclass
class Scene:
    """The company; everything of it is the same for every process of a load."""

    system_id: int
    clients: tuple[Person, ...]
    teams: tuple[Team, ...]
    switched_off: frozenset[tuple[int, str, str]]  # person, event, channel
    policies: Mapping[int, PolicyVersion]
    versions: Mapping[tuple[int, str, str | None], int]
    policy_ids: Mapping[int, int]  # the policy of a version

    def client(self, rng: Random) -> Person:
        return self.clients[int(len(self.clients) * rng.random() ** _SKEW)]

    def policy_of(self, place: Place, priority: str, person: Person) -> int:
        """The policy version of a ticket of this place, priority and requester."""
        return self.versions[place.subcategory_id, priority, person.department]

    def hours(self, version_id: int) -> WorkingTime:
        """When the people behind a policy work."""
        return self.policies[version_id].calendar or ALWAYS


def read_scene(s: Session) -> Scene:
    people = {
        row.id: (Person(row.id, row.name, row.department), Role(row.role))
        for row in s.execute(
            select(users.c.id, users.c.name, users.c.department, roles.c.name.label("role"))
            .join(roles)
            .where(users.c.is_active)
            .order_by(users.c.id)
        )
    }
    latest = s.execute(
        select(sla_policy_versions.c.id, sla_policy_versions.c.policy_id).join(
            sla_policies, sla_policies.c.id == sla_policy_versions.c.policy_id
        )
    ).all()
    teams = _teams(s, {person_id: person for person_id, (person, _) in people.items()})
    return Scene(
        system_id=system_actor(s, Source.SEED).user_id,
        clients=tuple(person for person, role in people.values() if role is Role.CLIENT),
        teams=teams,
        switched_off=_notify.listening(s, set(people))[1],
        policies=_clocks.policy_versions(s, [row.id for row in latest]),
        versions=_policies(
            s,
            [place for team in teams for place in team.places.values()],
            {person.department for person, _ in people.values()},
        ),
        policy_ids={row.id: row.policy_id for row in latest},
    )


def _teams(s: Session, people: Mapping[int, Person]) -> tuple[Team, ...]:
    scripts, staff = read_scripts(), staff_of(s)
    known = {row["name"]: row for row in s.execute(select(groups)).mappings()}
    places = _places(s)
    found: list[Team] = []
    for team in TEAMS:
        row = known[team.name]
        there = places.get(row["id"], {})
        fitting = tuple(one for one in scripts[team.like] if (one.category, one.subcategory) in there)
        if not fitting or row["id"] not in staff:
            continue  # a group of that name with another tree, or without anybody who works there
        members, address = _notify.group_audience(s, row["id"])
        found.append(
            Team(
                share=team.share,
                agents=tuple(people[one] for one in staff[row["id"]]),
                members=members,
                address=address,
                lead_id=row["lead_id"],
                places=there,
                scripts=fitting,
            )
        )
    return tuple(found)


def _places(s: Session) -> dict[int, dict[tuple[str, str], Place]]:
    rows = s.execute(
        select(
            *(groups.c.id.label("group_id"), categories.c.id.label("category_id")),
            *(subcategories.c.id.label("subcategory_id"), groups.c.restricted, groups.c.name.label("group")),
            *(categories.c.name.label("category"), subcategories.c.name.label("subcategory")),
            func.coalesce(
                subcategories.c.sla_policy_id, categories.c.sla_policy_id, groups.c.sla_policy_id
            ).label("policy_id"),
        )
        .join(categories, categories.c.group_id == groups.c.id)
        .join(subcategories, subcategories.c.category_id == categories.c.id)
    )
    found: dict[int, dict[tuple[str, str], Place]] = {}
    for row in rows:
        found.setdefault(row.group_id, {})[row.category, row.subcategory] = Place(
            row.group_id,
            row.category_id,
            row.subcategory_id,
            row.restricted,
            path_of([row.group, row.category, row.subcategory]),
            row.policy_id,
        )
    return found


def _policies(
    s: Session, places: Iterable[Place], departments: Collection[str | None]
) -> dict[tuple[int, str, str | None], int]:
    """Which version a ticket gets, by subcategory, priority and the requester's department.

    The database is asked once for each combination that some policy distinguishes.
    """
    conditions = s.scalars(select(sla_policies.c.conditions).where(~sla_policies.c.archived))
    telling = sorted({name for one in conditions for name in one})
    known: dict[tuple[object, ...], int] = {}
    found: dict[tuple[int, str, str | None], int] = {}
    for place, priority, department in product(places, Priority, departments):
        facts: dict[str, object] = {
            "group_id": place.group_id,
            "category_id": place.category_id,
            "subcategory_id": place.subcategory_id,
            "priority": str(priority),
            "department": department,
            "own_policy_id": place.policy_id,
        }
        key = (place.policy_id, *(facts.get(name) for name in telling))
        if key not in known:
            known[key] = _clocks.policy_for(s, facts)
        found[place.subcategory_id, str(priority), department] = known[key]
    return found

"""The company behind a bulk load: the demo company's people and tree, grown by regions, groups and employees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from helpdesk.core.db import transaction
from helpdesk.domain.enums import Channel, NotificationEvent, Role, Source
from helpdesk.models.person import notification_preferences, roles, users
from helpdesk.models.sla import calendars, sla_policies, sla_policy_versions
from helpdesk.models.tree import group_members, groups
from helpdesk.seed.bulk import names
from helpdesk.seed.company import tree
from helpdesk.seed.demo import make_company
from helpdesk.services import tree as tree_service
from helpdesk.services._lock import system_actor


@dataclass(frozen=True, slots=True)
class Team:
    """A group of the company; `like` names the demo company's group whose tree and stories it shares."""

    name: str
    like: str
    share: int  # of the tickets
    region: str | None = None  # whose hours its promises are counted in


TEAMS = (
    Team("IT", "IT", 38),
    Team("IT Americas", "IT", 17, "Americas"),
    Team("Facilities", "Facilities", 12),
    Team("IT Asia-Pacific", "IT", 11, "Asia-Pacific"),
    Team("HR", "HR", 7),
    Team("Facilities Leipzig", "Facilities", 6),
    Team("Facilities Lisbon", "Facilities", 4),
    Team("HR Americas", "HR", 3, "Americas"),
    Team("Works Council", "HR", 2),
)
REGIONS = {
    "Americas": ("America/New_York", ("01-01", "07-04", "11-11", "12-25")),
    "Asia-Pacific": ("Asia/Singapore", ("01-01", "05-01", "08-09", "12-25")),
}
_LEAST_MEMBERS = 3
_STILL_MAILED = 3  # of a group's agents; the others have switched the mail of each new ticket off
_LOUD = (NotificationEvent.TICKET_CREATED, NotificationEvent.SLA_WARNING)
_GONE_SHARE = 50  # one of so many employees has left
_ROWS_AT_ONCE = 5_000


def found_company(clients: int, agents: int, seed: int, since: datetime, known_since: datetime) -> None:
    """Make what is missing: so many `clients` and `agents` in all, groups, regional policies.

    `since`: before the first ticket. `known_since`: when people were last changed, which is how far back the ledger
    can be checked (`services._ledger`). Calling it again after it broke off makes the rest.
    """
    rng = Random(f"{seed}:people")  # noqa: S311 - the same company every time, no secret
    make_company(since)
    with transaction() as s:
        _employ(s, rng, Role.CLIENT, clients, since)
        _employ(s, rng, Role.AGENT, agents, since)
        s.execute(users.update().where(users.c.email.like("%example.com")).values(updated_at=known_since))
    _grow_tree()
    with transaction() as s:
        _staff_groups(s)
        for name in REGIONS:
            _add_policy(s, name, since)


def _employ(s: Session, rng: Random, role: Role, wanted: int, since: datetime) -> None:
    role_id = s.scalars(select(roles.c.id).where(roles.c.name == str(role))).one()
    there = s.scalar(select(func.count()).select_from(users).where(users.c.role_id == role_id)) or 0
    new = [_person(rng, role, role_id, number, since) for number in range(there, wanted)]
    for start in range(0, len(new), _ROWS_AT_ONCE):
        s.execute(insert(users), new[start : start + _ROWS_AT_ONCE])


def _person(rng: Random, role: Role, role_id: int, number: int, since: datetime) -> dict[str, Any]:
    name = f"{rng.choice(names.FIRST)} {rng.choice(names.LAST)}"
    prefix = "agent " if role is Role.AGENT else ""
    return {
        "name": name,
        "email": names.address(prefix + name, number),
        "password_hash": "!",  # nobody signs in as them
        "role_id": role_id,
        "department": "IT" if role is Role.AGENT else rng.choice(names.DEPARTMENTS),
        "location": rng.choice(names.LOCATIONS),
        "is_active": role is Role.AGENT or number % _GONE_SHARE != _GONE_SHARE - 1,
        "created_at": since,
        "updated_at": since,
    }


def _grow_tree() -> None:
    with transaction() as s:
        system = system_actor(s, Source.SEED)
        there = set(s.scalars(select(groups.c.name)))
        ids = {row.email: row.id for row in s.execute(select(users.c.email, users.c.id))}
    branches = {branch.name: branch for branch in tree({"IT": (), "Facilities": (), "HR": ()}, ids)}
    for team in TEAMS:
        if team.name not in there:
            mail = team.name.lower().replace(" ", "-")
            branch = replace(branches[team.like], name=team.name, queue_email=f"{mail}@example.com")
            tree_service.create_branch(system, replace(branch, lead_id=None))


def _staff_groups(s: Session) -> None:
    """Spread the agents by the groups' shares; each group has a lead, and few agents get every mail."""
    ids = {row.name: row.id for row in s.execute(select(groups.c.name, groups.c.id))}
    agents = s.scalars(
        select(users.c.id).join(roles).where(roles.c.name == str(Role.AGENT)).order_by(users.c.id)
    ).all()
    members: dict[int, list[int]] = {ids[team.name]: [] for team in TEAMS}
    for row in s.execute(select(group_members.c.group_id, group_members.c.user_id)):
        members.setdefault(row.group_id, []).append(row.user_id)
    busy = {person for people in members.values() for person in people}
    free = [person for person in agents if person not in busy]
    total = sum(team.share for team in TEAMS)
    added: list[dict[str, int]] = []
    for place, team in enumerate(TEAMS):
        taken, free = _split(free, round(len(agents) * team.share / total))
        spare = [one for one in [*agents[place:], *agents[:place]] if one not in members[ids[team.name]]]
        if len(taken) + len(members[ids[team.name]]) < _LEAST_MEMBERS:
            taken = [*taken, *[one for one in spare if one not in taken][:_LEAST_MEMBERS]]
        added += [{"group_id": ids[team.name], "user_id": person} for person in taken]
        members[ids[team.name]] += taken
    if added:
        s.execute(insert(group_members), added)
    for group_id, people in members.items():
        if people:
            s.execute(
                groups.update()
                .where(groups.c.id == group_id, groups.c.lead_id.is_(None))
                .values(lead_id=people[0])
            )
    _quieten(s, {one for people in members.values() for one in people[_STILL_MAILED:]} & set(agents))


def _split(people: list[int], count: int) -> tuple[list[int], list[int]]:
    return people[:count], people[count:]


def _quieten(s: Session, people: set[int]) -> None:
    p = notification_preferences.c
    known = set(s.scalars(select(p.user_id).where(~p.enabled)))
    rows = [
        {"user_id": person, "event": str(event), "channel": str(Channel.EMAIL), "enabled": False}
        for person in sorted(people - known)
        for event in _LOUD
    ]
    if rows:
        s.execute(insert(notification_preferences), rows)


def _add_policy(s: Session, region: str, since: datetime) -> None:
    """The default's targets, counted in the region's hours, for the region's groups."""
    if s.scalar(select(sla_policies.c.id).where(sla_policies.c.name == region)) is not None:
        return
    zone, holidays = REGIONS[region]
    versions = sla_policy_versions.c
    standard = s.scalars(
        select(versions.document)
        .join(sla_policies, sla_policies.c.id == versions.policy_id)
        .where(sla_policies.c.is_default)
        .order_by(versions.version.desc())
        .limit(1)
    ).one()
    hours = {
        "name": region,
        "time_zone": zone,
        "week": standard["calendar"]["week"],
        "holidays": [
            {"date": f"{year}-{day}", "name": "Public holiday", "intervals": []}
            for year in range(since.year, since.year + 6)
            for day in holidays
        ],
    }
    ids = s.scalars(
        select(groups.c.id).where(groups.c.name.in_([t.name for t in TEAMS if t.region == region]))
    ).all()
    calendar_id = s.scalar(insert(calendars).values(name=region, document=hours).returning(calendars.c.id))
    policy_id = s.scalar(
        insert(sla_policies)
        .values(name=region, calendar_id=calendar_id, conditions={"group_id": list(ids)})
        .returning(sla_policies.c.id)
    )
    document = dict(standard) | {"name": region, "calendar": hours}
    s.execute(insert(sla_policy_versions).values(policy_id=policy_id, version=1, document=document))


def staff_of(s: Session) -> dict[int, Sequence[int]]:
    """The active agents and admins of each group, by id."""
    rows = s.execute(
        text(
            "SELECT m.group_id, array_agg(u.id ORDER BY u.id) AS people FROM group_members m"
            " JOIN users u ON u.id = m.user_id JOIN roles r ON r.id = u.role_id"
            " WHERE u.is_active AND r.name IN ('agent', 'admin') GROUP BY m.group_id"
        )
    )
    return {row.group_id: row.people for row in rows}

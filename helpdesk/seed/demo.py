"""The demo company of product rules §9: people, tree, and 400 tickets of the last 90 days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import func, select

from helpdesk.core import clock
from helpdesk.core.config import get_settings
from helpdesk.core.db import transaction
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Role, Source
from helpdesk.models.person import audit_log, users
from helpdesk.models.ticket import tickets
from helpdesk.models.tree import groups
from helpdesk.seed.company import EMPLOYEES, Employee, tree
from helpdesk.seed.play import Stage
from helpdesk.seed.plot import Act, Cast, Plot, arrivals
from helpdesk.seed.script import Story, read_stories
from helpdesk.services import people
from helpdesk.services import tree as tree_service
from helpdesk.services._audit import audit
from helpdesk.services._lock import system_actor
from helpdesk.services.people import NewUser

ACCOUNTS = tuple(
    f"{name}@example.com" for name in ("admin", "manager", "agent", "agent2", "client", "client2")
)
TICKETS, DAYS = 400, 90
_BEGUN, _DONE = "demo_company_begun", "demo_company_made"
_SEED = 20260907
# Which of the newest requests, counted from the last, nobody has taken or answered yet.
_BACKLOG: dict[int, str] = {
    **dict.fromkeys((3, 6, 8, 13), "open"),
    **dict.fromkeys((10, 12, 15, 17, 19, 22, 25), "assigned"),
}
_GROUP_SHARES = {"IT": 72, "Facilities": 19, "HR": 9}


def ensure_demo(number: int = TICKETS) -> bool:
    """Make the demo company once; True where something was made, False where all of it was there.

    Everything goes through the services with a moved clock, so that history, events and clocks are those that the
    real thing would have written; the notifications are `suppressed`. An attempt that broke off is continued where
    it stopped. `number` of tickets: less for tests.
    """
    begun = _begin()
    if begun is None:
        return False
    stage = make_company(begun - timedelta(days=DAYS + 20))
    with transaction() as s:
        seeded = tickets.c.source == str(Source.SEED)
        stage.ids.update(enumerate(s.scalars(select(tickets.c.id).where(seeded).order_by(tickets.c.id))))
        last = s.scalar(select(func.max(tickets.c.event_at)).where(seeded))
    plots = _plots(Random(_SEED), number, begun)  # noqa: S311 - the same company every time, no secret
    stage.play(plots, last, begun)
    with transaction() as s:
        audit(s, None, _DONE, data={"tickets": number})
    return True


def leave_as_it_is(tickets: int) -> None:
    """Mark the company as complete where other tickets than the demo's have been made for it."""
    if _begin() is not None:
        with transaction() as s:
            audit(s, None, _DONE, data={"tickets": tickets})


def _begin() -> datetime | None:
    """The moment at which the demo company was begun, now for the first time; None where it is complete."""
    with transaction() as s:
        marks = s.execute(
            select(audit_log.c.action, audit_log.c.at).where(audit_log.c.action.in_([_BEGUN, _DONE]))
        )
        at = {row.action: row.at for row in marks}
        if _DONE in at:
            return None
        if _BEGUN not in at:
            at[_BEGUN] = clock.now()
            with clock.moved(at[_BEGUN]):
                audit(s, None, _BEGUN)
    return at[_BEGUN]


def make_company(since: datetime) -> Stage:
    """People and tree at the moment `since`, as far as they are not there."""
    with clock.moved(since):
        return _company()


def _company() -> Stage:
    with transaction() as s:
        system = system_actor(s, Source.SEED)
        known = {row.email: row.id for row in s.execute(select(users.c.email, users.c.id))}
        existing = set(s.scalars(select(groups.c.name)))
    password = get_settings().demo_password
    for one in EMPLOYEES:
        if one.email not in known:
            new = NewUser(
                name=one.name,
                email=one.email,
                role=str(one.role),
                password=password if one.email in ACCOUNTS else None,
                department=one.department,
                location=one.location,
            )
            known[one.email] = people.create_user(system, new).id
    members: dict[str, list[int]] = defaultdict(list)
    for one in EMPLOYEES:
        for name in one.groups:
            members[name].append(known[one.email])
    for branch in tree({name: tuple(ids) for name, ids in members.items()}, known):
        if branch.name not in existing:
            tree_service.create_branch(system, branch)
    return _stage(system, known)


def _stage(system: Actor, ids: dict[str, int]) -> Stage:
    nodes = tree_service.admin_tree(system)
    group_ids = {group.name: group.id for group in nodes}
    actors = {
        one.email: Actor(
            user_id=ids[one.email],
            role=one.role,
            group_ids=frozenset(group_ids[name] for name in one.groups),
            source=Source.SEED,
            name=one.name,
        )
        for one in EMPLOYEES
    }
    places = {
        (group.name, category.name, subcategory.name): (group.id, category.id, subcategory.id)
        for group in nodes
        for category in group.categories
        for subcategory in category.subcategories
    }
    return Stage(actors, places)


def _plots(rng: Random, number: int, now: datetime) -> list[list[Act]]:
    """The lives of all tickets; the same for the same arguments."""
    by_group: dict[str, list[Story]] = defaultdict(list)
    for story in read_stories():
        by_group[story.group].append(story)
    waiting: dict[str, list[Story]] = defaultdict(list)
    plots: list[list[Act]] = []
    for index, created in enumerate(arrivals(rng, number, now, DAYS)):
        names = list(_GROUP_SHARES)
        # the first ones go round, so that a small company has each
        group = names[index] if index < len(names) else rng.choices(names, list(_GROUP_SHARES.values()))[0]
        if not waiting[group]:  # each story once before one comes again
            waiting[group] = rng.sample(by_group[group], len(by_group[group]))
        cast = _cast(rng, group, _guest(index, number))
        plot = Plot(rng, waiting[group].pop(), cast, created)
        plots.append(plot.write(_BACKLOG.get(number - index)))
    return plots


def _guest(index: int, number: int) -> Employee | None:
    """The two clients whom visitors sign in as have some of the newest requests, so that theirs are in every state."""
    address = {0: "client@example.com", 4: "client2@example.com"}.get(index % 8)
    if address is None or index < number * 7 // 8:
        return None
    return next(one for one in EMPLOYEES if one.email == address)


def _cast(rng: Random, group: str, guest: Employee | None) -> Cast:
    clients = [one for one in EMPLOYEES if one.role is Role.CLIENT]
    agents = [one for one in EMPLOYEES if one.role is Role.AGENT and group in one.groups]
    requester = guest or _pick(rng, clients)
    colleague = _pick(rng, [one for one in clients if one is not requester])
    agent = _pick(rng, agents)
    other = _pick(rng, [one for one in agents if one is not agent])
    filed_by = requester
    if rng.random() < 0.07:
        filed_by = other if rng.random() < 0.6 else colleague
    return Cast(requester, filed_by, agent, other, colleague)


def _pick(rng: Random, choices: Sequence[Employee]) -> Employee:
    return rng.choices(choices, [one.share for one in choices])[0]

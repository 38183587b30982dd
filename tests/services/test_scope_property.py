"""One rule of sight, whichever way one looks: object check, SQL, page, search, API, attachment (product rules §1)."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select

from helpdesk.core.db import transaction
from helpdesk.core.errors import NotFound
from helpdesk.domain.access import Actor, TicketFacts, view_of
from helpdesk.domain.enums import Role, View
from helpdesk.models.ticket import ticket_watchers, tickets
from helpdesk.services import attachments
from helpdesk.services import tickets as service
from helpdesk.services._scope import (
    counted_in_staff_scope_as,
    in_staff_scope,
    in_staff_scope_as,
    scope_params,
    visible_as,
    visible_to,
)
from helpdesk.services.views import TicketQuery
from tests.client import Api
from tests.conftest import undone
from tests.factories import Branch, Person, actor_for, add_member, make_branch, make_ticket, make_user

WORD = "zylophonic"  # in every title, so that a search finds whatever it may


@dataclass(frozen=True)
class Plan:
    """A company and its tickets, by position."""

    roles: list[Role]
    members: list[set[int]]  # per group: positions of people
    tickets: list[tuple[int, int, int, set[int]]]  # group, creator, requester, further watchers


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    roles = draw(st.lists(st.sampled_from([Role.CLIENT, Role.AGENT, Role.MANAGER]), min_size=3, max_size=4))
    roles = [Role.CLIENT, Role.AGENT, Role.MANAGER, Role.ADMIN, *roles]
    person = st.integers(0, len(roles) - 1)
    members = [draw(st.sets(person, max_size=4)) for _ in range(3)]
    ticket = st.tuples(st.integers(0, 2), person, person, st.sets(person, max_size=2))
    return Plan(roles, members, draw(st.lists(ticket, min_size=1, max_size=5)))


@dataclass(frozen=True)
class Filed:
    id: int
    attachment_id: int
    facts: TicketFacts


def _file(plan: Plan, people: list[Person], branches: list[Branch]) -> list[Filed]:
    made = []
    for number, (group, creator, requester, watchers) in enumerate(plan.tickets):
        actor = actor_for(people[creator])
        upload = attachments.store_upload(actor, "log.txt", io.BytesIO(b"nothing of note\n"))
        detail = make_ticket(
            actor,
            branches[group],
            f"{WORD} {number}",
            requested_for=people[requester].id,
            upload_ids=(upload.id,),
        )
        made.append((detail, branches[group], [people[w].id for w in watchers]))
    with transaction() as s:
        for detail, _, watcher_ids in made:
            there = {person.id for person in detail.ticket.watchers}
            for watcher_id in set(watcher_ids) - there:
                row = {"ticket_id": detail.ticket.id, "user_id": watcher_id}
                row |= {"added_by": detail.ticket.created_by.id, "created_at": detail.ticket.created_at}
                s.execute(insert(ticket_watchers).values(row))
        return [
            Filed(detail.ticket.id, detail.attachments[0].id, _facts(s, detail.ticket.id, branch))
            for detail, branch, _ in made
        ]


def _facts(s: object, ticket_id: int, branch: Branch) -> TicketFacts:
    row = s.execute(select(tickets).where(tickets.c.id == ticket_id)).one()  # type: ignore[attr-defined]
    seen = s.scalars(select(ticket_watchers.c.user_id).where(ticket_watchers.c.ticket_id == ticket_id))  # type: ignore[attr-defined]
    return TicketFacts(
        row.group_id, branch.restricted, row.created_by, row.requested_for, row.assigned_to, frozenset(seen)
    )


def _by_page(actor: Actor, filed: Filed) -> View | None:
    try:
        return View(service.get(actor, filed.id).view)
    except NotFound:
        return None


def _by_download(actor: Actor, filed: Filed) -> bool:
    try:
        download = attachments.open_download(actor, filed.attachment_id)
    except NotFound:
        return False
    return download.chunks is None or b"".join(download.chunks) == b"nothing of note\n"


def _by_search(actor: Actor) -> set[int]:
    query = TicketQuery(q=WORD, page_size=100)
    pages = [service.list_mine(actor, query)]
    if actor.is_staff:
        pages.append(service.list_queue(actor, query))
    assert all(page.total == len(page.items) for page in pages), "a count tells of what is not shown"
    return {row.id for page in pages for row in page.items}


@pytest.mark.slow
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plan=plans())
def test_every_way_of_looking_agrees(db: Connection, api: Api, plan: Plan) -> None:
    with undone(db):
        branches = [make_branch(restricted=restricted) for restricted in (False, True, True)]
        people = [make_user(role) for role in plan.roles]
        for branch, members in zip(branches, plan.members, strict=True):
            for member in members:
                add_member(branch.group_id, people[member])
        all_filed = _file(plan, people, branches)
        for person in people:
            actor = actor_for(person)
            client = api.login(person)
            with transaction() as s:
                by_sql = set(s.scalars(select(tickets.c.id).where(visible_to(actor))))
                params = scope_params(actor)
                by_role = set(s.scalars(select(tickets.c.id).where(visible_as(actor.role)), params))
                as_staff = set(s.scalars(select(tickets.c.id).where(in_staff_scope(actor))))
                staff_by_role, counted = (
                    set(s.scalars(select(tickets.c.id).where(rule(actor.role)), params))
                    for rule in (in_staff_scope_as, counted_in_staff_scope_as)
                )
            visible = {filed.id: view_of(actor, filed.facts) for filed in all_filed}
            expected = {ticket_id for ticket_id, view in visible.items() if view}
            assert by_sql == by_role == expected
            seen_as_staff = {key for key, view in visible.items() if view is View.STAFF}
            assert as_staff == staff_by_role == counted == seen_as_staff
            assert _by_search(actor) == expected
            for filed in all_filed:
                view = visible[filed.id]
                assert _by_page(actor, filed) == view
                assert _by_download(actor, filed) == bool(view)
                assert client.get(f"/api/v1/tickets/{filed.id}").status_code == (200 if view else 404)
                file = client.get(f"/api/v1/attachments/{filed.attachment_id}")
                assert file.status_code == (200 if view else 404)

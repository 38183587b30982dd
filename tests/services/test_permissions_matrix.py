"""Every public service as every kind of person, on a ticket of an open group and of a restricted one.

The columns are the personas of `PERSONAS`. A cell is 200, or the status of the refusal (product rules §1). A service
that is not listed fails the test: adding one is a decision about rights.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from helpdesk.core.errors import DomainError
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Role
from helpdesk.models.notification import notification_logs
from helpdesk.models.tree import groups
from helpdesk.services import (
    attachments,
    comments,
    drafts,
    jobs,
    notifications,
    people,
    presence,
    profile,
    reports,
    saved_views,
    sessions,
    sla,
    tickets,
    tokens,
    tree,
)
from helpdesk.services.people import NewUser, UserQuery
from helpdesk.services.tree import NewCategory, NewGroup, NewSubcategory
from helpdesk.services.views import NewTicket, ReportQuery, TicketQuery
from tests.arch.test_services import WITHOUT_ACTOR, services
from tests.factories import Branch, Person, World, actor_for, make_ticket, make_user

PERSONAS = ("client", "client2", "agent", "hr_agent", "manager", "admin")  # the ticket is the client's
WORD = "cantilever"
TOMORROW = datetime.now(UTC) + timedelta(days=1)


@dataclass
class Scene:
    """One open ticket of the client's in a group, a file on it, a note with a file, and who looks at it."""

    world: World
    branch: Branch
    actor: Actor
    helper: Person  # an agent who may be given the ticket
    id: int
    file_id: int
    note_file_id: int

    @property
    def helper_actor(self) -> Actor:
        return self.world.actor("hr_agent" if self.branch.restricted else "agent2")

    @property
    def client(self) -> Actor:
        return self.world.actor("client")

    @property
    def of_its_group(self) -> ReportQuery:
        return ReportQuery(group_id=(self.branch.group_id,))

    def version(self) -> int:
        return tickets.get(self.world.actor("admin"), self.id).ticket.version

    def upload(self, actor: Actor | None = None) -> int:
        return attachments.store_upload(actor or self.actor, "log.txt", io.BytesIO(b"text\n")).id

    def assigned(self) -> None:
        tickets.assign(self.world.actor("admin"), self.id, self.helper.id)

    def resolved(self) -> None:
        self.assigned()
        tickets.set_status(
            self.helper_actor,
            self.id,
            "Resolved",
            resolution_code="solved",
            resolution_text="Replaced the fuse",
        )

    @property
    def group_view(self) -> dict[str, Any]:
        return {"name": "Ours", "shared": "group", "group_id": self.branch.group_id}

    def view(self, *, shared: bool = False) -> int:
        """A view of somebody who is none of the personas."""
        owner = make_user("agent", group_ids=[self.branch.group_id])
        values = self.group_view if shared else {"name": "Private"}
        return saved_views.create_view(actor_for(owner), values).id

    def begin(self, actor: Actor) -> int:
        of_mine = TicketQuery(group_id=(self.branch.group_id,))
        return jobs.start(actor, of_mine, "priority", {"priority": "Low"}).id

    def job(self) -> int:
        """One of another admin's."""
        return self.begin(Actor(self.helper.id, Role.ADMIN))

    def failed_message(self, db: Connection) -> int:
        mine = (notification_logs.c.ticket_id == self.id) & (notification_logs.c.channel == "email")
        db.execute(update(notification_logs).where(mine).values(status="failed"))
        return db.scalars(select(notification_logs.c.id).where(mine)).first() or 0

    def bell_of(self, db: Connection, name: str) -> int:
        """A notification of somebody about this ticket; 1 where there is none."""
        n = notification_logs.c
        theirs = select(n.bell_key).where(
            n.ticket_id == self.id, n.channel == "in_app", n.recipient_id == getattr(self.world, name).id
        )
        return db.scalars(theirs).first() or 1


def _found(page: Any) -> int:
    """What a list answers: 200 where it shows or counts the ticket, 404 where not."""
    shown = page.total if hasattr(page, "total") else len(page)
    return 200 if shown else 404


def _found_any(counts: Any) -> int:
    return 200 if any(one.count for one in counts) else 404


def _bulk(x: Scene) -> int:
    (result,) = tickets.bulk(x.actor, [x.id], "priority", {"priority": "Low"})
    return 200 if result.ok else 404


def _read(actor: Actor, file_id: int) -> bool:
    return b"".join(attachments.open_download(actor, file_id).chunks or ()) == b"text\n"


QUERY = TicketQuery(q=WORD)

# role gates
STAFF = "403 403 200 200 200 200"
# a private view of agent2's, and one shared with the ticket's group
OTHERS = "403 403 404 404 404 404"
SHARED = "403 403 200 404 200 200 | 403 403 404 200 404 200"
SHARED_EDIT = "403 403 403 404 403 200 | 403 403 404 403 404 200"
EVERYBODY = "200 200 200 200 200 200"
ADMIN = "403 403 403 403 403 200"
JOB = "403 403 404 404 404 200"  # of a job of somebody else's
OVERSEE = "403 403 403 403 200 200"
# verbs on a ticket: in an open group | in a restricted one
SEE = "200 404 200 200 200 200 | 200 404 404 200 404 200"
STAFF_SEE = "403 403 200 200 200 200 | 403 403 404 200 404 200"
WORK = "403 403 200 200 403 200 | 403 403 404 200 403 200"
WRITE = "200 404 200 200 403 200 | 200 404 404 200 404 200"
NOTE = "422 422 200 200 422 200 | 422 422 404 200 422 200"
REQUESTER = "200 404 403 403 403 403 | 200 404 404 403 404 403"
OWN = "200 404 404 404 404 404"

Call = Callable[[Scene, Connection], object]
MATRIX: dict[str, list[tuple[str, Call]]] = {
    "attachments.attach": [(WRITE, lambda x, _: attachments.attach(x.actor, x.id, [x.upload()]))],
    "attachments.discard_upload": [
        (OWN, lambda x, _: attachments.discard_upload(x.actor, x.upload(x.client)))
    ],
    "attachments.open_download": [
        (SEE, lambda x, _: _read(x.actor, x.file_id)),
        (
            "404 404 200 200 200 200 | 404 404 404 200 404 200",
            lambda x, _: _read(x.actor, x.note_file_id),
        ),
    ],
    "attachments.store_upload": [(EVERYBODY, lambda x, _: bool(x.upload()))],
    "attachments.waiting_uploads": [(EVERYBODY, lambda x, _: attachments.waiting_uploads(x.actor))],
    "comments.add": [
        (WRITE, lambda x, _: comments.add(x.actor, x.id, "Hello")),
        (NOTE, lambda x, _: comments.add(x.actor, x.id, "Hello", is_internal=True)),
    ],
    "comments.mentionable": [(WORK, lambda x, _: comments.mentionable(x.actor, x.id, ""))],
    "drafts.discard": [(EVERYBODY, lambda x, _: drafts.discard(x.actor, "wizard"))],
    "drafts.list_drafts": [(EVERYBODY, lambda x, _: drafts.list_drafts(x.actor))],
    "drafts.load": [(EVERYBODY, lambda x, _: drafts.load(x.actor, "wizard"))],
    "drafts.save": [(EVERYBODY, lambda x, _: drafts.save(x.actor, "wizard", {"title": "…"}))],
    "jobs.cancel": [(JOB, lambda x, _: jobs.cancel(x.actor, x.job()))],
    "jobs.get": [(JOB, lambda x, _: jobs.get(x.actor, x.job()))],
    "jobs.list_own": [("403 403 200 200 200 200", lambda x, _: jobs.list_own(x.actor))],
    "jobs.refused": [(JOB, lambda x, _: jobs.refused(x.actor, x.job()))],
    "jobs.start": [
        # 422: nothing that they see matches
        ("403 403 200 200 403 200 | 403 403 422 200 403 200", lambda x, _: bool(x.begin(x.actor))),
    ],
    "notifications.count_unread": [(EVERYBODY, lambda x, _: notifications.count_unread(x.actor))],
    "notifications.list_mine": [
        # who belongs to the ticket's group was told of it
        (
            "404 404 200 404 200 404 | 404 404 404 200 404 404",
            lambda x, _: _found(notifications.list_mine(x.actor, notifications.BellQuery())),
        )
    ],
    "notifications.mark_all_read": [
        (EVERYBODY, lambda x, _: bool(notifications.mark_all_read(x.actor)) or 200)
    ],
    "notifications.mark_read": [
        (
            "404 404 404 404 404 404 | 404 404 404 200 404 404",
            lambda x, db: notifications.mark_read(x.actor, x.bell_of(db, "hr_agent")),
        )
    ],
    "notifications.list_log": [
        (ADMIN, lambda x, _: notifications.list_log(x.actor, notifications.NotificationQuery()))
    ],
    "notifications.mailbox": [(EVERYBODY, lambda x, _: notifications.mailbox(x.actor))],
    "notifications.read_mail": [
        ("404 404 404 404 404 404", lambda x, _: notifications.read_mail(x.actor, "0" * 19 + "-00000000"))
    ],
    "notifications.retry": [(STAFF_SEE, lambda x, db: notifications.retry(x.actor, x.failed_message(db)))],
    "people.create_user": [
        (
            ADMIN,
            lambda x, _: people.create_user(
                x.actor, NewUser("Nina New", "nina@example.com", password="a grey heron")
            ),
        )
    ],
    "people.get_user": [(ADMIN, lambda x, _: people.get_user(x.actor, x.world.client2.id))],
    "people.list_users": [(ADMIN, lambda x, _: people.list_users(x.actor, UserQuery()))],
    "people.search": [(EVERYBODY, lambda x, _: people.search(x.actor, "Agent"))],
    "people.set_password": [
        (ADMIN, lambda x, _: people.set_password(x.actor, x.world.client2.email, "a grey heron"))
    ],
    "people.update_user": [
        (ADMIN, lambda x, _: people.update_user(x.actor, x.world.client2.id, {"department": "Sales"}))
    ],
    "presence.be": [
        (SEE, lambda x, _: presence.be(x.actor, x.id, "looking")),
        (NOTE, lambda x, _: presence.be(x.actor, x.id, "noting")),
    ],
    "presence.here": [(SEE, lambda x, _: presence.here(x.actor, x.id))],
    "reports.dashboard": [(OVERSEE, lambda x, _: reports.dashboard(x.actor, ReportQuery()))],
    "reports.figure": [(OVERSEE, lambda x, _: reports.figure(x.actor, "flow", ReportQuery()))],
    "reports.report": [
        (OVERSEE, lambda x, _: reports.report(x.actor, ReportQuery())),
        (  # the group's ticket is counted for those who see the group
            "403 403 403 403 200 200 | 403 403 403 403 404 200",
            lambda x, _: 200 if reports.report(x.actor, x.of_its_group).created else 404,
        ),
    ],
    "reports.home": [(OVERSEE, lambda x, _: reports.home(x.actor))],
    "profile.end_other_sessions": [(EVERYBODY, lambda x, _: profile.end_other_sessions(x.actor) or 200)],
    "profile.end_session": [
        ("404 404 404 404 404 404", lambda x, _: profile.end_session(x.actor, "0" * 32)),
    ],
    "profile.get": [(EVERYBODY, lambda x, _: profile.get(x.actor))],
    "profile.list_sessions": [(EVERYBODY, lambda x, _: profile.list_sessions(x.actor))],
    "profile.update_profile": [
        (EVERYBODY, lambda x, _: profile.update_profile(x.actor, {"theme": "dark"})),
    ],
    "saved_views.create_view": [
        (STAFF, lambda x, _: saved_views.create_view(x.actor, {"name": "Mine"})),
        (ADMIN, lambda x, _: saved_views.create_view(x.actor, {"name": "Ours", "shared": "staff"})),
        (
            "403 403 200 403 200 200 | 403 403 403 200 403 200",
            lambda x, _: saved_views.create_view(x.actor, x.group_view),
        ),
    ],
    "saved_views.delete_view": [
        (OTHERS, lambda x, _: saved_views.delete_view(x.actor, x.view())),
        (SHARED_EDIT, lambda x, _: saved_views.delete_view(x.actor, x.view(shared=True))),
    ],
    "saved_views.get_view": [
        (OTHERS, lambda x, _: saved_views.get_view(x.actor, x.view())),
        (SHARED, lambda x, _: saved_views.get_view(x.actor, x.view(shared=True))),
    ],
    "saved_views.list_views": [
        (OTHERS, lambda x, _: (x.view(), _found(saved_views.list_views(x.actor)))[1]),
        (SHARED, lambda x, _: (x.view(shared=True), _found(saved_views.list_views(x.actor)))[1]),
    ],
    "saved_views.save_settings": [
        (STAFF, lambda x, _: saved_views.save_settings(x.actor, {"columns": ["subject"]})),
        (SHARED, lambda x, _: saved_views.save_settings(x.actor, {"default_view": x.view(shared=True)})),
    ],
    "saved_views.settings": [(STAFF, lambda x, _: saved_views.settings(x.actor))],
    "saved_views.update_view": [
        (OTHERS, lambda x, _: saved_views.update_view(x.actor, x.view(), {"name": "Theirs"})),
        (SHARED_EDIT, lambda x, _: saved_views.update_view(x.actor, x.view(shared=True), {"name": "Theirs"})),
    ],
    "saved_views.view_counts": [
        # whoever reads it counts what they may see
        (
            "403 403 200 404 200 200 | 403 403 404 200 404 200",
            lambda x, _: (x.view(shared=True), _found_any(saved_views.view_counts(x.actor)))[1],
        ),
    ],
    "sessions.change_password": [
        (
            "422 422 422 422 422 422",
            lambda x, _: sessions.change_password(x.actor, "not my password", "a grey heron"),
        )
    ],
    "sessions.me": [("401 401 401 401 401 401", lambda x, _: sessions.me(x.actor))],
    "sessions.record_denial": [
        (EVERYBODY, lambda x, _: sessions.record_denial(x.actor, "GET /api/v1/admin/users"))
    ],
    "sessions.sign_out": [(EVERYBODY, lambda x, _: sessions.sign_out(x.actor))],
    "sla.expectation": [(EVERYBODY, lambda x, _: sla.expectation(x.actor, x.branch.group_id))],
    "sla.explain": [(SEE, lambda x, _: sla.explain(x.actor, x.id, "first_response"))],
    "tickets.assign": [(WORK, lambda x, _: tickets.assign(x.actor, x.id, x.helper.id))],
    "tickets.bulk": [(WORK, lambda x, _: _bulk(x))],
    "tickets.close": [(REQUESTER, lambda x, _: tickets.close(x.actor, x.id))],
    "tickets.create": [
        (
            EVERYBODY + " | " + EVERYBODY,
            lambda x, _: tickets.create(x.actor, NewTicket(x.branch.group_id, "Mine")),
        )
    ],
    "tickets.find_tags": [
        (STAFF_SEE, lambda x, _: _found(tickets.find_tags(x.actor, WORD))),
    ],
    "tickets.export": [(OVERSEE, lambda x, _: tickets.export(x.actor, TicketQuery()).close())],
    "tickets.get": [(SEE, lambda x, _: tickets.get(x.actor, x.id))],
    "tickets.hold": [(WORK, lambda x, _: (x.assigned(), tickets.hold(x.actor, x.id, "third_party")))],
    "tickets.list_mine": [
        ("200 404 404 404 404 404", lambda x, _: _found(tickets.list_mine(x.actor, QUERY)))
    ],
    "tickets.list_mine_together": [
        (
            "200 404 404 404 404 404",
            lambda x, _: _found(tickets.list_mine_together(x.actor, [QUERY]).pages[0]),
        )
    ],
    "tickets.list_queue": [(STAFF_SEE, lambda x, _: _found(tickets.list_queue(x.actor, QUERY)))],
    "tickets.listed": [(STAFF_SEE, lambda x, _: _found(tickets.listed(x.actor, [x.id])))],
    "tickets.neighbours": [(STAFF_SEE, lambda x, _: tickets.neighbours(x.actor, x.id, QUERY))],
    "tickets.queue_counts": [
        (STAFF_SEE, lambda x, _: 200 if tickets.queue_counts(x.actor).all else 404),
    ],
    "tickets.rate": [(REQUESTER, lambda x, _: (x.resolved(), tickets.rate(x.actor, x.id, 5)))],
    "tickets.reopen": [(REQUESTER, lambda x, _: (x.resolved(), tickets.reopen(x.actor, x.id, "No")))],
    "tickets.set_status": [
        (
            WORK,
            lambda x, _: tickets.set_status(
                x.actor, x.id, "Resolved", resolution_code="solved", resolution_text="Replaced the fuse"
            ),
        ),
        # who moves a solved ticket on: the requester by other verbs, an admin by this one
        (
            "403 403 403 403 403 200 | 403 403 404 403 403 200",
            lambda x, _: (x.resolved(), tickets.set_status(x.actor, x.id, "Closed")),
        ),
    ],
    "tickets.set_tags": [(WORK, lambda x, _: tickets.set_tags(x.actor, x.id, ["vpn"]))],
    "tickets.set_watchers": [
        (
            "200 404 200 200 403 200 | 403 404 404 200 404 200",
            lambda x, _: tickets.set_watchers(x.actor, x.id, [x.helper.id]),
        )
    ],
    "tickets.similar": [("200 404 404 404 404 404", lambda x, _: _found(tickets.similar(x.actor, WORD)))],
    "tickets.take": [
        # a restricted group's assignees are its members
        ("403 403 200 200 403 200 | 403 403 404 200 403 403", lambda x, _: tickets.take(x.actor, x.id))
    ],
    "tickets.update": [(WORK, lambda x, _: tickets.update(x.actor, x.id, {"priority": "High"}, x.version()))],
    "tokens.create": [
        (EVERYBODY, lambda x, _: tokens.create(x.actor, "A script", ["read"], TOMORROW)),
        (
            "422 422 422 422 422 200",
            lambda x, _: tokens.create(x.actor, "A script", ["read", "admin"], TOMORROW),
        ),
    ],
    "tokens.list_tokens": [(EVERYBODY, lambda x, _: tokens.list_tokens(x.actor))],
    "tokens.revoke": [
        (OWN, lambda x, _: tokens.revoke(x.actor, tokens.create(x.client, "A", ["read"], TOMORROW).token.id))
    ],
    "tree.admin_tree": [(ADMIN, lambda x, _: tree.admin_tree(x.actor))],
    "tree.assignable": [
        (
            "403 403 200 200 200 200 | 403 403 403 200 403 200",
            lambda x, _: tree.assignable(x.actor, x.branch.group_id),
        )
    ],
    "tree.choosable": [(EVERYBODY, lambda x, _: tree.choosable(x.actor))],
    "tree.create_branch": [(ADMIN, lambda x, _: tree.create_branch(x.actor, NewGroup("Legal")))],
    "tree.create_category": [
        (ADMIN, lambda x, _: tree.create_category(x.actor, x.branch.group_id, NewCategory("Chairs")))
    ],
    "tree.create_subcategory": [
        (ADMIN, lambda x, _: tree.create_subcategory(x.actor, x.branch.category_id, NewSubcategory("Wheels")))
    ],
    "tree.delete_node": [
        (ADMIN, lambda x, _: tree.delete_node(x.actor, "subcategory", x.branch.subcategory_ids[1]))
    ],
    "tree.members": [(ADMIN, lambda x, _: tree.members(x.actor, x.branch.group_id))],
    "tree.update_node": [
        (ADMIN, lambda x, _: tree.update_node(x.actor, "group", x.branch.group_id, {"description": "Ours"}))
    ],
}
# Take an actor, but neither read nor change anything of anybody.
NO_RIGHT = {
    "limits.creating": "counts requests",
    "limits.denial_worth_recording": "counts requests",
    "limits.password": "counts requests",
    "limits.request": "counts requests",
}


def test_every_service_is_in_the_matrix() -> None:
    names = {name for name, _ in services()} - WITHOUT_ACTOR.keys() - NO_RIGHT.keys()
    assert sorted(names - MATRIX.keys()) == []
    assert sorted(MATRIX.keys() - names) == []


def _scene(world: World, branch: Branch) -> Scene:
    helper = world.hr_agent if branch.restricted else world.agent2
    helper_actor = world.actor("hr_agent" if branch.restricted else "agent2")
    upload = attachments.store_upload(world.actor("client"), "log.txt", io.BytesIO(b"text\n"))
    detail = make_ticket(world.client, branch, WORD, upload_ids=(upload.id,))
    note_upload = attachments.store_upload(helper_actor, "note.txt", io.BytesIO(b"text\n"))
    note = comments.add(helper_actor, detail.ticket.id, "Hm", is_internal=True, upload_ids=(note_upload.id,))
    tickets.set_tags(helper_actor, detail.ticket.id, [WORD])
    file_id, note_file_id = detail.attachments[0].id, note.attachments[0].id
    return Scene(world, branch, world.actor("client"), helper, detail.ticket.id, file_id, note_file_id)


def _outcome(call: Call, scene: Scene, db: Connection) -> int:
    try:
        answer = call(scene, db)
    except DomainError as refused:
        return refused.status
    return answer if type(answer) is int else 200


CASES = [(f"{name} {number}", row) for name, rows in MATRIX.items() for number, row in enumerate(rows, 1)]


@pytest.mark.parametrize(("expected", "call"), [row for _, row in CASES], ids=[name for name, _ in CASES])
def test_who_may(db: Connection, world: World, expected: str, call: Call) -> None:
    for branch, cells in zip((world.it, world.hr), expected.split("|"), strict=False):
        outcomes = []
        with db.begin_nested() as no_ticket_of_the_other_group:
            scene = _scene(world, branch)
            for persona in PERSONAS:
                with db.begin_nested() as undone:
                    outcomes.append(_outcome(call, replace(scene, actor=world.actor(persona)), db))
                    undone.rollback()
            no_ticket_of_the_other_group.rollback()
        assert dict(zip(PERSONAS, outcomes, strict=True)) == dict(
            zip(PERSONAS, map(int, cells.split()), strict=True)
        ), "in a restricted group" if branch.restricted else "in an open group"


def test_the_personas_are_what_the_table_says(db: Connection, world: World) -> None:
    restricted = {row.id: row.restricted for row in db.execute(select(groups.c.id, groups.c.restricted))}
    assert restricted == {world.it.group_id: False, world.hr.group_id: True}
    member_of = {name: world.actor(name).group_ids for name in PERSONAS}
    assert [name for name, ids in member_of.items() if world.hr.group_id in ids] == ["hr_agent"]

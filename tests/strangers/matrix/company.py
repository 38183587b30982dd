"""One company with an object of every kind, and the credentials of everybody who asks."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, update

from helpdesk.core import clock
from helpdesk.domain.access import Actor
from helpdesk.models.notification import notification_logs
from helpdesk.models.person import users
from helpdesk.services import attachments, comments, drafts, jobs, saved_views, sessions, tickets, tokens
from helpdesk.services.views import TicketQuery
from tests.factories import PASSWORD, Branch, Person, actor_for, make_branch, make_ticket, make_user
from tests.strangers.matrix.cast import (
    EVERYBODY,
    FULL_PROGRAMS,
    OF_HR,
    OF_IT,
    PROGRAMS,
    ROLES,
    SEE,
    STAFF,
    STAFF_OF,
)

UNKNOWN = 2**53 - 1
WORDS = {  # planted in an object's text; whoever is not named must never read it
    "openword": SEE["open"],
    "hrword": SEE["restricted"],
    "opennote": STAFF_OF["open"],
    "hrnote": STAFF_OF["restricted"],
    "privateview": frozenset({"agent"}),
    "itview": OF_IT | {"admin"},
    "hrview": OF_HR | {"admin"},
    "staffview": STAFF,
    "draftword": frozenset({"agent"}),
    "uploadword": frozenset({"owner"}),
    "tokenword": frozenset({"agent"}),
    "sessionword": frozenset({"agent"}),
}


@dataclass
class Company:
    people: dict[str, Person]
    it: Branch
    hr: Branch
    spare: Branch
    ids: dict[str, Any] = field(default_factory=dict[str, Any])
    headers: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    def actor(self, name: str) -> Actor:
        return actor_for(self.people[name])

    def id(self, name: str) -> Any:
        return self.people[name].id

    def address_of(self, thing: str) -> str:
        return str(self.ids[thing])

    def branch_of(self, thing: str) -> Branch:
        return self.hr if thing.startswith(("restricted", "group of HR")) else self.it

    def helper(self, thing: str) -> str:
        """Somebody who may be given the ticket and asks nothing here."""
        return "hr_helper" if thing.startswith("restricted") else "helper"


def make_company(mailbox_folder: Path) -> Company:
    it, hr = make_branch("IT"), make_branch("HR", "Contracts", restricted=True)
    of = dict.fromkeys((*OF_IT, "helper"), (it,)) | dict.fromkeys((*OF_HR, "hr_helper"), (hr,))
    cast_ = ROLES | {"helper": "agent", "hr_helper": "agent", "gone": "admin", "person": "client"}
    people = {
        name: make_user(role, f"Cast {name}", group_ids=[one.group_id for one in of.get(name, ())])
        for name, role in cast_.items()
    }
    c = Company(people, it, hr, make_branch("Spare", "Spare things"))
    c.ids |= {"missing": UNKNOWN, "missing by number": "HD-999999", "no uuid": "0" * 32, "": ""}
    _file(c, "open", it, "helper")
    _file(c, "restricted", hr, "hr_helper")
    _own_things(c)
    _places(c)
    _mail(c, mailbox_folder)
    _credentials(c)
    return c


def _file(c: Company, name: str, branch: Branch, staff: str) -> None:
    """A ticket with a file, watchers, and a note with a file, a tag and a mention."""
    word = "openword" if name == "open" else "hrword"
    note_word = "opennote" if name == "open" else "hrnote"
    upload = attachments.store_upload(c.actor("owner"), "log.txt", io.BytesIO(b"text\n"))
    made = make_ticket(
        c.actor("owner"),
        branch,
        f"The {word} hums",
        requested_for=c.id("beneficiary"),
        upload_ids=(upload.id,),
    )
    key, by = made.ticket.id, c.actor(staff)
    watching = [c.id(one) for one in ("owner", "watcher", "watching_agent")]
    tickets.set_watchers(by, key, watching)
    comments.add(by, key, f"We look at the {word}.")
    note_upload = attachments.store_upload(by, f"{note_word}.txt", io.BytesIO(b"text\n"))
    note = comments.add(by, key, f"Between us: {note_word}", True, (note_upload.id,))
    tickets.set_tags(by, key, [note_word])
    c.ids |= {
        name: key,
        f"{name} by number": made.ticket.ticket_no,
        f"{name} file": made.attachments[0].id,
        f"{name} note's file": note.attachments[0].id,
    }


def _own_things(c: Company) -> None:
    filters = {"priority": ["Low"]}

    def view(by: str, name: str, **more: Any) -> int:
        return saved_views.create_view(c.actor(by), {"name": name, "filters": filters} | more).id

    c.ids["private view"] = view("agent", "privateview")
    c.ids["view of IT"] = view("agent", "itview", shared="group", group_id=c.it.group_id)
    c.ids["view of HR"] = view("hr_agent", "hrview", shared="group", group_id=c.hr.group_id)
    c.ids["view of all"] = view("admin", "staffview", shared="staff")
    drafts.save(c.actor("agent"), "wizard", {"title": "draftword"})
    c.ids["upload"] = attachments.store_upload(c.actor("owner"), "uploadword.txt", io.BytesIO(b"text\n")).id
    everything_of_it = TicketQuery(group_id=(c.it.group_id,))
    c.ids["job"] = jobs.start(c.actor("watching_agent"), everything_of_it, "priority", {"priority": "Low"}).id


def _places(c: Company) -> None:
    c.ids |= {
        "group of IT": c.it.group_id,
        "group of HR": c.hr.group_id,
        "category of IT": c.it.category_id,
        "subcategory of IT": c.it.subcategory_id,
        "spare group": c.spare.group_id,
        "spare category": c.spare.category_id,
        "spare subcategory": c.spare.subcategory_id,
        "person": c.id("person"),
    }


def _mail(c: Company, folder: Path) -> None:
    """One mail to the owner, as the SMTP twin keeps them."""
    folder.mkdir(parents=True)
    c.ids |= {"mail": f"{1:019d}-00000001", "missing mail": f"{2:019d}-00000002"}
    lines = (f"Delivered-To: {c.people['owner'].email}", "Subject: openword", "", "openword")
    (folder / f"{c.ids['mail']}.eml").write_bytes("\r\n".join(lines).encode())


# ---- credentials -----------------------------------------------------------------------------------------------------

_HERE = sessions.Client("127.0.0.1", "tests")


def _bearer(value: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {value}"}


def _token_of(c: Company, name: str, scopes: Iterable[str], called: str = "program") -> Any:
    until = clock.now() + timedelta(hours=1)
    return tokens.create(c.actor(name), called, sorted(scopes), until)


def _credentials(c: Company) -> None:
    for name in EVERYBODY:
        c.headers[name] = _bearer(sessions.login(_HERE, c.people[name].email, PASSWORD).access_token)
    for program in PROGRAMS + FULL_PROGRAMS:
        made = _token_of(c, program.person, program.scopes or ())
        c.headers[program.name] = _bearer(made.value)
    agent = c.people["agent"]
    phone = sessions.Client("127.0.0.1", "sessionword")
    c.ids["session"] = sessions.sign_in(phone, agent.email, PASSWORD)[0].id
    c.ids["token"] = _token_of(c, "agent", ["read"], "tokenword").token.id
    c.headers |= _worth_nothing(c)


def _worth_nothing(c: Company) -> dict[str, dict[str, str]]:
    admin, gone = c.people["admin"], c.people["gone"]
    every = ["read", "write", "admin"]
    with clock.moved(clock.now() - timedelta(hours=2)):
        late = sessions.login(_HERE, admin.email, PASSWORD).access_token
        late_token = _token_of(c, "admin", every).value
    out = sessions.login(_HERE, admin.email, PASSWORD)
    sessions.logout(out.refresh_token)
    _, cookie = sessions.sign_in(_HERE, admin.email, PASSWORD)
    of_cookie = sessions.actor_of_cookie(cookie)
    assert of_cookie is not None
    sessions.sign_out(of_cookie)
    revoked = _token_of(c, "admin", every)
    tokens.revoke(c.actor("admin"), revoked.token.id)
    before = sessions.login(_HERE, gone.email, PASSWORD).access_token
    gone_token = _token_of(c, "gone", every).value
    return {
        "anonymous": {},
        "deactivated person": _bearer(before),
        "deactivated person's token": _bearer(gone_token),
        "signed out": _bearer(out.access_token),
        "expired access token": _bearer(late),
        "refresh token": _bearer(sessions.login(_HERE, admin.email, PASSWORD).refresh_token),
        "revoked token": _bearer(revoked.value),
        "expired token": _bearer(late_token),
        "signed-out cookie": {"Cookie": f"hd_session={cookie}", "Origin": "http://localhost:8000"},
        "made-up token": _bearer("hd_" + "A" * 43),
    }


def settle(c: Company, db: Connection) -> None:
    """What no service does by itself: a message that failed, a bell, and a person who is deactivated by nobody."""
    n = notification_logs.c
    for name in ("open", "restricted"):
        mine = (n.ticket_id == c.ids[name]) & (n.channel == "email")
        message = db.scalars(select(n.id).where(mine).order_by(n.id)).first()
        db.execute(update(notification_logs).where(n.id == message).values(status="failed"))
        c.ids[f"{name} message"] = message
    for who in ("agent", "owner"):
        own = (n.channel == "in_app") & (n.recipient_id == c.id(who)) & (n.ticket_id == c.ids["open"])
        c.ids[f"{who}'s bell"] = db.scalars(select(n.bell_key).where(own)).first()
        assert c.ids[f"{who}'s bell"], who
    db.execute(update(users).where(users.c.id == c.id("gone")).values(is_active=False))

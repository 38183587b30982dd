"""What is asked of tickets, their files and their lists."""

from __future__ import annotations

from typing import Any

from helpdesk.services import jobs, tickets
from tests.strangers.matrix.cast import (
    BY_NUMBER,
    CLIENTS,
    EVERYBODY,
    FILES,
    GROUPS_FOR_STAFF,
    MESSAGES,
    OVERSEERS,
    REQUESTERS,
    STAFF,
    STAFF_OF,
    TICKETS,
    UPLOADS,
    WORKERS,
    Persona,
    Thing,
)
from tests.strangers.matrix.company import Company
from tests.strangers.matrix.rules import Row, as_staff, choose_watchers, judge, of, take, work, write

Rows = dict[str, list[Row]]
TEXT = {"message": "Hello"}
RESOLVED = {"status": "Resolved", "resolution_code": "solved", "resolution_text": "A new fuse"}
_REAL = ("open", "restricted")


def _version(c: Company, thing: Thing) -> int:
    if not thing.name.startswith(_REAL):
        return 1
    return tickets.get(c.actor("admin"), c.ids[thing.name]).ticket.version


def _assign(c: Company, thing: Thing) -> None:
    if thing.name.startswith(_REAL):
        helper = c.helper(thing.name)
        tickets.assign(c.actor(helper), c.ids[thing.name], c.id(helper))


def _resolve(c: Company, thing: Thing) -> None:
    _assign(c, thing)
    if thing.name.startswith(_REAL):
        by = c.actor(c.helper(thing.name))
        tickets.set_status(
            by, c.ids[thing.name], "Resolved", resolution_code="solved", resolution_text="A new fuse"
        )


def _note_of_a_client(persona: Persona, _thing: Thing) -> bool:
    return persona.person in CLIENTS


def _cannot_note(persona: Persona, _thing: Thing) -> bool:
    return persona.role in {"client", "manager"}


def _bulk(c: Company, *_: Any, **more: Any) -> Any:
    ids = [c.ids["open"], c.ids["restricted"], c.ids["missing"]]
    return {"ids": ids, "action": "priority", "priority": "High"} | more


def _bulk_by_filter(c: Company, thing: Thing, _persona: Persona) -> Any:
    group = c.ids["missing"] if thing.name.startswith("missing") else c.branch_of(thing.name).group_id
    return {"filter": {"group_id": [group]}, "action": "priority", "priority": "High"}


def _no_job_runs(c: Company, _thing: Thing) -> None:
    jobs.cancel(c.actor("watching_agent"), c.ids["job"])


def _file(c: Company, thing: Thing, **more: Any) -> Any:
    branch = c.branch_of(thing.name)
    return {"title": "A new chair", "group_id": branch.group_id} | more


OF_MINE = {"openword": REQUESTERS, "hrword": REQUESTERS}
OF_QUEUE = {"openword": STAFF_OF["open"], "hrword": STAFF_OF["restricted"]}
OVERSEEN = {word: seen & OVERSEERS for word, seen in OF_QUEUE.items()}
SEEN_BY_STAFF = tuple(
    Thing(t.name, {name: view for name, view in t.seen.items() if view == "staff"}) for t in TICKETS
)
T, A = "/api/v1/tickets", "/api/v1/admin/tickets"
K = "{key}"

ROWS: Rows = {
    f"GET {T}": [Row(EVERYBODY, shows=OF_MINE), Row(EVERYBODY, query="q=the&sort=-updated_at", shows=OF_MINE)],
    f"POST {T}": [
        Row(EVERYBODY, ok=201, on=GROUPS_FOR_STAFF[:2], body=lambda c, t, p: _file(c, t)),
        # what is named in the body has to be one's own
        Row(
            EVERYBODY, ok=201, body=lambda c, t, p: _file(c, t, upload_ids=[c.ids["upload"]]),
            invalid=lambda p, t: p.person != "owner",
        ),
        Row(EVERYBODY, body=lambda c, t, p: _file(c, t, created_by=c.id("stranger")), invalid=lambda *_: True),
        Row(
            EVERYBODY, ok=201, body=lambda c, t, p: _file(c, t, priority="Critical"),
            invalid=lambda p, t: p.role in {"client", "manager"},
        ),
    ],
    f"GET {T}/similar": [Row(EVERYBODY, query="title=the+openword+hrword+hums", shows=OF_MINE)],
    f"GET {T}/{K}": [Row(EVERYBODY, on=TICKETS), Row(EVERYBODY, on=BY_NUMBER)],
    f"GET {T}/{K}/clocks/{{kind}}": [Row(EVERYBODY, on=TICKETS, fill={"kind": "resolution"})],
    f"POST {T}/{K}/comments": [
        Row(EVERYBODY, on=TICKETS, ok=201, may=write, body=lambda *_: TEXT),
        Row(EVERYBODY, on=BY_NUMBER, ok=201, may=write, body=lambda *_: TEXT),
        Row(
            EVERYBODY, on=TICKETS, ok=201, may=work, body=lambda *_: TEXT | {"is_internal": True},
            invalid=_cannot_note,
        ),
        # "is_internal" is not a client's to say, whatever its value
        Row(
            EVERYBODY, on=TICKETS[:1], ok=201, may=write, body=lambda *_: TEXT | {"is_internal": False},
            invalid=_note_of_a_client,
        ),
        Row(
            EVERYBODY, on=TICKETS[:1], ok=201, may=write, invalid=lambda p, t: p.person not in {"owner", "manager",
            "hr_manager"} and p.person in t.seen,
            body=lambda c, t, p: TEXT | {"upload_ids": [c.ids["upload"]]},
        ),
    ],
    f"POST {T}/{K}/attachments": [Row(EVERYBODY, on=TICKETS, ok=201, may=write, files=True)],
    f"GET {T}/{K}/presence": [Row(EVERYBODY, on=TICKETS)],
    f"PUT {T}/{K}/presence": [
        Row(EVERYBODY, on=TICKETS, body=lambda *_: {"doing": "replying"}),
        Row(EVERYBODY, on=TICKETS, may=work, body=lambda *_: {"doing": "noting"}, invalid=_cannot_note),
    ],
    f"PUT {T}/{K}/watchers": [
        Row(
            EVERYBODY, on=TICKETS, may=choose_watchers,
            body=lambda c, t, p: {"user_ids": [c.id("watcher"), c.id("stranger")]},
        )
    ],
    f"POST {T}/{K}/reopen": [
        Row(EVERYBODY, on=TICKETS, may=judge, before=_resolve, body=lambda *_: {"reason": "It still hums"})
    ],
    f"POST {T}/{K}/close": [
        Row(EVERYBODY, on=TICKETS, may=judge),
        Row(EVERYBODY, on=TICKETS[:2], may=judge, before=_resolve),
    ],
    f"POST {T}/{K}/rating": [
        Row(EVERYBODY, on=TICKETS, may=judge, before=_resolve, body=lambda *_: {"rating": 5})
    ],
    "GET /api/v1/attachments/{attachment_id}": [Row(EVERYBODY, on=FILES)],
    "GET /api/v1/uploads": [Row(EVERYBODY, shows={"uploadword": frozenset({"owner"})})],
    "POST /api/v1/uploads": [Row(EVERYBODY, ok=201, files=True)],
    "DELETE /api/v1/uploads/{upload_id}": [Row(EVERYBODY, on=UPLOADS, ok=204)],
    f"GET {A}": [Row(STAFF, shows=OF_QUEUE), Row(STAFF, query="q=hums&sort=updated_at", shows=OF_QUEUE)],
    f"GET {A}/counts": [Row(STAFF)],
    f"GET {A}/export.csv": [Row(OVERSEERS, shows=OVERSEEN)],
    f"POST {A}/bulk": [
        Row(WORKERS, body=_bulk),
        Row(
            WORKERS, on=SEEN_BY_STAFF, ok=202, unseen=422, before=_no_job_runs, body=_bulk_by_filter,
        ),
    ],
    f"GET {A}/{K}/mentionable": [Row(WORKERS, on=TICKETS, may=as_staff)],
    f"GET {A}/{K}/neighbours": [Row(STAFF, on=SEEN_BY_STAFF)],
    f"PUT {A}/{K}": [
        Row(
            WORKERS, on=TICKETS, may=as_staff,
            body=lambda c, t, p: {"priority": "High", "version": _version(c, t)},
        )
    ],
    f"PUT {A}/{K}/assign": [
        Row(
            WORKERS, on=TICKETS, may=as_staff,
            body=lambda c, t, p: {"assigned_to": c.id(c.helper(t.name))},
        )
    ],
    f"POST {A}/{K}/take": [Row(WORKERS, on=TICKETS, may=take), Row(WORKERS, on=BY_NUMBER, may=take)],
    f"PUT {A}/{K}/status": [
        Row(WORKERS, on=TICKETS, may=as_staff, body=lambda *_: RESOLVED),
        # a solved ticket is closed by its requester, or by an admin
        Row(WORKERS, on=TICKETS[:2], may=of("admin"), before=_resolve, body=lambda *_: {"status": "Closed"}),
    ],
    f"PUT {A}/{K}/hold": [
        Row(
            WORKERS, on=TICKETS, may=as_staff, before=_assign,
            body=lambda *_: {"reason": "third_party", "until": None},
        )
    ],
    f"PUT {A}/{K}/tags": [Row(WORKERS, on=TICKETS, may=as_staff, body=lambda *_: {"tags": ["vpn"]})],
    "POST /api/v1/admin/notifications/{notification_id}/retry": [Row(STAFF, on=MESSAGES)],
}  # fmt: skip

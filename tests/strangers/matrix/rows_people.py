"""What is asked of oneself, of colleagues and their things, and of the tree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.factories import PASSWORD
from tests.strangers.matrix.cast import (
    ADMINS,
    BELLS,
    CATEGORIES,
    EVERYBODY,
    GROUPS,
    GROUPS_FOR_STAFF,
    JOBS,
    MAILS,
    OF_HR,
    OF_IT,
    OVERSEERS,
    PEOPLE,
    SESSIONS,
    SPARE,
    STAFF,
    STAFF_OF,
    SUBCATEGORIES,
    TOKENS,
    VIEWS,
    Persona,
    Thing,
)
from tests.strangers.matrix.company import WORDS, Company
from tests.strangers.matrix.rows_tickets import Rows
from tests.strangers.matrix.rules import May, Row, of

ME = "/api/v1/profile"
ADMIN = "/api/v1/admin"
NEXT_MONTH = (datetime.now(UTC) + timedelta(days=30)).isoformat()
NEW = {"name": "Nina New", "email": "nina.new@example.com"}
RENAMED = {"name": "Renamed"}
_OWN_VIEWS = {name: WORDS[name] for name in ("privateview", "itview", "hrview", "staffview")}


def _token(*scopes: str) -> Any:
    return lambda *_: {"name": "A script", "scopes": list(scopes), "expires_at": NEXT_MONTH}


def _shared_view(c: Company, group: int, _: Any) -> Any:
    return {"name": "Ours", "shared": "group", "group_id": group}


def _outside(persona: Persona, thing: Thing) -> bool:
    return thing.restricted and persona.person not in OF_HR | {"admin"}


def _owner_of(views: dict[str, str]) -> May:
    """A view is changed by its owner, a shared one by admins too."""

    def may(persona: Persona, _view: str, thing: Thing) -> bool:
        return persona.person in {views[thing.name], "admin"}

    return may


OWNER = {"private view": "agent", "view of IT": "agent", "view of HR": "hr_agent", "view of all": "admin"}
CHANGES = _owner_of(OWNER)


def _default_view(c: Company, thing: Thing, _: Persona) -> Any:
    return {"default_view": c.ids[thing.name]}


ROWS: Rows = {
    # signing in: whoever asks, it is decided by what is sent
    "POST /api/v1/auth/login": [
        Row(None, ok=401, body=lambda c, *_: {"email": c.people["admin"].email, "password": "not it at all"}),
        Row(None, ok=401, body=lambda c, *_: {"email": c.people["gone"].email, "password": PASSWORD}),
    ],
    "POST /api/v1/auth/session": [
        Row(None, ok=401, body=lambda c, *_: {"email": c.people["admin"].email, "password": "not it at all"})
    ],
    "POST /api/v1/auth/refresh": [Row(None, ok=401, body=lambda *_: {"refresh_token": "x" * 43})],
    "POST /api/v1/auth/logout": [Row(None, ok=204, body=lambda *_: {"refresh_token": "x" * 43})],
    "GET /health": [Row(None)],
    "GET /ready": [Row(None)],
    "GET /api/v1/auth/me": [Row(EVERYBODY)],
    "DELETE /api/v1/auth/session": [Row(EVERYBODY, ok=204, person_only=True)],
    "POST /api/v1/auth/password": [
        Row(
            EVERYBODY, ok=204, person_only=True,
            body=lambda *_: {"current_password": PASSWORD, "new_password": "a heron at dusk"},
        )
    ],
    "GET /api/v1/groups": [Row(EVERYBODY)],
    "GET /api/v1/people": [Row(EVERYBODY)],
    "GET /api/v1/expectation": [Row(EVERYBODY, query="group_id={group of HR}")],
    "GET /api/v1/drafts": [Row(EVERYBODY, shows={"draftword": WORDS["draftword"]})],
    "GET /api/v1/drafts/{place}": [
        Row(EVERYBODY, fill={"place": "wizard"}, shows={"draftword": WORDS["draftword"]})
    ],
    "PUT /api/v1/drafts/{place}": [
        Row(EVERYBODY, fill={"place": "wizard"}, body=lambda *_: {"title": "Mine"})
    ],
    "DELETE /api/v1/drafts/{place}": [Row(EVERYBODY, ok=204, fill={"place": "wizard"})],
    "GET /api/v1/notifications": [Row(EVERYBODY)],
    "GET /api/v1/notifications/unread": [Row(EVERYBODY)],
    "POST /api/v1/notifications/read-all": [Row(EVERYBODY)],
    "POST /api/v1/notifications/{notification_id}/read": [Row(EVERYBODY, on=BELLS)],
    f"GET {ME}": [Row(EVERYBODY)],
    f"PUT {ME}": [
        Row(EVERYBODY, body=lambda *_: {"theme": "dark"}),
        Row(EVERYBODY, body=lambda *_: {"role": "admin"}, invalid=lambda *_: True),
    ],
    f"GET {ME}/sessions": [Row(EVERYBODY, shows={"sessionword": WORDS["sessionword"]})],
    f"DELETE {ME}/sessions": [Row(EVERYBODY, person_only=True)],
    f"DELETE {ME}/sessions/{{session_id}}": [Row(EVERYBODY, on=SESSIONS, ok=204, person_only=True)],
    f"GET {ME}/tokens": [Row(EVERYBODY, shows={"tokenword": WORDS["tokenword"]})],
    f"POST {ME}/tokens": [
        Row(EVERYBODY, ok=201, body=_token("read", "write"), person_only=True),
        Row(
            EVERYBODY, ok=201, body=_token("read", "admin"), person_only=True,
            invalid=lambda p, t: p.role != "admin" and p.scopes is None,
        ),
    ],
    f"DELETE {ME}/tokens/{{token_id}}": [Row(EVERYBODY, on=TOKENS, ok=204, person_only=True)],
    "GET /api/v1/mailbox": [Row(EVERYBODY, shows={"openword": frozenset({"owner", "admin"})})],
    "GET /api/v1/mailbox/{mail_id}": [Row(EVERYBODY, on=MAILS)],
    # the queue's belongings
    f"GET {ADMIN}/tags": [
        Row(STAFF, shows={"opennote": STAFF_OF["open"], "hrnote": STAFF_OF["restricted"]}),
        Row(STAFF, query="q=hrn", shows={"hrnote": STAFF_OF["restricted"]}),
    ],
    f"GET {ADMIN}/views": [Row(STAFF, shows=_OWN_VIEWS)],
    f"POST {ADMIN}/views": [
        Row(STAFF, ok=201, body=lambda *_: {"name": "Mine"}),
        Row(STAFF, ok=201, may=of(ADMINS), body=lambda *_: {"name": "Ours", "shared": "staff"}),
        Row(STAFF, ok=201, may=of(OF_IT, ADMINS), body=lambda c, *_: _shared_view(c, c.it.group_id, _)),
        Row(STAFF, ok=201, may=of(OF_HR, ADMINS), body=lambda c, *_: _shared_view(c, c.hr.group_id, _)),
    ],
    f"GET {ADMIN}/views/counts": [Row(STAFF)],
    f"GET {ADMIN}/views/{{view_id}}": [Row(STAFF, on=VIEWS)],
    f"PUT {ADMIN}/views/{{view_id}}": [Row(STAFF, on=VIEWS, may=CHANGES, body=lambda *_: RENAMED)],
    f"DELETE {ADMIN}/views/{{view_id}}": [Row(STAFF, on=VIEWS, may=CHANGES, ok=204)],
    f"GET {ADMIN}/queue/settings": [Row(STAFF)],
    f"PUT {ADMIN}/queue/settings": [
        Row(STAFF, body=lambda *_: {"columns": ["subject"]}),
        Row(STAFF, on=VIEWS, body=_default_view),
    ],
    f"GET {ADMIN}/jobs": [Row(STAFF)],
    f"GET {ADMIN}/jobs/{{job_id}}": [Row(STAFF, on=JOBS)],
    f"GET {ADMIN}/jobs/{{job_id}}/refused": [Row(STAFF, on=JOBS)],
    f"POST {ADMIN}/jobs/{{job_id}}/cancel": [Row(STAFF, on=JOBS)],
    # figures
    f"GET {ADMIN}/home": [Row(OVERSEERS)],
    f"GET {ADMIN}/reports": [Row(OVERSEERS)],
    f"GET {ADMIN}/reports/figures": [Row(OVERSEERS)],
    f"GET {ADMIN}/reports/{{figure}}.csv": [Row(OVERSEERS, fill={"figure": "flow"})],
    # the tree
    f"GET {ADMIN}/groups": [Row(ADMINS)],
    f"POST {ADMIN}/groups": [Row(ADMINS, ok=201, body=lambda *_: {"name": "Legal"})],
    f"GET {ADMIN}/groups/{{group_id}}": [Row(ADMINS, on=GROUPS)],
    f"PUT {ADMIN}/groups/{{group_id}}": [Row(ADMINS, on=GROUPS, body=lambda *_: RENAMED)],
    f"DELETE {ADMIN}/groups/{{group_id}}": [Row(ADMINS, on=SPARE["group"], ok=204)],
    f"GET {ADMIN}/groups/{{group_id}}/assignable": [
        Row(STAFF, on=GROUPS_FOR_STAFF, may=lambda p, _, t: not _outside(p, t))
    ],
    f"GET {ADMIN}/groups/{{group_id}}/members": [Row(ADMINS, on=GROUPS)],
    f"POST {ADMIN}/groups/{{group_id}}/categories": [
        Row(ADMINS, on=GROUPS, ok=201, body=lambda *_: {"name": "Chairs"})
    ],
    f"PUT {ADMIN}/categories/{{category_id}}": [Row(ADMINS, on=CATEGORIES, body=lambda *_: RENAMED)],
    f"DELETE {ADMIN}/categories/{{category_id}}": [Row(ADMINS, on=SPARE["category"], ok=204)],
    f"POST {ADMIN}/categories/{{category_id}}/subcategories": [
        Row(ADMINS, on=CATEGORIES, ok=201, body=lambda *_: {"name": "Wheels"})
    ],
    f"PUT {ADMIN}/subcategories/{{subcategory_id}}": [
        Row(ADMINS, on=SUBCATEGORIES, body=lambda *_: RENAMED)
    ],
    f"DELETE {ADMIN}/subcategories/{{subcategory_id}}": [Row(ADMINS, on=SPARE["subcategory"], ok=204)],
    # people, and what they were told
    f"GET {ADMIN}/users": [Row(ADMINS)],
    f"POST {ADMIN}/users": [
        Row(ADMINS, ok=201, body=lambda *_: NEW),
        Row(ADMINS, ok=201, body=lambda *_: NEW | {"password": "a heron at dusk"}, person_only=True),
    ],
    f"GET {ADMIN}/users/{{user_id}}": [Row(ADMINS, on=PEOPLE)],
    f"PUT {ADMIN}/users/{{user_id}}": [
        Row(ADMINS, on=PEOPLE, body=lambda *_: {"department": "Sales"}),
        Row(ADMINS, on=PEOPLE[:1], body=lambda *_: {"password": "a heron at dusk"}, person_only=True),
    ],
    f"GET {ADMIN}/notifications": [Row(ADMINS)],
}  # fmt: skip

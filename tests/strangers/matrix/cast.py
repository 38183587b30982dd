"""Who asks: people in every relation to a ticket, programs with personal tokens, credentials worth nothing.

What each of them sees is written down here, from the product rules (§1), and not asked of the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ROLES = {
    "owner": "client",  # filed the tickets, for somebody else
    "beneficiary": "client",  # for whom they were filed
    "watcher": "client",
    "stranger": "client",
    "agent": "agent",  # of IT
    "watching_agent": "agent",  # of IT, and a watcher of both tickets
    "hr_agent": "agent",
    "manager": "manager",  # of IT
    "hr_manager": "manager",
    "admin": "admin",
}
CLIENTS = frozenset(name for name, role in ROLES.items() if role == "client")
STAFF = frozenset(ROLES) - CLIENTS
WORKERS = frozenset(name for name, role in ROLES.items() if role in {"agent", "admin"})
OVERSEERS = frozenset({"manager", "hr_manager", "admin"})
ADMINS = frozenset({"admin"})
EVERYBODY = frozenset(ROLES)
OF_IT = frozenset({"agent", "watching_agent", "manager"})
OF_HR = frozenset({"hr_agent", "hr_manager"})


@dataclass(frozen=True)
class Persona:
    """Somebody who asks; `scopes`: through a personal token that has these."""

    name: str
    person: str
    scopes: frozenset[str] | None = None

    @property
    def role(self) -> str:
        return ROLES[self.person]


PERSONAS = tuple(Persona(name, name) for name in ROLES)
A_ROLE_EACH = tuple(one for one in PERSONAS if one.name in {"owner", "agent", "hr_manager", "admin"})
FULL_PROGRAMS = (
    Persona("agent's token", "agent", frozenset({"read", "write"})),
    Persona("admin's token", "admin", frozenset({"read", "write", "admin"})),
)
PROGRAMS = (
    Persona("agent's token for reading", "agent", frozenset({"read"})),
    Persona("admin's token without admin", "admin", frozenset({"read", "write"})),
    Persona("admin's token for writing", "admin", frozenset({"write", "admin"})),
)
NOBODY = ("anonymous", "deactivated person", "signed out", "expired access token", "expired token")
MORE_OF_NOBODY = (
    "refresh token",
    "revoked token",
    "deactivated person's token",
    "signed-out cookie",
    "made-up token",
)
"""All but the first were an admin's."""


@dataclass(frozen=True)
class Thing:
    """An object that can be named in an address, and with which eyes each person sees it: others don't."""

    name: str
    seen: Mapping[str, str]
    restricted: bool = False


def _as(view: str, *names: str | frozenset[str]) -> dict[str, str]:
    return {
        one: view for name in names for one in (name if isinstance(name, frozenset) else frozenset({name}))
    }


def only(*names: str | frozenset[str]) -> dict[str, str]:
    """Seen by these, as theirs."""
    return _as("own", *names)


MISSING = "missing"
_REQUESTER_SIDE = ("owner", "beneficiary", "watcher", "watching_agent")
_OPEN = _as("requester", *_REQUESTER_SIDE) | _as("staff", STAFF)
_HR = _as("requester", *_REQUESTER_SIDE) | _as("staff", OF_HR, "admin")
STAFF_OF = {
    name: frozenset(one for one, view in seen.items() if view == "staff")
    for name, seen in (("open", _OPEN), ("restricted", _HR))
}
SEE = {"open": frozenset(_OPEN), "restricted": frozenset(_HR)}
REQUESTERS = frozenset(_REQUESTER_SIDE)


def _none(name: str = MISSING) -> Thing:
    return Thing(name, {})


TICKETS = (Thing("open", _OPEN), Thing("restricted", _HR, restricted=True), _none())
BY_NUMBER = (
    Thing("open by number", _OPEN),
    Thing("restricted by number", _HR, restricted=True),
    _none("missing by number"),
)
FILES = (
    Thing("open file", _OPEN),
    Thing("restricted file", _HR),
    Thing("open note's file", only(STAFF_OF["open"])),
    Thing("restricted note's file", only(STAFF_OF["restricted"])),
    Thing("upload", only("owner")),
    _none(),
)
UPLOADS = (Thing("upload", only("owner")), Thing("open file", {}), _none())
JOBS = (Thing("job", only("watching_agent", "admin")), _none())
VIEWS = (
    Thing("private view", only("agent")),
    Thing("view of IT", only(OF_IT, "admin")),
    Thing("view of HR", only(OF_HR, "admin")),
    Thing("view of all", only(STAFF)),
    _none(),
)
BELLS = (Thing("agent's bell", only("agent")), Thing("owner's bell", only("owner")), _none())
MESSAGES = (
    Thing("open message", only(STAFF_OF["open"])),
    Thing("restricted message", only(STAFF_OF["restricted"])),
    _none(),
)
SESSIONS = (Thing("session", only("agent")), _none("no uuid"))
TOKENS = (Thing("token", only("agent")), _none())
MAILS = (Thing("mail", only("owner", "admin")), _none("missing mail"))
GROUPS = (Thing("group of IT", only(EVERYBODY)), _none())
GROUPS_FOR_STAFF = (
    Thing("group of IT", only(EVERYBODY)),
    Thing("group of HR", only(EVERYBODY), restricted=True),
    _none(),
)
CATEGORIES = (Thing("category of IT", only(EVERYBODY)), _none())
SUBCATEGORIES = (Thing("subcategory of IT", only(EVERYBODY)), _none())
SPARE = {
    kind: (Thing(f"spare {kind}", only(EVERYBODY)), _none()) for kind in ("group", "category", "subcategory")
}
PEOPLE = (Thing("person", only(EVERYBODY)), _none())
ONE = (Thing("", only(EVERYBODY)),)
"""Of a route that names nothing."""

"""Who may see and do what: the one permission rule (product rules §1).

`view_of` is the object check; `helpdesk.services._scope` compiles the same rule to SQL, and a property test holds the
two together.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from helpdesk.core.errors import Forbidden
from helpdesk.domain.enums import STAFF_ROLES, Role, Source, TokenScope, View


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody whose session was verified, or the hidden system user."""

    user_id: int
    role: Role
    group_ids: frozenset[int] = frozenset()
    source: Source = Source.WEB
    session_id: str | None = None
    name: str = ""
    token_id: int | None = None  # of the personal API token that stands for the person
    scopes: frozenset[TokenScope] | None = None  # of that token; None: no token, so no limit

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF_ROLES

    @property
    def may_work(self) -> bool:
        """Changes tickets as staff: agents and admins; a manager reads (product rules §1)."""
        return self.role in {Role.AGENT, Role.ADMIN, Role.SYSTEM}


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What the rule needs to know of a ticket."""

    group_id: int
    restricted: bool
    created_by: int
    requested_for: int
    assigned_to: int | None = None
    watcher_ids: frozenset[int] = field(default_factory=frozenset[int])


def view_of(actor: Actor, ticket: TicketFacts) -> View | None:
    """With whose eyes `actor` sees `ticket`; None means that for them it does not exist. Staff wins."""
    if in_staff_scope(actor, ticket.group_id, ticket.restricted):
        return View.STAFF
    if is_requester_side(actor, ticket):
        return View.REQUESTER
    return None


def in_staff_scope(actor: Actor, group_id: int, restricted: bool) -> bool:
    """Admin and system everywhere; agent and manager in unrestricted groups and the restricted ones they belong to."""
    if actor.role in {Role.ADMIN, Role.SYSTEM}:
        return True
    return actor.is_staff and (not restricted or group_id in actor.group_ids)


def is_requester_side(actor: Actor, ticket: TicketFacts) -> bool:
    """Who filed it, for whom it was filed, and the watchers."""
    return actor.user_id in {ticket.created_by, ticket.requested_for} or actor.user_id in ticket.watcher_ids


def require_role(actor: Actor, *roles: Role) -> None:
    """The role gate in front of a route: 403 before anything is looked at.

    Raises:
        Forbidden: the actor has none of `roles`.
    """
    if actor.role not in roles and actor.role is not Role.SYSTEM:
        raise Forbidden()


def require_staff(actor: Actor) -> None:
    """Raises `Forbidden` for clients: the gate of everything under /admin that managers may read."""
    require_role(actor, *STAFF_ROLES)


def require_worker(actor: Actor) -> None:
    """Raises `Forbidden` for everybody who does not work tickets: clients and managers."""
    require_role(actor, Role.AGENT, Role.ADMIN)


def require_admin(actor: Actor) -> None:
    """Raises `Forbidden` for everybody but admins: the gate of configuration."""
    require_role(actor, Role.ADMIN)


def require_session(actor: Actor) -> None:
    """Raises `Forbidden` for a personal API token: what guards an account is done by its person, signed in."""
    if actor.token_id is not None:
        raise Forbidden("A personal token can't do this: sign in with the password.")


def require_scope(actor: Actor, *scopes: TokenScope) -> None:
    """Raises `Forbidden` where a personal API token lacks one of `scopes`, and names it."""
    missing = [] if actor.scopes is None else [one for one in scopes if one not in actor.scopes]
    if missing:
        raise Forbidden(f"This token lacks the scope {' and '.join(missing)}.", scopes=list(missing))


def require_requester(actor: Actor, ticket: TicketFacts) -> None:
    """Only the requester confirms, rates, withdraws and reopens, never for a ticket they are the assignee of.

    Raises:
        Forbidden: somebody else, or the requester who is also the assignee.
    """
    if actor.user_id != ticket.requested_for:
        raise Forbidden("Only the person this was requested for can do that.")
    if actor.user_id == ticket.assigned_to:
        raise Forbidden("You are the assignee of this ticket, so somebody else has to judge the solution.")


def may_be_assigned(role: Role, active: bool, restricted: bool, member: bool) -> bool:
    """Whether a person can be the assignee of a ticket of a group: active agents and admins; members if restricted."""
    return active and role in {Role.AGENT, Role.ADMIN} and (member or not restricted)

"""The rule of answers (product rules §1), as one function: 401, role gate 403, body 422, object 404, right 403."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.strangers.matrix.cast import ONE, Persona, Thing

if TYPE_CHECKING:
    from tests.strangers.matrix.company import Company

SAFE = frozenset({"GET"})
May = Callable[[Persona, str, Thing], bool]


def always(_persona: Persona, _view: str, _thing: Thing) -> bool:
    """Whoever sees it."""
    return True


def as_staff(_persona: Persona, view: str, _thing: Thing) -> bool:
    """Those who see the ticket with the helpdesk's eyes."""
    return view == "staff"


def work(persona: Persona, view: str, _thing: Thing) -> bool:
    """Agents and admins, where they see it as staff."""
    return view == "staff" and persona.role in {"agent", "admin"}


def write(persona: Persona, view: str, thing: Thing) -> bool:
    """Both sides of the conversation, but managers, who read."""
    return view == "requester" or work(persona, view, thing)


def take(persona: Persona, view: str, thing: Thing) -> bool:
    """A restricted group's assignees are its members."""
    return work(persona, view, thing) and not (thing.restricted and persona.person == "admin")


def judge(persona: Persona, _view: str, _thing: Thing) -> bool:
    """The requester alone says whether it is solved: neither who filed it nor who watches."""
    return persona.person == "beneficiary"


def choose_watchers(persona: Persona, view: str, thing: Thing) -> bool:
    """Who filed it, for whom it was filed, and staff; in restricted groups its staff alone."""
    filed = persona.person in {"owner", "beneficiary"}
    return work(persona, view, thing) or (filed and not thing.restricted)


def of(*names: str | frozenset[str]) -> May:
    """These people."""
    known = frozenset().union(*(one if isinstance(one, frozenset) else {one} for one in names))
    return lambda persona, _view, _thing: persona.person in known


def nobody(_persona: Persona, _thing: Thing) -> bool:
    return False


@dataclass(frozen=True)
class Row:
    """What an operation answers to whom.

    Attributes:
        roles: the gate: the people who may call it at all; None: it is public.
        on: the objects it is asked for, each in turn.
        may: who of those that see the object may do it.
        ok: the answer then.
        fill: parameters of the address besides the object's.
        body: what is sent, given company, object and who sends it.
        files: what is sent as a form with a file.
        query: behind the address.
        before: what has to be so, done by others.
        person_only: a personal token can't do it.
        invalid: whose body is refused, before the object is looked for.
        unseen: the answer where the object is not visible.
        shows: words of the company (`Company.words`) that are in the answer for these people, and for nobody else.
        admin_scope: a personal token needs the scope `admin` (routes for admins alone).
    """

    roles: frozenset[str] | None
    on: tuple[Thing, ...] = ONE
    may: May = always
    ok: int = 200
    fill: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Callable[[Company, Thing, Persona], Any] | None = None
    files: bool = False
    query: str = ""
    before: Callable[[Company, Thing], object] | None = None
    person_only: bool = False
    invalid: Callable[[Persona, Thing], bool] = nobody
    unseen: int = 404
    shows: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    @property
    def admin_scope(self) -> bool:
        return self.roles == frozenset({"admin"})


def expected(row: Row, method: str, persona: Persona, thing: Thing) -> int:
    """The status that the rule demands."""
    if row.roles is None:
        return row.ok
    if persona.person not in row.roles or not _has_scopes(row, method, persona):
        return 403
    if row.invalid(persona, thing):
        return 422
    if row.person_only and persona.scopes is not None:
        return 403
    view = thing.seen.get(persona.person)
    if view is None:
        return row.unseen
    return row.ok if row.may(persona, view, thing) else 403


def _has_scopes(row: Row, method: str, persona: Persona) -> bool:
    if persona.scopes is None:
        return True
    needed = {"read"} if method in SAFE else {"write"}
    if row.admin_scope:
        needed.add("admin")
    return needed <= persona.scopes

"""People and their sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as others see them; `email` is None where the viewer may not know it."""

    id: int
    name: str
    email: str | None
    role: str | None


@dataclass(frozen=True, slots=True)
class MentionView:
    """A colleague to mention in a note; `@handle` means them."""

    id: int
    name: str
    department: str | None
    handle: str


@dataclass(frozen=True, slots=True)
class PresenceView:
    """Somebody who has a ticket open; `doing` is a `Doing` value."""

    person: PersonView
    doing: str


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A colleague to pick: for on-behalf, watchers and mentions."""

    id: int
    name: str
    department: str | None


@dataclass(frozen=True, slots=True)
class MeView:
    id: int
    name: str
    email: str
    role: str
    department: str | None
    time_zone: str | None
    locale: str | None
    group_ids: tuple[int, ...]
    theme: str | None = None
    density: str | None = None
    single_keys: bool = True


@dataclass(frozen=True, slots=True)
class UserRow:
    """A person as admins see them."""

    id: int
    name: str
    email: str
    role: str
    department: str | None
    location: str | None
    is_active: bool
    group_ids: tuple[int, ...]
    groups: tuple[str, ...]
    open_tickets: int  # unsolved ones assigned to them: to hand over before deactivating
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TokenPair:
    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int  # seconds of the access token
    user: PersonView


@dataclass(frozen=True, slots=True)
class Telling:
    """Whether a person is told of an event by a channel; `locked`: nobody can switch it off."""

    event: str
    channel: str
    enabled: bool
    locked: bool


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A person as they see themselves, and how they like it; None: as the browser has it."""

    id: int
    name: str
    email: str
    role: str
    department: str | None
    location: str | None
    time_zone: str | None
    locale: str | None
    theme: str | None
    density: str | None
    single_keys: bool
    notifications: tuple[Telling, ...]


@dataclass(frozen=True, slots=True)
class OwnSession:
    """Where somebody is signed in; `kind`: browser or api."""

    id: str
    kind: str
    ip: str | None
    user_agent: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class TokenView:
    """A personal API token, without its value."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    expired: bool


@dataclass(frozen=True, slots=True)
class NewToken:
    token: TokenView
    value: str = field(repr=False)  # shown once


@dataclass(frozen=True, slots=True)
class SessionView:
    id: str
    user: MeView
    expires_at: datetime

"""What the API answers people with about themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from helpdesk.api.shapes import Out, PersonOut, RoleName, StatusName


class BellOut(Out):
    id: int
    event: str
    ticket_id: int
    ticket_no: str
    title: str
    actor: PersonOut = Field(description="Who caused it.")
    status: StatusName | None = Field(description="The ticket's new status, where the event has one.")
    created_at: datetime
    read_at: datetime | None


class BellCountOut(Out):
    unread: int = Field(description="Up to 100.")
    capped: bool = Field(description="There are more than that.")


class ReadOut(Out):
    read: int = Field(description="How many were not read before.")


class TellingOut(Out):
    event: str
    channel: Literal["email", "in_app"]
    enabled: bool
    locked: bool = Field(description="This can't be switched off: it waits for the person.")


class ProfileOut(Out):
    """How somebody likes it; null: as the browser has it."""

    id: int
    name: str
    email: str
    role: RoleName
    department: str | None
    location: str | None
    time_zone: str | None
    locale: str | None
    theme: Literal["system", "light", "dark"] | None
    density: Literal["comfortable", "compact"] | None
    single_keys: bool
    notifications: list[TellingOut]


class OwnSessionOut(Out):
    id: str
    kind: Literal["browser", "api"]
    ip: str | None
    user_agent: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    current: bool


class OwnSessionsOut(Out):
    items: list[OwnSessionOut]


class EndedOut(Out):
    ended: int


class TokenOut(Out):
    id: int
    name: str
    scopes: list[Literal["read", "write", "admin"]]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = Field(description="To ten minutes.")
    expired: bool


class TokensListOut(Out):
    items: list[TokenOut]


class NewTokenOut(TokenOut):
    value: str = Field(description="For `Authorization: Bearer …`; shown this once.")

"""Notifications, the bell, and drafts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from helpdesk.services.views._people import PersonView


@dataclass(frozen=True, slots=True)
class NotificationRow:
    """A row of the notification log (product rules §7 "Shapes")."""

    id: int
    event: str
    ticket_id: int
    recipient: PersonView | None
    channel: str
    status: str
    attempts: int
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None
    ticket_no: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class BellRow:
    """Something that its reader was told in the app; `status`: the ticket's new one, where the event has one."""

    id: int
    event: str
    ticket_id: int
    ticket_no: str
    title: str
    actor: PersonView
    status: str | None
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class BellCount:
    unread: int
    capped: bool


@dataclass(frozen=True, slots=True)
class DraftView:
    place: str
    body: dict[str, Any] = field(default_factory=dict[str, Any])
    updated_at: datetime | None = None

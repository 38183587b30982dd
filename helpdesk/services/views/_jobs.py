"""Long work that the worker does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.services.views._people import PersonView


@dataclass(frozen=True, slots=True)
class JobView:
    """A bulk change of many tickets. `done` is changed, unchanged and refused together."""

    id: int
    status: str  # queued, running, done, cancelled, stopped
    action: str
    owner: PersonView
    total: int
    done: int
    changed: int
    unchanged: int
    refused: int
    reason: str | None  # why it stopped
    created_at: datetime
    finished_at: datetime | None

    @property
    def running(self) -> bool:
        return self.finished_at is None


@dataclass(frozen=True, slots=True)
class JobRefusal:
    """A ticket that could not be changed; without id and number where it is out of sight by now."""

    id: int | None
    ticket_no: str | None
    error: str

"""What the API answers about jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from helpdesk.api.shapes import Out, PersonOut


class JobOut(Out):
    id: int
    status: Literal["queued", "running", "done", "cancelled", "stopped"]
    action: Literal["assign", "status", "priority", "category", "hold"]
    owner: PersonOut
    total: int
    done: int = Field(description="Tried so far: changed, unchanged and refused together.")
    changed: int
    unchanged: int
    refused: int
    reason: str | None = Field(description="Why it stopped.")
    created_at: datetime
    finished_at: datetime | None


class JobsOut(Out):
    items: list[JobOut]


class RefusalOut(Out):
    id: int | None = Field(description="Null where the caller does not see the ticket any more.")
    ticket_no: str | None
    error: str

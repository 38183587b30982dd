"""Long work that somebody started and the worker does: one change for many tickets."""

# pyright: reportAssignmentType=false
# SQLModel declares `__tablename__` as something else than the string that it wants.

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import SQLModel

from helpdesk.domain.enums import BulkAction, JobStatus, Source
from helpdesk.models._columns import document, number, one_of, random_key, ref, table_of, text_, when

_UNFINISHED = text("status IN ('queued', 'running')")


class Job(SQLModel, table=True):
    """A bulk change of the tickets in `job_tickets`. Its numbers are theirs, as the last batch left them."""

    __tablename__ = "jobs"
    __table_args__ = (
        one_of("action", BulkAction, name="jobs_action_known"),
        one_of("status", JobStatus, name="jobs_status_known"),
        one_of("source", Source, name="jobs_source_known"),
        CheckConstraint("changed + unchanged + refused <= total", name="jobs_no_more_than_all"),
        CheckConstraint(
            "(status IN ('queued', 'running')) = (finished_at IS NULL)", name="jobs_finished_at_fits"
        ),
        Index("jobs_one_at_a_time", "owner_id", unique=True, postgresql_where=_UNFINISHED),
        Index("jobs_waiting", "advanced_at", "id", postgresql_where=_UNFINISHED),
        Index("jobs_by_owner", "owner_id", "created_at", "id"),
        Index("jobs_finished", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
    )

    id: int = random_key()
    owner_id: int = ref("users.id")
    source: str = text_(10)
    action: str = text_(20)
    args: dict[str, object] = document()
    filter: dict[str, object] = document()  # what was asked for, to show; the set is in job_tickets
    status: str = text_(10, default="queued")
    reason: str | None = text_(500, null=True)  # why it stopped
    total: int = number()
    changed: int = number(default=0)
    unchanged: int = number(default=0)
    refused: int = number(default=0)
    created_at: datetime = when()
    advanced_at: datetime = when()
    finished_at: datetime | None = when(null=True)


class JobTicket(SQLModel, table=True):
    """A ticket of a job, fixed when the job was made, and what became of it; without a result it is to come."""

    __tablename__ = "job_tickets"
    __table_args__ = (
        CheckConstraint("result IN ('changed', 'unchanged', 'refused')", name="job_tickets_result_known"),
        CheckConstraint(
            "(error IS NOT NULL) = (result IS NOT DISTINCT FROM 'refused')", name="job_tickets_error_fits"
        ),
        Index("job_tickets_to_come", "job_id", "ticket_id", postgresql_where=text("result IS NULL")),
        Index("job_tickets_refused", "job_id", "ticket_id", postgresql_where=text("result = 'refused'")),
    )

    job_id: int = ref("jobs.id", primary=True)
    ticket_id: int = ref("tickets.id", primary=True)
    result: str | None = text_(10, null=True)
    error: str | None = text_(500, null=True)


jobs = table_of(Job)
job_tickets = table_of(JobTicket)

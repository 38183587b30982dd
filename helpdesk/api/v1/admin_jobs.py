"""Bulk changes by filter, which the worker does."""

from __future__ import annotations

from fastapi import APIRouter

from helpdesk.api.guard import Caller, GuardedRoute, staff
from helpdesk.api.openapi import answers
from helpdesk.api.queries import Cursor, Id, PageNumber, PageSize
from helpdesk.api.shapes import PageOut, page_of
from helpdesk.api.shapes_jobs import JobOut, JobsOut, RefusalOut
from helpdesk.services import jobs

router = APIRouter(prefix="/api/v1/admin/jobs", tags=["queue"], route_class=GuardedRoute)


@router.get("")
@staff
def list_own(actor: Caller) -> JobsOut:
    """The caller's last 20 jobs, newest first."""
    return JobsOut(items=[JobOut.of(one) for one in jobs.list_own(actor)])


@router.get("/{job_id}", responses=answers(404))
@staff
def get(actor: Caller, job_id: Id) -> JobOut:
    """How far a job is: the caller's own, for admins anybody's."""
    return JobOut.of(jobs.get(actor, job_id))


@router.get("/{job_id}/refused", responses=answers(404))
@staff
def refused(
    actor: Caller, job_id: Id, page: PageNumber = 1, page_size: PageSize = 25, cursor: Cursor = None
) -> PageOut[RefusalOut]:
    """The tickets that it could not change, with the reasons."""
    return page_of(jobs.refused(actor, job_id, page=page, page_size=page_size, cursor=cursor), RefusalOut)


@router.post("/{job_id}/cancel", responses=answers(404))
@staff
def cancel(actor: Caller, job_id: Id) -> JobOut:
    """Stop it behind the batch at work. What is done stays done."""
    return JobOut.of(jobs.cancel(actor, job_id))

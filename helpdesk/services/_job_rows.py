"""Jobs as rows: what is shown of them, their arguments as JSON, their end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import RowMapping, select, update
from sqlalchemy.orm import Session

from helpdesk.domain.access import Actor
from helpdesk.domain.enums import JobStatus
from helpdesk.models.job import job_tickets, jobs
from helpdesk.models.ticket import tickets
from helpdesk.services import _paging, _rows
from helpdesk.services._lock import moment
from helpdesk.services._scope import visible_to
from helpdesk.services.views import JobRefusal, JobView, Page

KEPT = timedelta(days=30)
UNFINISHED = (str(JobStatus.QUEUED), str(JobStatus.RUNNING))
LOCK_OWNER, LOCK_JOB = 7_238_003, 7_238_004  # advisory locks: one start per person, one hand per job
_SORT = "job_refused"


def packed(args: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of an action as JSON: a moment as text."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in args.items()}


def unpacked(args: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(args)
    if found.get("until") is not None:
        found["until"] = datetime.fromisoformat(found["until"])
    return found


def view_of_job(s: Session, viewer: Actor, row: RowMapping) -> JobView:
    done = row["changed"] + row["unchanged"] + row["refused"]
    owner = _rows.people(s, viewer, [row["owner_id"]])[row["owner_id"]]
    return JobView(
        id=row["id"],
        status=row["status"],
        action=row["action"],
        owner=owner,
        total=row["total"],
        done=done,
        changed=row["changed"],
        unchanged=row["unchanged"],
        refused=row["refused"],
        reason=row["reason"],
        created_at=row["created_at"],
        finished_at=row["finished_at"],
    )


def end(s: Session, job_id: int, status: JobStatus, reason: str | None) -> bool:
    """End an unfinished job; False where it had ended before."""
    changed = s.scalar(
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.status.in_(UNFINISHED))
        .values(status=str(status), reason=reason, finished_at=moment(s))
        .returning(jobs.c.id)
    )
    return changed is not None


class Place(NamedTuple):
    page: int
    size: int
    after: int | None


def cleaned_place(page: object, page_size: object, cursor: object) -> Place:
    """Raises `Invalid` for a bad page, size or cursor."""
    number, size = (
        _paging.clean_page(page, page_size) if cursor is None else (1, _paging.clean_page(1, page_size)[1])
    )
    after = None if cursor is None else int(_paging.decode(cursor, _SORT, (int,))[0])
    return Place(number, size, after)


def refusals(s: Session, viewer: Actor, job_id: int, place: Place) -> Page[JobRefusal]:
    j, t = job_tickets.c, tickets.c
    found = select(j.ticket_id).where(j.job_id == job_id, j.result == "refused")
    total, capped = _paging.capped_count(s, found)
    # who lost sight of a ticket since still learns why it was refused, but not which it is
    seen = select(t.id, t.ticket_no).where(visible_to(viewer)).subquery()
    statement = (
        select(j.ticket_id, j.error, seen.c.ticket_no)
        .outerjoin(seen, seen.c.id == j.ticket_id)
        .where(j.job_id == job_id, j.result == "refused")
        .order_by(j.ticket_id)
        .limit(place.size + 1)
    )
    if place.after is not None:
        statement = statement.where(j.ticket_id > place.after)
    else:
        statement = statement.offset((place.page - 1) * place.size)
    rows = s.execute(statement).all()
    shown = rows[: place.size]
    return Page(
        items=tuple(
            JobRefusal(row.ticket_id if row.ticket_no else None, row.ticket_no, row.error) for row in shown
        ),
        total=total,
        page=place.page,
        page_size=place.size,
        next_cursor=_paging.encode(_SORT, [shown[-1].ticket_id]) if len(rows) > place.size else None,
        total_capped=capped,
    )

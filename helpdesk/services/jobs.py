"""Bulk changes of everything that a filter selects: made here, done by the worker in batches (docs/adr/0012).

A job's tickets are fixed when it is made. Each batch is one transaction: the tickets' changes and their results in
`job_tickets` are committed together, so that a killed worker has either done a ticket and said so, or not touched it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, and_, delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from helpdesk.core.clock import now
from helpdesk.core.db import after_commit, transaction
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.ids import random_id
from helpdesk.domain.access import Actor, require_staff, require_worker
from helpdesk.domain.enums import BulkAction, JobStatus, Role, View
from helpdesk.integrations import wake
from helpdesk.models.job import job_tickets, jobs
from helpdesk.models.ticket import tickets
from helpdesk.services import _job_batch, _job_rows, _text
from helpdesk.services._audit import audit
from helpdesk.services._filters import cleaned_query, condition
from helpdesk.services._job_rows import KEPT, UNFINISHED, view_of_job
from helpdesk.services._lock import moment
from helpdesk.services._scope import in_staff_scope
from helpdesk.services.tickets.bulk import cleaned_change
from helpdesk.services.tickets.export import asked
from helpdesk.services.views import JobRefusal, JobView, Page, TicketQuery

MAX_TICKETS = 10_000
RUN = "helpdesk.jobs"
"""The worker's task."""

_RUN_S = 40.0
_RECENT = 20
_FORGET = 200


def start(actor: Actor, query: TicketQuery, action: str, args: Mapping[str, Any]) -> JobView:
    """Begin `action` for every ticket that `list_queue` would show for `query`: those, whatever matches later.

    Raises:
        Forbidden: neither agent nor admin.
        Invalid: a bad filter, action or argument; nothing matches, or more than 10,000 tickets do.
        Conflict: a job of the actor's is still running; `extra["job_id"]` says which.
    """
    require_worker(actor)
    chosen = cleaned_query(actor, query, View.STAFF)
    kind = _text.clean_enum("action", action, BulkAction)
    cleaned_change(kind, args)
    with transaction() as s:
        _require_no_other(s, actor)
        job_id, at = random_id(), moment(s)
        values = {
            "id": job_id,
            "owner_id": actor.user_id,
            "source": str(actor.source),
            "action": str(kind),
            "args": _job_rows.packed(args),
            "filter": asked(query),
            "total": 0,
            "created_at": at,
            "advanced_at": at,
        }
        s.execute(insert(jobs).values(**values))
        where = and_(in_staff_scope(actor), condition(actor, chosen))
        total = _fix_tickets(s, job_id, select(tickets.c.id).where(where))
        s.execute(update(jobs).where(jobs.c.id == job_id).values(total=total))
        audit(
            s,
            actor,
            "job.start",
            "job",
            job_id,
            {"action": str(kind), "filter": values["filter"], "tickets": total},
        )
        after_commit(s, lambda: wake.wake(RUN))
        return _read(s, actor, job_id)


def _require_no_other(s: Session, actor: Actor) -> None:
    # two at once: the second waits for the first one's end, and then sees its row
    s.execute(select(func.pg_advisory_xact_lock(_job_rows.LOCK_OWNER, actor.user_id % 2**31)))
    other = s.scalar(select(jobs.c.id).where(jobs.c.owner_id == actor.user_id, jobs.c.status.in_(UNFINISHED)))
    if other is not None:
        raise Conflict(
            "A bulk change of yours is still running. Wait for its end, or cancel it.", job_id=other
        )


def _fix_tickets(s: Session, job_id: int, found: Select[int]) -> int:
    limited = found.limit(MAX_TICKETS + 1).subquery()
    rows = s.execute(
        insert(job_tickets)
        .from_select(["job_id", "ticket_id"], select(literal(job_id), limited.c.id))
        .returning(literal(1))
    ).all()
    if not rows:
        raise Invalid.at("filter", "No ticket matches this filter.")
    if len(rows) > MAX_TICKETS:
        raise Invalid.at(
            "filter", f"At most {MAX_TICKETS:,} tickets are possible at once. Narrow the filter."
        )
    return len(rows)


def get(actor: Actor, job_id: int) -> JobView:
    """A job of the actor's own; an admin's sight reaches everybody's.

    Raises:
        Forbidden: a client. NotFound: none, or somebody else's.
    """
    require_staff(actor)
    wanted = _text.clean_id("id", job_id)
    with transaction() as s:
        return _read(s, actor, wanted)


def list_own(actor: Actor) -> list[JobView]:
    """The actor's last 20 jobs, newest first. They are kept for 30 days.

    Raises:
        Forbidden: a client.
    """
    require_staff(actor)
    with transaction() as s:
        rows = s.execute(
            select(jobs)
            .where(jobs.c.owner_id == actor.user_id)
            .order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
            .limit(_RECENT)
        ).mappings()
        return [view_of_job(s, actor, row) for row in rows]


def refused(
    actor: Actor, job_id: int, *, page: int = 1, page_size: int = 25, cursor: str | None = None
) -> Page[JobRefusal]:
    """The tickets that a job could not change, with the reasons, by id. A ticket out of sight is not named.

    Raises:
        Forbidden, NotFound: as `get`. Invalid: a bad page or cursor.
    """
    require_staff(actor)
    wanted = _text.clean_id("id", job_id)
    place = _job_rows.cleaned_place(page, page_size, cursor)
    with transaction() as s:
        _read(s, actor, wanted)
        return _job_rows.refusals(s, actor, wanted, place)


def cancel(actor: Actor, job_id: int) -> JobView:
    """Stop a job of one's own (an admin: anybody's) behind the batch at work. What is done stays done.

    A job that has ended stays as it is.

    Raises:
        Forbidden, NotFound: as `get`.
    """
    require_staff(actor)
    wanted = _text.clean_id("id", job_id)
    with transaction() as s:
        before = _read(s, actor, wanted)
        if before.status not in UNFINISHED:
            return before
        ended = _job_rows.end(s, wanted, JobStatus.CANCELLED, None)
        if ended:
            audit(s, actor, "job.cancel", "job", wanted, {"done": before.done, "tickets": before.total})
        return _read(s, actor, wanted)


def _read(s: Session, actor: Actor, job_id: int) -> JobView:
    row = s.execute(select(jobs).where(jobs.c.id == job_id)).mappings().first()
    if row is None or (row["owner_id"] != actor.user_id and actor.role is not Role.ADMIN):
        raise NotFound("There is no such job.")
    return view_of_job(s, actor, row)


# ---- the worker's ------------------------------------------------------------------------------------------------


def run_due(seconds: float = _RUN_S) -> int:
    """Work on the unfinished jobs, a batch of each in turn, for about `seconds`; returns how many tickets were tried.

    Safe to run at any time and twice at once: a job is in one hand at a time. What is left is found by the next run.
    """
    until, tried = time.monotonic() + seconds, 0
    while True:
        batch = _job_batch.next_batch()
        if batch is None:
            return tried
        tried += batch
        if time.monotonic() >= until:
            wake.wake(RUN)
            return tried


def forget_old() -> int:
    """Remove jobs that ended more than 30 days ago, with their results; returns how many."""
    with transaction() as s:
        old = s.scalars(
            select(jobs.c.id)
            .where(jobs.c.finished_at < now() - KEPT)
            .order_by(jobs.c.finished_at)
            .limit(_FORGET)
        ).all()
        s.execute(delete(job_tickets).where(job_tickets.c.job_id.in_(old)))
        s.execute(delete(jobs).where(jobs.c.id.in_(old)))
    return len(old)


__all__ = ["MAX_TICKETS", "RUN", "cancel", "forget_old", "get", "list_own", "refused", "run_due", "start"]

"""One batch of one job: one transaction, with a savepoint for each ticket."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from helpdesk.core.db import transaction
from helpdesk.core.errors import DomainError
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import BulkAction, JobStatus, Source
from helpdesk.models.job import job_tickets, jobs
from helpdesk.services import _job_rows, _session_rows
from helpdesk.services._job_rows import LOCK_JOB, UNFINISHED
from helpdesk.services._lock import moment
from helpdesk.services.tickets.bulk import Change, change_one, cleaned_change

log = logging.getLogger(__name__)

BATCH = 100
_LONGEST_REASON = 500
_NOT_NOW = "It could not be changed just now. Try it again by itself."
_NO_RIGHT = "Whoever started this may not change tickets any more."


def next_batch() -> int | None:
    """Do a batch of the job that waited longest; how many tickets were tried, or None where no job is to be had."""
    with transaction() as s:
        job = _claim(s)
        return None if job is None else _advance(s, job)


def _claim(s: Session) -> dict[str, Any] | None:
    """A job that nobody else works on. The lock lasts as long as the transaction, and ends with a killed worker."""
    waiting = s.execute(
        select(jobs).where(jobs.c.status.in_(UNFINISHED)).order_by(jobs.c.advanced_at, jobs.c.id)
    ).mappings()
    for row in waiting:
        held = s.scalar(select(func.pg_try_advisory_xact_lock(LOCK_JOB, func.hashint8(row["id"]))))
        if held:
            # read again: it may have ended between the look and the lock
            fresh = s.execute(select(jobs).where(jobs.c.id == row["id"])).mappings().one()
            if fresh["status"] in UNFINISHED:
                return dict(fresh)
    return None


def _advance(s: Session, job: dict[str, Any]) -> int:
    actor = _session_rows.actor_of_user(s, job["owner_id"], Source(job["source"]))
    if actor is None or not actor.may_work:
        _job_rows.end(s, job["id"], JobStatus.STOPPED, _NO_RIGHT)
        return 0
    j = job_tickets.c
    ids = s.scalars(
        select(j.ticket_id)
        .where(j.job_id == job["id"], j.result.is_(None))
        .order_by(j.ticket_id)
        .limit(BATCH)
    ).all()
    try:
        change = cleaned_change(BulkAction(job["action"]), _job_rows.unpacked(job["args"]))
    except DomainError as error:  # a hold's end that has passed meanwhile
        _job_rows.end(s, job["id"], JobStatus.STOPPED, error.message[:_LONGEST_REASON])
        return 0
    results = [(ticket_id, *_one(s, actor, ticket_id, change)) for ticket_id in ids]
    _write(s, job["id"], results)
    if len(ids) < BATCH:
        _job_rows.end(s, job["id"], JobStatus.DONE, None)
    return len(ids)


def _one(s: Session, actor: Actor, ticket_id: int, change: Change) -> tuple[str, str | None]:
    try:
        done = change_one(s, actor, ticket_id, change)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        log.exception("job: a ticket failed", extra={"ticket_id": ticket_id})
        return "refused", _NOT_NOW
    except Exception:  # one ticket must not stop the others, nor be tried again for ever
        log.exception("job: a ticket failed", extra={"ticket_id": ticket_id})
        return "refused", _NOT_NOW
    if not done.ok:
        return "refused", (done.error or _NOT_NOW)[:_LONGEST_REASON]
    return ("changed" if done.changed else "unchanged"), None


def _write(s: Session, job_id: int, results: list[tuple[int, str, str | None]]) -> None:
    j = job_tickets.c
    if results:
        s.connection().execute(
            update(job_tickets)
            .where(j.job_id == job_id, j.ticket_id == bindparam("which"))
            .values(result=bindparam("what"), error=bindparam("why")),
            [{"which": ticket_id, "what": result, "why": error} for ticket_id, result, error in results],
        )
    counted = Counter(result for _, result, _ in results)
    # a job that was cancelled meanwhile stays so: only its numbers grow by what this batch did
    running = func.coalesce(func.nullif(jobs.c.status, "queued"), "running")
    s.execute(
        update(jobs)
        .where(jobs.c.id == job_id)
        .values(
            status=running,
            advanced_at=moment(s),
            **{name: jobs.c[name] + counted[name] for name in ("changed", "unchanged", "refused")},
        )
    )

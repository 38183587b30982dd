"""The outbox's states: claiming rows for one mail, and what became of it (product rules §5).

A row is `queued`, then `sending` under a lease, then `sent`, `failed` or `suppressed`; after a failure that
may pass it is `queued` again, for later. The try is committed before the mail leaves: a killed worker leaves
a try without a result, the lease ends, and the mail goes again under the same Message-ID, so that receivers
can drop the second.
"""

from __future__ import annotations

import os
import random
import socket
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.orm import Session

from helpdesk.core.config import get_settings
from helpdesk.core.db import after_commit
from helpdesk.domain.enums import NotificationStatus
from helpdesk.integrations import live
from helpdesk.models.notification import notification_attempts, notification_logs
from helpdesk.services._lock import moment

LEASE = timedelta(seconds=46)
"""A mail is tried for at most 30 seconds, and its result waits up to 16 for the database to come back; after
this time its worker is taken for dead. With the sweep and the mail itself that makes less than a minute."""

MAX_TRIES = 12
"""The last try is about 17 hours after the first."""

MAX_KILLED = 3
FIRST_PAUSE_SECONDS = 30

_n = notification_logs.c
_a = notification_attempts.c


@dataclass(frozen=True, slots=True)
class Claim:
    """The rows of one mail, held by this process until the lease ends;
    `tries` by row fences off a late result.
    """

    tries: dict[int, int]
    message_id: str

    @property
    def ids(self) -> list[int]:
        return list(self.tries)


def claim_next(s: Session) -> Claim | None:
    """Claim the rows of the mail that has waited longest; None where nothing is due that nobody else holds.

    All due rows of a batch for one recipient are one mail. Two workers decide by its first row, which only
    one of
    them can lock, so that they never split it.
    """
    at = moment(s)
    first = s.execute(_first_due(at)).first()
    if first is None:
        return None
    rows = s.execute(
        select(_n.id, _n.attempts, _n.message_id, _n.batch_id, _n.recipient_key, _n.ticket_id)
        .where(_same_mail(first), _due(at))
        .order_by(_n.id)
        .with_for_update()
    ).all()
    poisonous = _poisonous(s, [row.id for row in rows])
    if poisonous:
        _fail_killed(s, poisonous)
    tries = {row.id: row.attempts + 1 for row in rows if row.id not in poisonous}
    message_id = first.message_id or _message_id(first.batch_id, first.recipient_key)
    if tries:
        s.execute(
            update(notification_logs)
            .where(_n.id.in_(tries))
            .values(
                status=str(NotificationStatus.SENDING),
                attempts=_n.attempts + 1,
                message_id=message_id,
                next_attempt_at=at + LEASE,
            )
        )
        s.execute(
            insert(notification_attempts),
            [
                {"notification_id": row_id, "number": number, "worker": _worker(), "started_at": at}
                for row_id, number in tries.items()
            ],
        )
    return Claim(tries, message_id)


def _due(at: datetime) -> ColumnElement[bool]:
    waiting = _n.status.in_([str(NotificationStatus.QUEUED), str(NotificationStatus.SENDING)])
    return and_(waiting, _n.next_attempt_at <= at)


def _first_due(at: datetime):
    """The first due row whose mail nobody holds: no earlier row of the same mail is due as well."""
    earlier = notification_logs.alias("earlier")
    first_of_its_mail = ~(
        select(earlier.c.id)
        .where(
            earlier.c.batch_id == _n.batch_id,
            earlier.c.recipient_key == _n.recipient_key,
            earlier.c.channel == _n.channel,
            earlier.c.id < _n.id,
            earlier.c.status.in_([str(NotificationStatus.QUEUED), str(NotificationStatus.SENDING)]),
            earlier.c.next_attempt_at <= at,
        )
        .exists()
    )
    return (
        select(_n.id, _n.batch_id, _n.recipient_key, _n.channel, _n.message_id)
        .where(_due(at), first_of_its_mail)
        .order_by(_n.next_attempt_at, _n.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=notification_logs)
    )


def _same_mail(first: Any) -> ColumnElement[bool]:
    return and_(
        _n.batch_id == first.batch_id, _n.recipient_key == first.recipient_key, _n.channel == first.channel
    )


def _message_id(batch_id: uuid.UUID, recipient_key: str) -> str:
    """The same for each try of a mail, also by another worker."""
    host = parseaddr(get_settings().mail_from)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid.uuid5(batch_id, recipient_key).hex}@{host}>"


def _worker() -> str:
    return f"{socket.gethostname()[:80]}:{os.getpid()}"


def _poisonous(s: Session, ids: list[int]) -> set[int]:
    """The rows whose tries ended without a result too often: whoever sends them dies of it."""
    killed = s.scalars(
        select(_a.notification_id)
        .join(notification_logs, _n.id == _a.notification_id)
        .where(_a.notification_id.in_(ids), _a.finished_at.is_(None), _a.number > _tried_before())
        .group_by(_a.notification_id)
        .having(func.count() >= MAX_KILLED)
    )
    return set(killed)


def _tried_before() -> ColumnElement[int]:
    """How many tries lie before the last "Retry" by a person, and no longer count."""
    return func.coalesce(_n.data["tried_before"].as_integer(), 0)


def _fail_killed(s: Session, ids: set[int]) -> None:
    reason = f"The worker was killed {MAX_KILLED} times while it was sending this."
    _finish(s, _n.id.in_(ids), status=str(NotificationStatus.FAILED), last_error=reason)


def record_sent(s: Session, claim: Claim, ids: Iterable[int]) -> None:
    """The server took the mail; that holds even where the lease ended meanwhile."""
    at = moment(s)
    wanted = list(ids)
    _finish(
        s,
        and_(_n.id.in_(wanted), _n.status.in_(["sending", "queued"])),
        status=str(NotificationStatus.SENT),
        sent_at=at,
        last_error=None,
    )
    _close_tries(s, claim, wanted, "sent", None, at)


def record_suppressed(s: Session, claim: Claim, reasons: Mapping[int, str]) -> None:
    """These rows may not be told any more; the reason of each stays with it."""
    at = moment(s)
    for row_id, reason in reasons.items():
        _finish(s, _held(claim, [row_id]), status=str(NotificationStatus.SUPPRESSED), last_error=reason)
        _close_tries(s, claim, [row_id], "suppressed", reason, at)


def record_failure(s: Session, claim: Claim, ids: Iterable[int], reason: str, *, permanent: bool) -> None:
    """Queue the rows again for later, or fail them for good: at once, or after the last try."""
    at = moment(s)
    wanted = list(ids)
    before = {
        row.id: row.base
        for row in s.execute(select(_n.id, _tried_before().label("base")).where(_n.id.in_(wanted)))
    }
    for row_id in wanted:
        tries = claim.tries[row_id] - before.get(row_id, 0)
        if permanent or tries >= MAX_TRIES:
            _finish(s, _held(claim, [row_id]), status=str(NotificationStatus.FAILED), last_error=reason)
        else:
            again = at + timedelta(seconds=pause_seconds(tries))
            _finish(
                s,
                _held(claim, [row_id]),
                status=str(NotificationStatus.QUEUED),
                last_error=reason,
                next_attempt_at=again,
            )
    _close_tries(s, claim, wanted, "permanent" if permanent else "temporary", reason, at)


def pause_seconds(tries: int) -> float:
    """How long to wait after so many tries: half a minute, doubled each time, spread by a fifth."""
    return FIRST_PAUSE_SECONDS * 2 ** (tries - 1) * random.uniform(0.8, 1.2)  # noqa: S311


def _held(claim: Claim, ids: list[int]) -> ColumnElement[bool]:
    """Only what this claim still holds: after its lease ended, somebody else may be at it."""
    mine = [and_(_n.id == row_id, _n.attempts == claim.tries[row_id]) for row_id in ids]
    return and_(_n.status == str(NotificationStatus.SENDING), or_(*mine))


def _finish(s: Session, which: ColumnElement[bool], **values: Any) -> None:
    statement = update(notification_logs).where(which).values(**values)
    changed = s.execute(statement.returning(_n.ticket_id, _n.recipient_id)).all()
    if changed:
        topics = [f"ticket_staff:{ticket_id}" for ticket_id in sorted({row.ticket_id for row in changed})]
        # a page of one's own mails hears of those alone: others' tell when somebody wrote what one may not know
        topics += sorted({f"mailbox:{row.recipient_id}" for row in changed if row.recipient_id is not None})
        after_commit(s, lambda: live.publish(["notifications", *topics]))


def _close_tries(
    s: Session, claim: Claim, ids: list[int], result: str, error: str | None, at: datetime
) -> None:
    mine = [and_(_a.notification_id == row_id, _a.number == claim.tries[row_id]) for row_id in ids]
    s.execute(
        update(notification_attempts).where(or_(*mine)).values(result=result, error=error, finished_at=at)
    )

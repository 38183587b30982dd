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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from itertools import takewhile
from typing import Any

from sqlalchemy.orm import Session

from helpdesk.core.clock import moved_to
from helpdesk.core.config import get_settings
from helpdesk.core.db import after_commit
from helpdesk.domain.enums import NotificationStatus
from helpdesk.integrations import live
from helpdesk.services import _outbox_statements as sql
from helpdesk.services._lock import moment

MOST = 8
"""So many mails are claimed together."""

BATCH_SECONDS = 3.0
"""After this time none of the mails that were claimed together leaves any more: the rest is given back."""

LEASE = timedelta(seconds=BATCH_SECONDS + 46)
"""A mail is tried for at most 30 seconds, and its result waits up to 16 for the database to come back; after
this time its worker is taken for dead. With the sweep and the mail itself that makes less than a minute."""

MAX_TRIES = 12
"""The last try is about 17 hours after the first."""

MAX_KILLED = 3
FIRST_PAUSE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Claim:
    """The rows of one mail, held by this process until the lease ends.

    `tries` by row fences off a late result; it is empty where the mail was given up just now. `due` is since
    when it waits.
    """

    tries: dict[int, int]
    message_id: str
    due: datetime

    @property
    def ids(self) -> list[int]:
        return list(self.tries)


def claim_due(s: Session, most: int = MOST) -> list[Claim]:
    """Claim up to `most` mails, those that have waited longest, oldest first; none where nothing is due that
    nobody else holds.

    All due rows of a batch for one recipient are one mail. Two workers decide by its first row, which only
    one of them can lock, so that they never split it. A mail that was tried before is claimed alone: where it
    kills its sender, it takes no other along.
    """
    at = moment(s)
    firsts = s.execute(sql.FIRST_DUE, {"at": at, "most": most}).all()
    if not firsts:
        return []
    batches, recipients, channels = zip(*firsts, strict=True)
    which = {"batches": list(batches), "recipients": list(recipients), "channels": list(channels)}
    mails: dict[Any, list[Any]] = {tuple(first): [] for first in firsts}
    for row in s.execute(sql.DUE_OF_MAILS, {"at": at, **which}):
        mails[row.batch_id, row.recipient_key, row.channel].append(row)
    chosen = _together(list(mails.values()))
    given_up = _give_up(s, [row.id for rows in chosen for row in rows if row.attempts >= MAX_KILLED])
    claims = [_claim(rows, given_up) for rows in chosen]
    held = [(row_id, claim.message_id) for claim in claims for row_id in claim.tries]
    if held:
        ids, message_ids = zip(*held, strict=True)
        rows = {"ids": list(ids), "message_ids": list(message_ids)}
        s.execute(sql.TAKE, {**rows, "at": at, "until": at + LEASE, "who": _worker()})
    return claims


def _together(mails: list[list[Any]]) -> list[list[Any]]:
    """The oldest of these mails, and those behind it up to the first that was tried before."""
    untried = list(takewhile(lambda rows: not any(row.attempts for row in rows), mails))
    return untried or mails[:1]


def _claim(rows: list[Any], given_up: set[int]) -> Claim:
    first = rows[0]
    return Claim(
        tries={row.id: row.attempts + 1 for row in rows if row.id not in given_up},
        message_id=first.message_id or _message_id(first.batch_id, first.recipient_key),
        due=min(row.next_attempt_at for row in rows),
    )


def give_back(s: Session, claims: Iterable[Claim]) -> None:
    """These mails did not begin to leave: they wait again as if nobody had claimed them, whose turn it was."""
    rows = [(row_id, number, claim.due) for claim in claims for row_id, number in claim.tries.items()]
    if rows:
        ids, tries, dues = zip(*rows, strict=True)
        s.execute(sql.GIVE_BACK, {"ids": list(ids), "tries": list(tries), "dues": list(dues)})


def _message_id(batch_id: uuid.UUID, recipient_key: str) -> str:
    """The same for each try of a mail, also by another worker."""
    host = parseaddr(get_settings().mail_from)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid.uuid5(batch_id, recipient_key).hex}@{host}>"


def _worker() -> str:
    return f"{socket.gethostname()[:80]}:{os.getpid()}"


def _give_up(s: Session, ids: list[int]) -> set[int]:
    """Fail those of the rows whose tries ended without a result too often: whoever sends them dies of it."""
    if not ids:
        return set()
    poisonous = s.scalars(sql.POISONOUS, {"ids": ids, "most": MAX_KILLED}).all()
    if poisonous:
        reason = f"The worker was killed {MAX_KILLED} times while it was sending this."
        _tell(s, s.execute(sql.FAIL, {"ids": poisonous, "reason": reason}).all())
    return set(poisonous)


def record_sent(s: Session, claim: Claim, ids: Iterable[int]) -> None:
    """The server took the mail; that holds even where the lease ended meanwhile."""
    _tell(s, s.execute(sql.SENT, {**_tries(claim, ids), "moved": moved_to()}).all())


def record_suppressed(s: Session, claim: Claim, reasons: Mapping[int, str]) -> None:
    """These rows may not be told any more; the reason of each stays with it."""
    states = [str(NotificationStatus.SUPPRESSED)] * len(reasons)
    dues: list[datetime | None] = [None] * len(reasons)
    rows = {**_tries(claim, reasons), "states": states, "reasons": list(reasons.values()), "dues": dues}
    _tell(s, s.execute(sql.NOT_SENT, {**rows, "outcome": "suppressed", "at": moment(s)}).all())


def record_failure(s: Session, claim: Claim, ids: Iterable[int], reason: str, *, permanent: bool) -> None:
    """Queue the rows again for later, or fail them for good: at once, or after the last try."""
    at = moment(s)
    wanted = list(ids)
    before = {row.id: row.base for row in s.execute(sql.TRIED_BEFORE, {"ids": wanted})}
    states: list[str] = []
    dues: list[datetime | None] = []
    for row_id in wanted:
        tries = claim.tries[row_id] - before.get(row_id, 0)
        final = permanent or tries >= MAX_TRIES
        states.append(str(NotificationStatus.FAILED if final else NotificationStatus.QUEUED))
        dues.append(None if final else at + timedelta(seconds=pause_seconds(tries)))
    rows = {**_tries(claim, wanted), "states": states, "reasons": [reason] * len(wanted), "dues": dues}
    outcome = "permanent" if permanent else "temporary"
    _tell(s, s.execute(sql.NOT_SENT, {**rows, "outcome": outcome, "at": at}).all())


def pause_seconds(tries: int) -> float:
    """How long to wait after so many tries: half a minute, doubled each time, spread by a fifth."""
    return FIRST_PAUSE_SECONDS * 2 ** (tries - 1) * random.uniform(0.8, 1.2)  # noqa: S311


def _tries(claim: Claim, ids: Iterable[int]) -> dict[str, list[Any]]:
    wanted = list(ids)
    return {"ids": wanted, "tries": [claim.tries[row_id] for row_id in wanted]}


def _tell(s: Session, changed: Sequence[Any]) -> None:
    """Stir the pages that show these rows."""
    if not changed:
        return
    topics = [f"ticket_staff:{ticket_id}" for ticket_id in sorted({row.ticket_id for row in changed})]
    # a page of one's own mails hears of those alone: others' tell when somebody wrote what one may not know
    topics += sorted({f"mailbox:{row.recipient_id}" for row in changed if row.recipient_id is not None})
    after_commit(s, lambda: live.publish(["notifications", *topics]))

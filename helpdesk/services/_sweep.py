"""Periodic work on tickets: claim what is due in batches, one at a time per ticket, safe to run twice at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from helpdesk.core.db import transaction
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Source
from helpdesk.models.ticket import tickets
from helpdesk.services import _lock
from helpdesk.services._lock import LockedTicket
from helpdesk.services._record import savepoint

log = logging.getLogger(__name__)

BATCH = 50
_MOST_BATCHES = 40

Act = Callable[[Session, LockedTicket, Actor, datetime], int]


def sweep(due: Callable[[Session, datetime], ColumnElement[bool]], act: Act, now: datetime | None) -> int:
    """Call `act` for every ticket that is `due`, each in a savepoint of its own; return the sum of its results.

    Tickets that somebody else holds are left to the next sweep, so that two sweeps share the work and wait for
    nobody. A ticket whose act fails is logged and keeps no other from its turn. `now` is for tests: the moment by
    which things are due, by default the present one.
    """
    done, seen = 0, list[int]()
    for _ in range(_MOST_BATCHES):
        with transaction() as s:
            moment = now or _lock.moment(s)
            ids = s.scalars(
                select(tickets.c.id)
                .where(due(s, moment), tickets.c.id.not_in(seen))
                .order_by(tickets.c.id)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            ).all()
            system = _lock.system_actor(s, Source.TIMER)
            done += sum(_one(s, ticket_id, act, system, moment) for ticket_id in ids)
        seen += ids
        if len(ids) < BATCH:
            break
    return done


def _one(s: Session, ticket_id: int, act: Act, system: Actor, moment: datetime) -> int:
    try:
        with savepoint(s):
            return act(s, _lock.lock(s, system, ticket_id), system, moment)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        log.exception("sweep: ticket failed", extra={"ticket_id": ticket_id})
        return 0
    except Exception:  # one ticket must not stop the timers of all others; the next sweep tries again
        log.exception("sweep: ticket failed", extra={"ticket_id": ticket_id})
        return 0

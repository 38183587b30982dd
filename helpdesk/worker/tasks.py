"""The tasks:
each calls one service. All may run at any time, twice, and at once; none carries anything but a token.
"""

from __future__ import annotations

import logging
from typing import Any

from celery import Task

from helpdesk.core.errors import Unavailable
from helpdesk.services import attachments, housekeeping, jobs, notifications, sla, spelling
from helpdesk.worker.app import celery

log = logging.getLogger(__name__)


class Sweep(Task):
    """A database that is away for a moment is no fault of the task:
    one line, no stack trace; the next run comes.
    """

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().__call__(*args, **kwargs)
        except Unavailable as error:
            log.warning("%s is put off: %s", self.name, error.message)


@celery.task(name="helpdesk.ping", base=Sweep)
def ping(token: str) -> None:
    """Answer the one who asks whether a worker works."""
    housekeeping.pong(token)


@celery.task(name="helpdesk.heartbeat", base=Sweep)
def heartbeat() -> None:
    """Show that what the clock sends arrives."""
    housekeeping.heartbeat()


@celery.task(name="helpdesk.deliver", base=Sweep)
def deliver() -> None:
    """Send the mails that are due."""
    notifications.deliver_due()


@celery.task(name="helpdesk.sla_steps", base=Sweep)
def sla_steps() -> None:
    """Warn of deadlines that come near, and note those that have passed."""
    sla.sweep_steps()


@celery.task(name="helpdesk.holds", base=Sweep)
def holds() -> None:
    """End the holds whose time is over."""
    sla.sweep_holds()


@celery.task(name="helpdesk.auto_close", base=Sweep)
def auto_close() -> None:
    """Close what was resolved and not objected to for long enough."""
    sla.sweep_auto_close()


@celery.task(name="helpdesk.jobs", base=Sweep)
def work_on_jobs() -> None:
    """Go on with bulk changes, also with those that a killed worker left."""
    jobs.run_due()


@celery.task(name="helpdesk.uploads", base=Sweep)
def uploads() -> None:
    """Remove uploads that no form was sent with, and what killed processes left in the storage."""
    attachments.sweep_uploads()
    attachments.sweep_objects()


@celery.task(name="helpdesk.forget_old", base=Sweep)
def forget_old() -> None:
    """Forget ended sessions, old idempotency keys and old jobs."""
    housekeeping.forget_old()
    jobs.forget_old()


@celery.task(name="helpdesk.learn_words", base=Sweep)
def learn_words() -> None:
    """Take in the words of new tickets, for searches with a slip in them."""
    spelling.learn()

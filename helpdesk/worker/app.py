"""The Celery app: `celery -A helpdesk.worker.app:celery worker` and `… beat`."""

from __future__ import annotations

import gc
import logging
import os
from typing import Any

from celery import Celery
from celery.app.trace import LOG_RECEIVED, LOG_SUCCESS
from celery.signals import celeryd_init, setup_logging

from helpdesk.core.config import get_settings
from helpdesk.core.log import configure_logging

celery = Celery("helpdesk", include=["helpdesk.worker.tasks"])
celery.config_from_object("helpdesk.worker.settings")

# Sweeps run every few seconds: that one was sent, came and went says nothing. What fails is logged.
_ROUTINE = {
    "celery.beat": "Scheduler: Sending due task %s (%s)",
    "celery.worker.strategy": LOG_RECEIVED,
    "celery.app.trace": LOG_SUCCESS,
}


_BEHIND_PEOPLE = 5  # in the terms of nice(2)


@celeryd_init.connect
def _give_way(**_: Any) -> None:
    """Where processors are scarce, pages and answers come first: a mail may be a second later."""
    os.nice(_BEHIND_PEOPLE)
    gc.freeze()  # what is loaded by now is shared with the processes for tasks, and stays so


@setup_logging.connect
def _log_as_everywhere(**_: Any) -> None:
    """Celery would install handlers of its own, which print task arguments and the broker's address."""
    configure_logging(get_settings())
    for name in _ROUTINE:
        logging.getLogger(name).addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    return record.msg != _ROUTINE[record.name]

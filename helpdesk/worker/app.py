"""The Celery app: `celery -A helpdesk.worker.app:celery worker` and `… beat`."""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.signals import setup_logging

from helpdesk.core.config import get_settings
from helpdesk.core.log import configure_logging

celery = Celery("helpdesk", include=["helpdesk.worker.tasks"])
celery.config_from_object("helpdesk.worker.settings")


@setup_logging.connect
def _log_as_everywhere(**_: Any) -> None:
    """Celery would install handlers of its own, which print task arguments and the broker's address."""
    configure_logging(get_settings())

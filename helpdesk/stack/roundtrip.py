"""Whether a job goes all the way: to the broker, through a worker, and back.

As a program (`python -m helpdesk.stack.roundtrip`) it waits up to a minute and ends with 0 or 1, so that the
supervisor itself need not load the application.
"""

import sys
import uuid
from typing import Any, cast

from helpdesk.core.config import get_settings
from helpdesk.stack.process import wait_for
from helpdesk.stack.valkey import client

_TASK = "helpdesk.ping"
_WAIT_S = 60


def round_trip(timeout_s: float = _WAIT_S) -> bool:
    """Send a ping task; True once a worker has answered it, False when none does in `timeout_s` seconds."""
    from helpdesk.worker import app

    token = uuid.uuid4().hex
    cast("Any", app.celery).send_task(_TASK, args=[token])  # celery has no types
    with client(get_settings().live_url) as live:
        return wait_for(lambda: bool(live.delete(f"hd:pong:{token}")), timeout_s, pause_s=0.05)


if __name__ == "__main__":
    sys.exit(0 if round_trip() else 1)

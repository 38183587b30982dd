"""Celery's settings, and what runs when. Read when the app is first used, not when it is imported."""

from __future__ import annotations

from typing import Any

from helpdesk.core.config import get_settings

broker_url = get_settings().broker_url
broker_transport = "helpdesk.worker.transport:Transport"
task_default_queue = "helpdesk"
timezone = "UTC"

# Nothing but JSON is ever unpacked: whoever can write to the broker must not be able to run code.
task_serializer = "json"
accept_content = ["json"]
task_ignore_result = True

# Every task is a sweep that may run twice, and the clock sends each of them again: a message is a wake-up,
# the rows
# are the truth. A task whose process was killed is therefore not delivered again at once: one that always
# kills its
# process would do so many times a second.
task_acks_late = True
task_reject_on_worker_lost = False
worker_prefetch_multiplier = 1

# A run of mails lasts for up to 15 s, its last mail for 30 s, and its result is worth another 15 s.
task_soft_time_limit = 75
task_time_limit = 90
worker_max_tasks_per_child = 1000
worker_soft_shutdown_timeout = 20

broker_connection_retry_on_startup = True
broker_connection_max_retries = None
# What runs while the broker is away ends in the database: cancelling it would send a mail twice.
worker_cancel_long_running_tasks_on_connection_loss = False
worker_enable_remote_control = False
task_publish_retry = False
broker_transport_options: dict[str, Any] = {
    # above the time limit, else a task would run twice at once
    "visibility_timeout": 240,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 25,
}

beat_max_loop_interval = 5


def _every(seconds: int, task: str) -> dict[str, Any]:
    # a sweep that waited for longer than its interval is followed by a newer one already
    return {"task": task, "schedule": float(seconds), "options": {"expires": max(seconds, 10)}}


beat_schedule: dict[str, Any] = {
    "deliver": _every(5, "helpdesk.deliver"),
    "sla-steps": _every(15, "helpdesk.sla_steps"),
    "holds": _every(15, "helpdesk.holds"),
    "jobs": _every(15, "helpdesk.jobs"),
    "heartbeat": _every(15, "helpdesk.heartbeat"),
    "auto-close": _every(60, "helpdesk.auto_close"),
    "learn-words": _every(120, "helpdesk.learn_words"),
    "uploads": _every(3600, "helpdesk.uploads"),
    "forget-old": _every(3600, "helpdesk.forget_old"),
}

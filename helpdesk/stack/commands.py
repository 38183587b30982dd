"""The commands of web, worker and beat: the supervisor starts them, `helpdesk web` and so on become them."""

import sys
from pathlib import Path

from helpdesk.core.config import Settings
from helpdesk.stack.frontend import serve_environment

WORKER_APP = "helpdesk.worker.app:celery"
WEB_STOP_S = 15
WORKER_STOP_S = 60


def web(host: str, port: int, processes: int) -> list[str]:
    """Return the web server's command: UI, API and websocket on one port."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "asgi", "--factory"),
        *("--host", host, "--port", str(port), "--workers", str(processes)),
        *("--workers-kill-timeout", str(WEB_STOP_S), "--respawn-failed-workers"),
        "helpdesk.helpdesk:app",
    ]


def web_environment(settings: Settings) -> dict[str, str]:
    return serve_environment() | {
        "REFLEX_REDIS_URL": settings.state_url,
        "REFLEX_OPLOCK_ENABLED": "true",
        # each new connection costs the event loop 20 ms: when all pages come back at once, they wait for one of these
        "REFLEX_REDIS_MAX_CONNECTIONS": "64",
    }


def worker(processes: int) -> list[str]:
    """Return the command of a worker with so many processes for tasks."""
    return [
        *(sys.executable, "-m", "celery", "-A", WORKER_APP, "worker", "--pool", "prefork"),
        *("--concurrency", str(processes), "--without-gossip", "--without-mingle", "--loglevel", "INFO"),
    ]


def beat(data: Path) -> list[str]:
    """Return the command of the clock that sends the periodic tasks; its memory is in the data folder."""
    return [
        *(sys.executable, "-m", "celery", "-A", WORKER_APP, "beat"),
        *("--schedule", str(beat_schedule(data)), "--pidfile", "", "--loglevel", "INFO"),
    ]


def beat_schedule(data: Path) -> Path:
    folder = data / "beat"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "schedule"

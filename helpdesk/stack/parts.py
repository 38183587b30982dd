"""What one start of the stack is made of: its parts, and how each of them is asked whether it answers."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import redis

from helpdesk.core.config import PREFIX, Settings
from helpdesk.stack import commands
from helpdesk.stack.folder import DataFolder
from helpdesk.stack.part import Part
from helpdesk.stack.postgres import Cluster
from helpdesk.stack.process import PartFailed, spawn
from helpdesk.stack.valkey import Store, client

_LEAST_WORKERS = 2
_TOKEN = "-".join("?" * length for length in (8, 4, 4, 4, 12))
# what Reflex keeps in Valkey of sockets, and of states that a process holds
_OF_A_PROCESS = ("token_manager_socket_record_*", f"{_TOKEN}_lock", f"{_TOKEN}_lock_waiters")


@dataclass
class Plan:
    """One start: where, and the addresses of the parts as they become known."""

    folder: DataFolder
    host: str
    port: int
    demo: bool
    processes: int
    addresses: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def url(self) -> str:
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def local_url(self) -> str:
        """Where the web process answers on this machine, whatever address it listens on."""
        local = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host)  # noqa: S104 (asked, not bound)
        return f"http://{local}:{self.port}" if local else self.url

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | self.addresses | {"PYTHONUNBUFFERED": "1"}

    def log(self, name: str) -> Path:
        return self.folder.log / f"{name}.log"


def postgres(plan: Plan, cluster: Cluster) -> Part:
    cluster.create()
    port = plan.folder.port("postgres")
    plan.addresses[PREFIX + "DATABASE_URL"] = cluster.url(port)
    return Part(
        name="postgres",
        command=cluster.command(port),
        environment=os.environ,
        log=plan.log("postgres"),
        answers=lambda: cluster.answers(port) and cluster.prepare(port),
        ready_within_s=120,  # recovery after a crash replays the log first
        before_start=cluster.clear_stale_lock,
        stop_signal=signal.SIGINT,
        run_as=cluster.run_as,
    )


def valkey(plan: Plan) -> Part:
    store = Store(plan.folder.path / "valkey")
    port = plan.folder.port("valkey")
    plan.addresses[PREFIX + "REDIS_URL"] = store.url(port)
    return Part(
        name="valkey",
        command=store.command(port),
        environment=os.environ,
        log=plan.log("valkey"),
        answers=lambda: store.answers(port),
        ready_within_s=60,
    )


def web(plan: Plan, settings: Settings) -> Part:
    return Part(
        name="web",
        command=commands.web(plan.host, plan.port, plan.processes),
        environment=plan.environment | commands.web_environment(settings),
        log=plan.log("web"),
        answers=lambda: _serves(plan.local_url + "/ready") and _serves(plan.local_url + "/login"),
        ready_within_s=120,
        before_start=lambda: _forget_sockets(plan, settings),
        stop_within_s=commands.WEB_STOP_S + 5,
    )


def worker(plan: Plan) -> Part:
    return Part(
        name="worker",
        command=commands.worker(max(plan.processes, _LEAST_WORKERS)),
        environment=plan.environment,
        log=plan.log("worker"),
        answers=RoundTrip(plan),
        ready_within_s=120,
        stop_within_s=commands.WORKER_STOP_S,
    )


def beat(plan: Plan) -> Part:
    schedule = commands.beat_schedule(plan.folder.path)
    began = time.time()
    return Part(
        name="beat",
        command=commands.beat(plan.folder.path),
        environment=plan.environment,
        log=plan.log("beat"),
        # beat writes its memory once its schedule is set up; the name's ending depends on the dbm in use
        answers=lambda: any(file.stat().st_mtime >= began for file in schedule.parent.glob("schedule*")),
        ready_within_s=60,
    )


class RoundTrip:
    """Asks the worker by a real job, in a process beside the supervisor."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._trial: subprocess.Popen[bytes] | None = None

    def __call__(self) -> bool:
        if self._trial is None:
            command = [sys.executable, "-m", "helpdesk.stack.roundtrip"]
            self._trial = spawn(command, self._plan.log("roundtrip"), env=self._plan.environment)
        if self._trial.poll() is None:
            return False
        answered = self._trial.returncode == 0
        self._trial = None
        return answered


def _serves(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 (our own address)
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _forget_sockets(plan: Plan, settings: Settings) -> None:
    """Drop what a web process that was killed left: Reflex takes a returning tab for a duplicate and empties it, and
    lets it wait until the lock of its state has run out.

    Only while no web process uses this state: of one that is not ours, other machines may have some.
    """
    if PREFIX + "REDIS_URL" not in plan.addresses:
        return
    try:
        with client(settings.state_url) as state:
            for pattern in _OF_A_PROCESS:
                if keys := list(state.scan_iter(pattern, count=1000)):
                    state.delete(*keys)
    except redis.RedisError as error:
        raise PartFailed(f"the state store does not answer: {error}") from None

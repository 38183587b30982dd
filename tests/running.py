"""The whole product in a data folder of its own: `helpdesk up`, as a person starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from helpdesk.core.config import PREFIX
from helpdesk.stack.folder import DataFolder
from helpdesk.stack.network import free_port
from helpdesk.stack.process import identity, tail, wait_for
from tests.conftest import database_url

PARTS = ("postgres", "valkey", "web", "worker", "beat")
_READY_S = 420  # with a front end to build on a slow machine


class RunningStack:
    """A started stack; `url` is where its web process answers."""

    def __init__(self, path: Path) -> None:
        self.folder = DataFolder(path)
        self.log = path / "up.log"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        environment = os.environ | {PREFIX + "DATA": str(path), PREFIX + "PUBLIC_URL": self.url}
        for name in ("DATABASE_URL", "REDIS_URL", "SMTP_URL"):
            environment.pop(PREFIX + name, None)
        self.environment = environment
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "helpdesk", "up", "--port", str(port)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if (
            not wait_for(lambda: self.process.poll() is not None or self.ready, _READY_S, 0.2)
            or not self.ready
        ):
            self.stop()
            raise AssertionError(f"the stack did not get ready:\n{tail(self.log, 60)}")

    @property
    def ready(self) -> bool:
        return f"READY {self.url}" in self.log.read_text(errors="replace")

    @property
    def mailbox_folder(self) -> Path:
        return self.folder.path / "mailbox"

    def pid(self, part: str) -> int | None:
        with suppress(FileNotFoundError, ValueError):
            return int((self.folder.run / f"{part}.pid").read_text())
        return None

    def kill(self, part: str) -> None:
        """`kill -9`, and wait until it is dead."""
        pid = self.pid(part)
        assert pid is not None, f"{part} is not running"
        known = identity(pid)
        os.kill(pid, signal.SIGKILL)
        assert wait_for(lambda: identity(pid) != known or self.pid(part) != pid, 10)

    def all_parts_run(self) -> bool:
        pids = [self.pid(part) for part in PARTS]
        return all(pid is not None and identity(pid) is not None for pid in pids)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a `helpdesk` command on this stack's data folder."""
        return subprocess.run(
            [sys.executable, "-m", "helpdesk", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    @contextmanager
    def database(self) -> Iterator[None]:
        """Point the package, in this process, at the stack's database."""
        with database_url(self.folder.addresses()[PREFIX + "DATABASE_URL"]):
            yield

    def stop(self) -> float:
        """Stop it as Ctrl-C does; return the seconds it took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        return time.monotonic() - began

"""A real `helpdesk up` in a process of its own, for tests."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from helpdesk.stack.process import identity, wait_for

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("postgres", "valkey", "web", "worker", "beat")


_OURS = ("HELPDESK_", "REFLEX_", "__REFLEX_")


def environment(**settings: str) -> dict[str, str]:
    """The environment without this process's settings, nor its framework's, but with the given `HELPDESK_*` ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return kept | {f"HELPDESK_{name.upper()}": value for name, value in settings.items()}


class Running:
    """A started stack and what it prints."""

    def __init__(self, data: Path, *arguments: str, **settings: str) -> None:
        self.data = data
        self._settings = settings
        self.lines: list[str] = []
        self._fresh: queue.Queue[str | None] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "helpdesk", "up", "--data", str(data), *arguments],
            cwd=ROOT,
            env=environment(**settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                self._fresh.put(line.rstrip("\n"))
        self._fresh.put(None)

    def wait_for_line(self, beginning: str, timeout_s: float) -> str:
        """Return the next printed line that begins so."""
        limit = time.monotonic() + timeout_s
        while (left := limit - time.monotonic()) > 0:
            try:
                line = self._fresh.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                break
            self.lines.append(line)
            if line.startswith(beginning):
                return line
        raise AssertionError(f"no line {beginning!r} in {timeout_s} s:\n" + "\n".join(self.lines))

    def ready(self, timeout_s: float = 240) -> str:
        """Wait until it is ready; return the address."""
        self.url = self.wait_for_line("READY ", timeout_s).removeprefix("READY ")
        return self.url

    def pid(self, part: str) -> int | None:
        """The process number in the part's file, if that process lives."""
        try:
            pid = int((self.data / "run" / f"{part}.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None
        return pid if identity(pid) else None

    def kill(self, *parts: str) -> None:
        """`kill -9`, and wait until another process stands in each part's place."""
        before = {part: self.pid(part) for part in parts}
        for pid in before.values():
            assert pid
            os.kill(pid, signal.SIGKILL)
        assert wait_for(lambda: all(self.pid(part) not in (None, before[part]) for part in parts), 30)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/ready", timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another `helpdesk` command on the same data folder."""
        return helpdesk(*arguments, "--data", str(self.data), **self._settings)

    def stop(self, sig: int = signal.SIGTERM) -> int:
        """Send the signal, wait for the end, return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(sig)
        return self.process.wait(90)


def helpdesk(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "helpdesk", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

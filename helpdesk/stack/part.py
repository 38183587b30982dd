"""One supervised process."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helpdesk.core.config import PROJECT
from helpdesk.stack.process import PartFailed, RunAs, end, spawn, tail

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 10  # with the start itself still well under the minute after which all has to be back
_STEADY_S = 30
_LOG_BYTES = 20 * 1024 * 1024


def _nothing() -> None:
    pass


@dataclass
class Part:
    """A program, how to know that it answers, and how to end it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    answers: Callable[[], bool]
    ready_within_s: float
    before_start: Callable[[], None] = _nothing
    stop_signal: int = signal.SIGTERM
    stop_within_s: float = 20
    run_as: RunAs = field(default_factory=RunAs)
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0
    postpone_s: float = field(default=_FIRST_PAUSE_S, init=False)
    _start_at: float = field(default=0, init=False)

    def start(self) -> int:
        """Start the program; return its process number."""
        self.before_start()
        self.process = spawn(
            self.command,
            self.log,
            env=self.environment,
            cwd=PROJECT,
            run_as=self.run_as,
            death_signal=self.stop_signal,
        )
        self.started = time.monotonic()
        return self.process.pid

    def stop(self) -> None:
        if self.process:
            end(self.process, self.stop_signal, self.stop_within_s)

    def died(self) -> bool:
        """Whether the process has ended since it was started; True once."""
        if self.process is None or self.process.poll() is None:
            return False
        end(self.process)  # what its children are still doing
        if time.monotonic() - self.started > _STEADY_S:
            self.postpone_s = _FIRST_PAUSE_S
        self.postpone()
        return True

    def postpone(self) -> None:
        """Wait before the next start, twice as long each time."""
        self._start_at = time.monotonic() + self.postpone_s
        self.postpone_s = min(self.postpone_s * 2, _LONGEST_PAUSE_S)

    def exit_text(self) -> str:
        code = self.process.returncode if self.process else 0
        return f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"

    def due(self) -> bool:
        """Whether a part that died has waited long enough to be started again."""
        return self.process is None and time.monotonic() >= self._start_at

    def failure(self, why: str) -> PartFailed:
        return PartFailed(f"{self.name}: {why}; the end of {self.log}:\n{tail(self.log)}")

    def rotate_log(self) -> None:
        """Keep one earlier log of bounded size; programs append, so an emptied file goes on at its start."""
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.with_suffix(".log.1").write_bytes(self.log.read_bytes())
            with self.log.open("r+b") as file:
                file.truncate()

"""Starts parts, waits until they answer, starts them again when they die, stops them."""

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType

from helpdesk.stack.folder import DataFolder
from helpdesk.stack.part import Part
from helpdesk.stack.process import PartFailed, adopt_orphans, children, end_stranger, kill_group, reap_orphans
from helpdesk.stack.pulse import Pulse

_WATCH_S = 0.2
_LOGS_S = 60
_LEFTOVER_GRACE_S = 15


class Stopped(BaseException):
    """The supervisor was told to stop: Ctrl-C, SIGTERM, or its terminal is gone."""


def stop_on_signals() -> None:
    """Raise `Stopped` on the first signal; later ones must not cut the orderly stop short."""

    def stop(number: int, _frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(signal.Signals(number).name)

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # nohup ignores the end of the terminal
        if each is not signal.SIGHUP or signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, stop)


class Supervisor:
    """The parts of one data folder, in the order in which they are started."""

    def __init__(self, folder: DataFolder, say: Callable[[str], None]) -> None:
        self.folder = folder
        self.say = say
        self.parts: list[Part] = []
        self.pulse: Pulse | None = None
        """Set once there is periodic work whose silence means that it hangs."""
        self._not_ours = children()
        adopt_orphans()

    def end_leftovers(self) -> None:
        """End what a supervisor that was killed has left running; a reused process number is left alone."""
        for name, (pid, started) in reversed(self.folder.parts().items()):
            sig = signal.SIGINT if name == "postgres" else signal.SIGTERM
            if end_stranger(pid, started, sig, _LEFTOVER_GRACE_S):
                self.say(f"{name}: ended process {pid}, left by an earlier start")
            self.folder.forget_part(name)

    def start(self, *parts: Part) -> None:
        """Start the parts without waiting for them."""
        for part in parts:
            self.parts.append(part)
            self.folder.note_part(part.name, part.start())

    def wait(self, *parts: Part) -> None:
        """Wait until the parts answer. Raises PartFailed, with the end of the log, when one does not."""
        waiting, began = list(parts), time.monotonic()
        while waiting:
            for part in list(waiting):
                self._must_live(part)
                if part.answers():
                    waiting.remove(part)
                    self.say(f"{part.name}: ready after {time.monotonic() - part.started:.1f} s")
                elif time.monotonic() - began > part.ready_within_s:
                    raise part.failure(f"does not answer after {part.ready_within_s:.0f} s")
            time.sleep(0.05)

    def check(self) -> None:
        """Raise PartFailed if a part has ended, during the start where that is a failure."""
        for part in self.parts:
            self._must_live(part)

    def _must_live(self, part: Part) -> None:
        if part.process and part.process.poll() is not None:
            raise part.failure(part.exit_text())

    def watch(self) -> None:
        """Start again what dies, with a growing pause, until a signal ends it with `Stopped`."""
        logs_at = 0.0
        while True:
            for part in self.parts:
                if part.died():
                    self._bury(part)
                if part.due():
                    self._start_again(part)
            if self.pulse and not self.pulse.still_beats():
                self._end_silent(self.pulse)
            if time.monotonic() > logs_at:
                logs_at = time.monotonic() + _LOGS_S
                for part in self.parts:
                    part.rotate_log()
            time.sleep(_WATCH_S)

    def _end_silent(self, pulse: Pulse) -> None:
        """End worker and beat, which are started again as anything that ends: one of them hangs."""
        pulse.forget()
        for part in self.parts:
            if part.name in ("worker", "beat") and part.process:
                self.say(f"{part.name}: periodic work has stopped; ended process {part.process.pid}")
                kill_group(part.process.pid)

    def _start_again(self, part: Part) -> None:
        try:
            pid = part.start()
        except (PartFailed, OSError) as error:
            part.postpone()
            self.say(f"{part.name}: not started yet: {error}")
        else:
            self.folder.note_part(part.name, pid)
            self.say(f"{part.name}: started again, process {pid}")

    def _bury(self, part: Part) -> None:
        self.say(f"{part.name}: {part.exit_text()}")
        part.process = None
        self.folder.forget_part(part.name)
        reap_orphans(self._not_ours | {other.process.pid for other in self.parts if other.process})

    def stop(self) -> None:
        """Stop everything, the last started first."""
        for group in _stop_order(self.parts):
            for part in group:
                if part.process and part.process.poll() is None:
                    part.process.send_signal(part.stop_signal)
            for part in group:
                part.stop()
                self.folder.forget_part(part.name)
        reap_orphans(self._not_ours)


def _stop_order(parts: Sequence[Part]) -> list[list[Part]]:
    """Those that use the database and the broker together and first, then these."""
    servers = [part for part in parts if part.name in ("postgres", "valkey")]
    return [[part for part in reversed(parts) if part not in servers], servers]


def say(text: str) -> None:
    """Print one line of progress at once, also into a pipe; nobody listening is no reason to stop."""
    with contextlib.suppress(BrokenPipeError):
        print(text, file=sys.stdout, flush=True)

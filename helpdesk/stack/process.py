"""Child processes: start, recognise again, end with everything they started."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LAUNCHER = Path(__file__).with_name("launch.py")
_PR_SET_CHILD_SUBREAPER = 36
_POLL_S = 0.02


class PartFailed(Exception):
    """A part of the stack did not come up; the text says which, why, and what its log says."""


@dataclass(frozen=True)
class RunAs:
    """How a program that refuses root is run for root; the default changes nothing."""

    own_namespace: bool = False
    user: tuple[int, int] | None = None

    def options(self) -> list[str]:
        if self.user:
            return ["--user", str(self.user[0]), str(self.user[1])]
        return ["--own-namespace"] if self.own_namespace else []


def wrap(argv: Sequence[str], run_as: RunAs = RunAs(), death_signal: int = signal.SIGTERM) -> list[str]:
    """Return the command that becomes `argv` after the launcher's work (see `launch.py`)."""
    launcher = [sys.executable, "-I", "-S", str(_LAUNCHER), "--parent", str(os.getpid())]
    return [*launcher, "--death-signal", str(int(death_signal)), *run_as.options(), "--", *argv]


def spawn(
    argv: Sequence[str],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    run_as: RunAs = RunAs(),
    death_signal: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `argv` in a process group of its own, its output appended to `log`.

    Must be called on the main thread: Linux ends the child (by `death_signal`) when the calling thread ends.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            wrap(argv, run_as, death_signal),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            start_new_session=True,
        )


def end(process: subprocess.Popen[bytes], sig: int = signal.SIGTERM, grace_s: float = 20) -> None:
    """Ask the process to stop, wait up to `grace_s` seconds, then kill what is left of its group."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(sig)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace_s)
    kill_group(process.pid)
    process.wait()


def kill_group(pid: int) -> None:
    """Kill the process group that the part `pid` leads: its own children outlive a leader killed by -9."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def identity(pid: int) -> str | None:
    """Return what tells a process from a later one of the same number (its start); None: it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except FileNotFoundError:
        if sys.platform == "linux":
            return None
        state, _, started = _ps(pid, "stat=,lstart=").partition(" ")
        return None if not started or state.startswith("Z") else started.strip()
    except (ProcessLookupError, PermissionError):
        return None
    return None if fields[0] == "Z" else f"{boot}/{pid}/{fields[19]}"


def command_line(pid: int) -> str:
    """Return the process's program and arguments in one line; empty when it is gone or not ours to read."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "" if sys.platform == "linux" else _ps(pid, "args=")


def _ps(pid: int, columns: str) -> str:
    """Ask where there is no /proc (slim images of Linux have no ps)."""
    command = ["ps", "-ww", "-o", columns, "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def end_stranger(pid: int, known: str, sig: int, grace_s: float) -> bool:
    """End a process that another supervisor started, if it is still the one whose identity was recorded."""
    if identity(pid) != known:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sig)
    if not wait_for(lambda: identity(pid) != known, grace_s):
        kill_group(pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: identity(pid) != known, grace_s)
    kill_group(pid)
    return True


def adopt_orphans() -> None:
    """From now on (Linux) descendants whose parent dies become children of this one; see `reap_orphans`."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_orphans(known: set[int]) -> None:
    """Kill adopted descendants and collect the dead ones; `known` are the children to leave alone."""
    if sys.platform != "linux":
        return
    for pid in children() - known:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def children() -> set[int]:
    """Return the numbers of this process's children (Linux; elsewhere none)."""
    try:
        threads = list(Path("/proc/self/task").iterdir())
        return {int(child) for thread in threads for child in (thread / "children").read_text().split()}
    except FileNotFoundError:
        return set()


def wait_for(done: Callable[[], bool], timeout_s: float, pause_s: float = _POLL_S) -> bool:
    """Poll `done` until it is true (True) or `timeout_s` seconds have passed (False)."""
    limit = time.monotonic() + timeout_s
    while not done():
        if time.monotonic() > limit:
            return False
        time.sleep(pause_s)
    return True


def tail(log: Path, lines: int = 20) -> str:
    """Return the last lines of a log file, indented for a message."""
    try:
        size = log.stat().st_size
        with log.open("rb") as file:
            file.seek(max(0, size - 16_384))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join("    " + line for line in text.splitlines()[-lines:])

"""Finding, killing and stopping the processes of a running stack."""

from __future__ import annotations

import contextlib
import os
import random
import signal
from dataclasses import dataclass, field
from pathlib import Path

from helpdesk.stack.process import command_line, identity, wait_for
from tests.stack.running import PARTS, Running

# how often each is chosen: those that take long to come back less often, so that more happens in the same time
VICTIMS = {
    "worker": 3, "worker child": 4, "beat": 2, "valkey": 3,
    "postgres": 2, "postgres backend": 4, "web": 1, "web child": 1,
}  # fmt: skip


@dataclass
class Parts:
    """The processes of one stack; `stopped` are those that `stop` froze and `thaw` lets go on."""

    product: Running
    stopped: dict[int, str] = field(default_factory=dict[int, str])

    def find(self, victim: str, choice: random.Random) -> int | None:
        """The process number of a part, or of one of its children; None while there is none."""
        part, _, child = victim.partition(" ")
        pid = self.product.pid(part)
        if pid is None or not child:
            return pid
        wanted = _is_backend if child == "backend" else _is_any
        found = sorted(one for one in children(pid) if wanted(one))
        return choice.choice(found) if found else None

    def send(self, victim: str, number: int, choice: random.Random, within_s: float = 15) -> int | None:
        """Signal a victim as soon as there is one; its process number, or None where none came in time."""
        found: list[int] = []

        def sent() -> bool:
            pid = self.find(victim, choice)
            if pid is None:
                return False
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
                found.append(pid)
            return bool(found)

        return found[0] if wait_for(sent, within_s, 0.05) else None

    def kill(self, victim: str, choice: random.Random) -> int | None:
        return self.send(victim, signal.SIGKILL, choice)

    def stop(self, victim: str, choice: random.Random) -> int | None:
        """Freeze a victim until `thaw`."""
        pid = self.send(victim, signal.SIGSTOP, choice)
        if pid is not None:
            self.stopped[pid] = identity(pid) or ""
        return pid

    def freeze(self, pid: int) -> None:
        """The same for a process of which the number is known."""
        os.kill(pid, signal.SIGSTOP)
        self.stopped[pid] = identity(pid) or ""

    def thaw(self, pid: int | None = None) -> None:
        """Let go on what was frozen, all or one."""
        for one in list(self.stopped) if pid is None else [pid]:
            if self.stopped.pop(one, None) == identity(one):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one, signal.SIGCONT)

    def kill_sender(self, port: int) -> None:
        """Kill the worker's child that holds the local TCP port: it is sending a mail from there."""
        worker = self.product.pid("worker")
        inode = _socket_of(port)
        for child in children(worker) if worker else ():
            if inode and inode in _sockets(child):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)

    def all_there(self) -> bool:
        """Each part runs and the product says that it is ready."""
        return all(self.product.pid(part) for part in PARTS) and self.product.answers()


def children(pid: int) -> list[int]:
    """The numbers of a process's children."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:
        return []


def _is_any(_pid: int) -> bool:
    return True


def _is_backend(pid: int) -> bool:
    return command_line(pid).startswith("postgres: helpdesk helpdesk")


def _socket_of(port: int) -> str:
    """The kernel's name of the socket whose local port this is."""
    wanted = f"0100007F:{port:04X}"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1] == wanted:
            return f"socket:[{fields[9]}]"
    return ""


def _sockets(pid: int) -> set[str]:
    found = set[str]()
    with contextlib.suppress(OSError):
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(str(handle.readlink()))
    return found

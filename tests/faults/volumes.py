"""Small volumes that can be filled, made read-only and taken away: in a mount namespace, without any right."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

_INSIDE = "HELPDESK_CHAOS_NAMESPACE"
_FILLER = ".filler"


def enter_namespace(module: str, arguments: Sequence[str]) -> bool:
    """Become the same program in a mount namespace of its own, where it is True; False: this machine allows none."""
    if os.environ.pop(_INSIDE, None):
        return True
    command = ["unshare", "--user", "--map-root-user", "--mount"]
    trial = [*command, "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]
    try:
        if subprocess.run(trial, capture_output=True, check=False).returncode != 0:
            return False
    except FileNotFoundError:
        return False
    os.environ[_INSIDE] = "1"
    return os.execvp(command[0], [*command, sys.executable, "-m", module, *arguments])


class Volume:
    """A folder on a volume of its own."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        _mount("-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "tmpfs", str(folder))

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """Not a byte is left on it."""
        filler = self.folder / _FILLER
        block = bytes(64 * 1024)
        try:
            with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(block)
            yield
        finally:
            filler.unlink(missing_ok=True)

    @contextlib.contextmanager
    def gone(self) -> Iterator[None]:
        """In its place lies an empty folder that nobody can write to."""
        _mount("-t", "tmpfs", "-o", "ro,size=64k", "tmpfs", str(self.folder))
        try:
            yield
        finally:
            self.remove()

    def remove(self) -> None:
        """Take the uppermost volume from the folder; lazily, as somebody may still be looking into it."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)

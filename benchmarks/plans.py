"""`python -m benchmarks.plans [--only WORD] [--full] URL`: what each read costs inside the database.

The statements of each request are run once more as EXPLAIN (ANALYZE, BUFFERS) in the request's own transaction. The
table adds them up: how many statements, pages of 8 kB that they touched, milliseconds; the one that touched most is
named by what it does. `--full` prints its plan.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine


@dataclass(slots=True)
class Cost:
    statements: int = 0
    pages: int = 0
    milliseconds: float = 0.0
    worst: tuple[int, str, str] = (0, "", "")

    def add(self, statement: str, plan: list[str]) -> None:
        whole = "\n".join(plan)
        pages = sum(map(int, re.findall(r"(?:hit|read)=(\d+)", _buffers(plan))))
        self.statements += 1
        self.pages += pages
        self.milliseconds += float(re.findall(r"Execution Time: ([\d.]+)", whole)[-1])
        name = plan[0].split("  (")[0].strip() + " of " + _table(statement)
        self.worst = max(self.worst, (pages, name, whole))


def _buffers(plan: list[str]) -> str:
    """The first line of buffers is that of the whole plan."""
    return next((line for line in plan if "Buffers: shared" in line), "")


def _table(statement: str) -> str:
    found = re.search(r"FROM\s+\(?(\w+)", statement)
    return found[1] if found else "?"


@contextmanager
def explained(engine: Engine) -> Iterator[Cost]:
    """Explain each SELECT that runs meanwhile."""
    cost = Cost()

    def explain(connection: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.lstrip().startswith(("SELECT", "WITH")) or "set_config" in statement:
            return
        with connection.connection.cursor() as own:
            own.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", parameters)
            cost.add(statement, [row[0] for row in own.fetchall()])

    event.listen(engine, "after_cursor_execute", explain)
    try:
        yield cost
    finally:
        event.remove(engine, "after_cursor_execute", explain)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plans", description=__doc__)
    parser.add_argument("url", metavar="URL")
    parser.add_argument("--only", default="")
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    os.environ |= {"HELPDESK_DATABASE_URL": options.url, "HELPDESK_RATE_LIMITS": "off"}

    from fastapi.testclient import TestClient

    from benchmarks.cases import cases
    from helpdesk.api import create_api
    from helpdesk.core.config import get_settings
    from helpdesk.core.db import engine

    client, tokens = TestClient(create_api(), base_url=get_settings().public_url), dict[str, str]()
    print("| read | rows | statements | pages | ms | most of it |\n| --- | ---: | ---: | ---: | ---: | --- |")
    for case in cases(options.url):
        if options.only not in case.name:
            continue
        if case.who not in tokens:
            asked = {"email": f"{case.who}@example.com", "password": get_settings().demo_password}
            tokens[case.who] = client.post("/api/v1/auth/login", json=asked).json()["access_token"]
        params = dict(case.params)
        headers = {"Authorization": f"Bearer {tokens[case.who]}"}
        if case.deep:
            far = client.get(case.path, params=params | {"page": 100, "page_size": 100}, headers=headers)
            params["cursor"] = far.json()["next_cursor"]
        client.get(case.path, params=params, headers=headers)
        with explained(engine()) as cost:
            answer = client.get(case.path, params=params, headers=headers).json()
        rows = len(answer.get("items", ())) or 1
        print(
            f"| {case.name} | {rows} | {cost.statements} | {cost.pages:,} | {cost.milliseconds:.1f}"
            f" | {cost.worst[1]}, {cost.worst[0]:,} |",
            flush=True,
        )
        if options.full:
            print(f"\n```text\n{cost.worst[2]}\n```\n")


if __name__ == "__main__":
    main()

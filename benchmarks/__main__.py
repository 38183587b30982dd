"""`python -m benchmarks [--rounds N] [--only WORD] URL [URL …]`: times over HTTP, a column for each database."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg

from benchmarks.cases import Case, cases
from helpdesk.core.config import get_settings
from helpdesk.stack import start_valkey
from helpdesk.stack.network import free_port

WARM_UP = 3
_READY_S = 120


@contextmanager
def web(url: str) -> Iterator[str]:
    """A web process over the database, with a Valkey of its own; its address."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-bench-") as folder:
        valkey = start_valkey(Path(folder) / "valkey")
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        settings = {"DATABASE_URL": url, "REDIS_URL": valkey.url, "PUBLIC_URL": address, "DATA": folder}
        settings |= {"ENV": "development", "RATE_LIMITS": "off"}
        process = subprocess.Popen(
            [sys.executable, "-m", "helpdesk", "web", "--port", str(port)],
            env=os.environ | {f"HELPDESK_{name}": value for name, value in settings.items()},
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait(address, process)
            yield address
        finally:
            process.terminate()
            process.wait()
            valkey.stop()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _READY_S
    while process.poll() is None and time.monotonic() < end:
        try:
            if httpx.get(f"{address}/ready").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit("the web process does not answer")


class Callers:
    """The people of the demo company, signed in once each."""

    def __init__(self, address: str, password: str) -> None:
        self.address, self.password = address, password
        self._clients: dict[str, httpx.Client] = {}

    def __getitem__(self, who: str) -> httpx.Client:
        if who not in self._clients:
            client = httpx.Client(base_url=self.address, timeout=60)
            asked = {"email": f"{who}@example.com", "password": self.password}
            answer = client.post("/api/v1/auth/login", json=asked).raise_for_status().json()
            client.headers["Authorization"] = f"Bearer {answer['access_token']}"
            self._clients[who] = client
        return self._clients[who]


def measure(client: httpx.Client, case: Case, rounds: int) -> list[float]:
    """Milliseconds of each request, after a few that don't count."""
    params = dict(case.params)
    if case.deep:
        far = client.get(case.path, params=params | {"page": 100, "page_size": 100}).raise_for_status()
        params["cursor"] = far.json()["next_cursor"]
        if params["cursor"] is None:  # there is no row 10,000
            return []
    times: list[float] = []
    for _ in range(WARM_UP + rounds):
        start = time.perf_counter()
        client.get(case.path, params=params).raise_for_status()
        times.append((time.perf_counter() - start) * 1000)
    return times[WARM_UP:]


def _cell(times: list[float]) -> str:
    if not times:
        return "–"
    p95 = statistics.quantiles(times, n=20, method="inclusive")[18]
    return f"{statistics.median(times):.1f} / {p95:.1f}"


def _column(url: str, options: argparse.Namespace) -> tuple[str, dict[str, str]]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute("SELECT count(*) FROM tickets").fetchone()
    found: dict[str, str] = {}
    with web(url) as address:
        callers = Callers(address, options.password)
        for case in cases(url):
            if options.only in case.name and options.but not in case.name:
                found[case.name] = _cell(measure(callers[case.who], case, options.rounds))
                print(f"  {case.name}: {found[case.name]}", file=sys.stderr, flush=True)
    return f"{row[0] if row else 0:,} tickets", found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "urls", nargs="+", metavar="URL", help="a database with the people of the demo company"
    )
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--only", default="", help="the reads whose name has this")
    parser.add_argument("--but", default="\0", help="not those whose name has this")
    parser.add_argument("--password", default=get_settings().demo_password)
    options = parser.parse_args()
    columns = [_column(url, options) for url in options.urls]
    print(f"| p50 / p95 in ms | {' | '.join(name for name, _ in columns)} |")
    print("| --- |" + " ---: |" * len(columns))
    for name in dict.fromkeys(name for _, found in columns for name in found):
        print(f"| {name} | {' | '.join(found.get(name, '–') for _, found in columns)} |")


main()

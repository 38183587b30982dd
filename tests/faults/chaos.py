"""`make chaos`: hundreds of random kills and other faults under load, and the ledger after each round.

    make chaos ROUNDS=25 SEED=7

All choices follow from the seed; when things happen does not, so a seed repeats what was done, not each race. Ends
with 1 where something was lost, doubled without reason, or took over a minute to come back.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

os.environ |= {
    "HELPDESK_SECRET_KEY": "f3Jq8-tests-only-Zr61xW0pLk_u7VbNcYh25TgE",
    "HELPDESK_BCRYPT_COST": "4",
}

from helpdesk.core import config
from helpdesk.domain.enums import Role
from helpdesk.services import integrity
from helpdesk.stack.folder import DataFolder
from helpdesk.stack.network import free_port
from helpdesk.stack.process import wait_for
from tests.factories import make_group, make_user
from tests.faults import ledger, sink
from tests.faults.parts import VICTIMS, Parts
from tests.faults.users import Caller, Load, Tally, User
from tests.faults.volumes import Volume, enter_namespace
from tests.stack.running import Running

RECOVERED_S = 60.0
ADDRESS = "chaos@example.com"
_USERS, _AGENTS, _THINK_S = 20, 2, 6.0
_SPAN_S = 12.0
_CHECK_ALL_EVERY = 8
_VOLUMES = {"files": 8, "valkey": 24, "postgres": 700}


class Failed(Exception):
    """Something did not hold."""


@dataclass
class Report:
    """What was done, and what came of it."""

    rounds: int = 0
    kills: Counter[str] = field(default_factory=Counter[str])
    stops: Counter[str] = field(default_factory=Counter[str])
    others: Counter[str] = field(default_factory=Counter[str])
    slowest_ready_s: float = 0
    slowest_drained_s: float = 0
    problems: list[str] = field(default_factory=list[str])


class Chaos:
    """A running product, its users, its mail server, and everything that can happen to them."""

    def __init__(self, data: Path, seed: str, within_s: float, volumes: bool) -> None:
        self.seed, self.data, self.within_s = seed, data, within_s
        self.sink = sink.Sink()
        self.report, self.tally = Report(), Tally()
        self.volumes = {name: Volume(data / name, size) for name, size in _VOLUMES.items()} if volumes else {}
        self.product = Running(
            data,
            *("--port", f"{free_port()}"),
            secret_key=os.environ["HELPDESK_SECRET_KEY"],
            bcrypt_cost="4",
            smtp_url=self.sink.url,
        )
        self.parts = Parts(self.product)
        self.sink.on_taken = self._kill_sender

    def prepare(self) -> None:
        """Wait for the product, make its people, and let them begin."""
        self.product.ready(420)
        os.environ |= DataFolder(self.data).addresses() | {"HELPDESK_DATA": str(self.data)}
        config.reset_settings()
        self.group = make_group("Chaos", queue_email=ADDRESS)
        agents = [make_user(Role.AGENT, group_ids=[self.group]) for _ in range(_AGENTS)]
        clients = [make_user(Role.CLIENT) for _ in range(_USERS)]
        staff = [self._caller(agent) for agent in agents]
        self.users = [
            User(
                f"{self.seed}/{number}",
                self._caller(client),
                staff,
                self.group,
                ADDRESS,
            )
            for number, client in enumerate(clients)
        ]
        self.load = Load(self.users, self.tally, _THINK_S)

    def _caller(self, person) -> Caller:
        return Caller(self.product.url, person, self.tally)

    # ---- a round -------------------------------------------------------------------------------------------

    def round(self, number: int) -> None:
        """Faults under load, then everything back, then the ledger. Raises Failed."""
        choice = random.Random(f"{self.seed}/round/{number}")
        self.load.go()
        with self._surroundings(choice):
            for victim, how, after in self._plan(choice):
                time.sleep(after)
                self._hurt(victim, how, choice)
        self.parts.thaw()
        hurt = time.monotonic()
        if not wait_for(self.parts.all_there, self.within_s, 0.1):
            raise Failed(f"not ready again after {self.within_s:g} s")
        ready = time.monotonic()
        if not self.load.rest(self.within_s):
            raise Failed(f"a caller had no answer {self.within_s:g} s after the parts were back")
        drained = self._drain(hurt)
        self.report.rounds += 1
        self.report.slowest_ready_s = max(self.report.slowest_ready_s, ready - hurt)
        self.report.slowest_drained_s = max(self.report.slowest_drained_s, drained - hurt)
        print(
            f"round {number}: ready {ready - hurt:.1f} s, drained {drained - hurt:.1f} s, {self._line()}",
            flush=True,
        )
        self._balance(everything=number % _CHECK_ALL_EVERY == 0)

    def _plan(self, choice: random.Random) -> list[tuple[str, str, float]]:
        """Whom to hurt, how, and after which pause."""
        times = choice.randint(18, 24)
        moments = sorted(choice.uniform(0, _SPAN_S) for _ in range(times))
        pauses = [later - earlier for earlier, later in zip([0.0, *moments], moments, strict=False)]
        whom = choice.choices([*VICTIMS], [*VICTIMS.values()], k=times)
        return [
            (who, "stop" if choice.random() < 0.15 else "kill", pause)
            for who, pause in zip(whom, pauses, strict=True)
        ]

    def _hurt(self, victim: str, how: str, choice: random.Random) -> None:
        if how == "kill":
            self.report.kills[victim] += self.parts.kill(victim, choice) is not None
        else:
            self.report.stops[victim] += self.parts.stop(victim, choice) is not None

    @contextlib.contextmanager
    def _surroundings(self, choice: random.Random) -> Iterator[None]:
        """In three rounds of five, something else is wrong for as long."""
        kinds: list[tuple[str, AbstractContextManager[None]]] = [
            (f"SMTP {mode}", self._mail_server(mode)) for mode in sink.MODES
        ]
        for name, volume in self.volumes.items():
            kinds.append((f"{name} full", volume.full()))
        if self.volumes:
            kinds.append(("files gone", self.volumes["files"].gone()))
        name, fault = choice.choice(kinds)
        with ExitStack() as stack:
            if choice.random() < 0.6:
                self.report.others[name] += 1
                stack.enter_context(fault)
            yield

    @contextlib.contextmanager
    def _mail_server(self, mode: str) -> Iterator[None]:
        self.sink.mode = mode
        try:
            yield
        finally:
            self.sink.mode = "good"

    def _kill_sender(self, port: int) -> None:
        self.parts.kill_sender(port)
        self.report.kills["worker child after 250"] += 1

    def _drain(self, hurt: float) -> float:
        """Wait until nothing is due; the moment when that was so. What is under a lease has its time."""
        ledger.let_time_pass()
        left = self.within_s - (time.monotonic() - hurt)
        if not wait_for(lambda: ledger.waiting() == 0, left, 0.2):
            raise Failed(f"{ledger.waiting()} messages still waited {self.within_s:g} s after the last fault")
        return time.monotonic()

    # ---- the ledger ----------------------------------------------------------------------------------------

    def _balance(self, *, everything: bool) -> None:
        filed = [one for user in self.users for one in user.filed]
        found = list(self.tally.wrong)
        found += ledger.problems(filed, self.group, self.sink)
        if everything:
            found += [f"integrity of {one.name}: {one.detail}" for one in integrity.check() if not one.ok]
        if found:
            self.report.problems = found
            raise Failed(f"{len(found)} things do not add up")

    def finish(self) -> None:
        """Until all is settled, also what a killed worker held; then everything once more. Raises Failed."""
        self.sink.mode = "good"

        def settled() -> bool:
            ledger.let_time_pass()
            return ledger.unsettled() == 0

        if not wait_for(settled, self.within_s, 0.5):
            raise Failed(f"{ledger.unsettled()} messages were never settled")
        self._balance(everything=True)
        checked = self.product.command("check")
        if checked.returncode != 0:
            raise Failed(f"helpdesk check:\n{checked.stdout}{checked.stderr}")

    def stop(self) -> None:
        self.parts.thaw()
        with contextlib.suppress(AttributeError):
            self.load.end()
        self.product.stop()
        self.sink.close()
        for volume in self.volumes.values():
            volume.remove()

    def _line(self) -> str:
        kills = sum(self.report.kills.values())
        return f"{kills} kills, {self.tally.acknowledged} writes acknowledged"

    def summary(self) -> str:
        """The figures, one a line."""
        report, tally = self.report, self.tally
        lost = sum(one.startswith("lost:") for one in report.problems)
        repeated = sum(count - 1 for count in self.sink.arrived.values())
        lines = {
            "seed": self.seed,
            "rounds": report.rounds,
            "kills": f"{sum(report.kills.values())} {_by_kind(report.kills)}",
            "stopped and let go on": f"{sum(report.stops.values())} {_by_kind(report.stops)}",
            "other faults": f"{sum(report.others.values())} {_by_kind(report.others)}",
            "writes acknowledged": tally.acknowledged,
            "refused for now, then taken": _by_kind(tally.refused),
            "lost": lost,
            "mails taken": sum(self.sink.arrived.values()),
            "mails taken twice": f"{repeated}, of {ledger.killed_tries()} tries that were killed",
            "given up": _by_kind(ledger.given_up()),
            "slowest return to READY": f"{report.slowest_ready_s:.1f} s",
            "slowest until nothing was due": f"{report.slowest_drained_s:.1f} s",
            "slowest second try of a killed mail": f"{ledger.slowest_second_try().total_seconds():.1f} s",
            "longest that a caller tried": f"{tally.slowest_s:.1f} s",
        }
        return "\n".join(f"{name}: {value}" for name, value in lines.items())


def _by_kind(counted: Counter[str]) -> str:
    return "(" + ", ".join(f"{name} {count}" for name, count in sorted(counted.items())) + ")"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--seed", default="")
    parser.add_argument(
        "--within", type=float, default=RECOVERED_S, help="seconds in which all has to be back"
    )
    options = parser.parse_args()
    seed = options.seed or secrets.token_hex(4)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # by way of the orderly end below
    volumes = enter_namespace(
        "tests.faults.chaos",
        ["--rounds", f"{options.rounds}", "--seed", seed, "--within", f"{options.within}"],
    )
    print(f"seed {seed}", flush=True)
    if not volumes:
        print("no mount namespace here: without faults of storage and disks", flush=True)
    data = Path(tempfile.mkdtemp(prefix="helpdesk-chaos-"))
    data.chmod(0o711)  # PostgreSQL may have to run as another user
    chaos, number, kept = Chaos(data, seed, options.within, volumes), 0, False
    try:
        chaos.prepare()
        for number in range(1, options.rounds + 1):
            chaos.round(number)
        chaos.finish()
    except Failed as failure:
        kept = True
        print(f"FAILED with seed {seed} in round {number}: {failure}", flush=True)
        for one in chaos.report.problems[:50]:
            print(f"  {one}", flush=True)
        return 1
    finally:
        with contextlib.suppress(Exception):
            print(chaos.summary(), flush=True)
        if kept:
            kept_logs = shutil.copytree(
                data / "log", Path(tempfile.mkdtemp(prefix="helpdesk-chaos-logs-")) / "log"
            )
            print(f"logs: {kept_logs}", flush=True)
        chaos.stop()
        shutil.rmtree(data, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

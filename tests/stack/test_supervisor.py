"""The supervisor with small programs: restart, order, children of children, leftovers, locks."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpdesk.core.config import Settings
from helpdesk.integrations.signs import HEARTBEAT
from helpdesk.stack.folder import DataFolder
from helpdesk.stack.network import free_port, free_port_from, is_free
from helpdesk.stack.part import Part
from helpdesk.stack.process import PartFailed, end, end_stranger, identity, kill_group, spawn, wait_for
from helpdesk.stack.pulse import SILENCE_S, Pulse
from helpdesk.stack.supervisor import Stopped, Supervisor
from helpdesk.stack.valkey import client

SLEEP = "import time; time.sleep(60)"
WITH_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    made = DataFolder(tmp_path / "data")
    assert made.lock()
    yield made
    made.unlock()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(folder: DataFolder, said: list[str]) -> Iterator[Supervisor]:
    made = Supervisor(folder, said.append)
    yield made
    made.stop()


def part(
    folder: DataFolder, program: str, name: str = "worker", answers: Callable[[], bool] = lambda: True
) -> Part:
    return Part(
        name=name,
        command=[sys.executable, "-c", program],
        environment=os.environ,
        log=folder.log / f"{name}.log",
        answers=answers,
        ready_within_s=5,
        stop_within_s=5,
    )


def watch_until(supervisor: Supervisor, done: Callable[[], bool]) -> None:
    """Run the watch in this thread, as it may only start processes here, until `done`."""

    def stop(_number: int, _frame: object) -> None:
        if done() or time.monotonic() > limit:
            raise Stopped("test")

    limit = time.monotonic() + 15
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
    try:
        with pytest.raises(Stopped):
            supervisor.watch()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert done()


def test_what_dies_is_started_again(supervisor: Supervisor, folder: DataFolder) -> None:
    worker = part(folder, SLEEP)
    supervisor.start(worker)
    first = int((folder.run / "worker.pid").read_text())
    os.kill(first, signal.SIGKILL)
    watch_until(supervisor, lambda: bool(worker.process) and identity(worker.process.pid) is not None)
    assert int((folder.run / "worker.pid").read_text()) != first


def test_a_part_that_keeps_dying_is_started_less_and_less_often(
    supervisor: Supervisor, folder: DataFolder, said: list[str]
) -> None:
    supervisor.start(part(folder, "raise SystemExit(3)"))
    watch_until(supervisor, lambda: len(said) >= 6)
    assert "worker: ended with code 3" in said
    assert supervisor.parts[0].postpone_s >= 0.8


def test_children_of_a_killed_part_go_too(supervisor: Supervisor, folder: DataFolder) -> None:
    worker = part(folder, WITH_CHILD)
    supervisor.start(worker)
    assert wait_for(lambda: bool(worker.log.read_text().strip()), 5)
    child = int(worker.log.read_text())
    known = identity(child)
    assert known is not None
    assert worker.process is not None
    os.kill(worker.process.pid, signal.SIGKILL)
    watch_until(supervisor, lambda: identity(child) != known)


def test_silence_ends_worker_and_beat_alone(
    supervisor: Supervisor, folder: DataFolder, said: list[str], valkey: str
) -> None:
    parts = [part(folder, SLEEP, name) for name in ("web", "worker", "beat")]
    supervisor.start(*parts)
    before = [one.process.pid for one in parts if one.process]
    now = [0.0]
    supervisor.pulse = Pulse(Settings(redis_url=valkey), lambda: now[0])
    now[0] = SILENCE_S

    def started_again() -> bool:
        return sum("started again" in line for line in said) == 2

    watch_until(supervisor, started_again)
    after = [one.process.pid for one in parts if one.process]
    assert after[0] == before[0]
    assert not {*after[1:]} & {*before}


def test_the_pulse_counts_from_the_last_sign(valkey: str) -> None:
    now = [0.0]
    pulse = Pulse(Settings(redis_url=valkey), lambda: now[0])

    def after(seconds: float) -> bool:
        now[0] += seconds
        return pulse.still_beats()

    with client(f"{valkey}/2") as live:
        assert after(SILENCE_S - 1)
        live.set(HEARTBEAT, "a sign")
        assert after(20)
        assert after(SILENCE_S - 1)
        assert not after(11)
        pulse.forget()
        assert after(SILENCE_S - 1)


def test_no_answer_from_valkey_is_no_silence() -> None:
    now = [0.0]
    pulse = Pulse(Settings(redis_url=f"redis://127.0.0.1:{free_port()}"), lambda: now[0])
    now[0] = SILENCE_S * 2
    assert pulse.still_beats()


def test_stop_ends_everything_and_forgets_it(supervisor: Supervisor, folder: DataFolder) -> None:
    supervisor.start(part(folder, SLEEP, "postgres"), part(folder, SLEEP, "web"))
    numbers = [int((folder.run / f"{name}.pid").read_text()) for name in ("postgres", "web")]
    supervisor.stop()
    assert [identity(number) for number in numbers] == [None, None]
    assert list(folder.run.glob("*.pid")) == []
    assert folder.parts() == {}


def test_a_part_that_fails_says_why(supervisor: Supervisor, folder: DataFolder) -> None:
    broken = part(folder, "import sys; sys.exit('no such setting')", answers=lambda: False)
    supervisor.start(broken)
    with pytest.raises(PartFailed, match=r"(?s)worker: ended with code 1.*no such setting"):
        supervisor.wait(broken)


def test_a_part_that_does_not_answer_is_named(supervisor: Supervisor, folder: DataFolder) -> None:
    silent = part(folder, SLEEP, answers=lambda: False)
    silent.ready_within_s = 0.3
    supervisor.start(silent)
    with pytest.raises(PartFailed, match="worker: does not answer after"):
        supervisor.wait(silent)


def test_leftovers_are_ended_only_if_they_are_ours(supervisor: Supervisor, folder: DataFolder) -> None:
    ours = subprocess.Popen([sys.executable, "-c", SLEEP], start_new_session=True)
    other = subprocess.Popen([sys.executable, "-c", SLEEP], start_new_session=True)
    try:
        folder.note_part("worker", ours.pid)
        folder.note_part("web", other.pid)
        parts = (folder.run / "parts.json").read_text()
        (folder.run / "parts.json").write_text(
            parts.replace(str(identity(other.pid)), "another start of this number")
        )
        supervisor.end_leftovers()
        assert ours.wait(5) == -signal.SIGTERM
        assert other.poll() is None
        assert folder.parts() == {}
    finally:
        kill_group(ours.pid)
        kill_group(other.pid)
        ours.wait()
        other.wait()


def test_a_leftover_that_ignores_the_request_is_killed() -> None:
    stubborn = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)",
        ],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert stubborn.stdout
    stubborn.stdout.readline()
    known = identity(stubborn.pid)
    assert known
    assert end_stranger(stubborn.pid, known, signal.SIGTERM, 0.3)
    assert stubborn.wait(5) == -signal.SIGKILL
    stubborn.stdout.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_parts_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    program = f"""
import sys, time
from pathlib import Path
from helpdesk.stack.process import spawn
print(spawn([sys.executable, "-c", {SLEEP!r}], Path({str(tmp_path / "log")!r})).pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = int(parent.stdout.readline())
    known = identity(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert known
    assert wait_for(lambda: identity(child) != known, 5)


def test_one_folder_one_supervisor(folder: DataFolder, tmp_path: Path) -> None:
    other = DataFolder(tmp_path / "other")
    again = DataFolder(folder.path)
    assert not again.lock()
    assert other.lock()
    folder.set_ready("http://127.0.0.1:1")
    assert again.wait_until_ready(1) == "http://127.0.0.1:1"
    other.unlock()


def test_looking_makes_nothing(tmp_path: Path) -> None:
    nowhere = DataFolder(tmp_path / "nowhere")
    assert (nowhere.addresses(), nowhere.parts(), nowhere.ready()) == ({}, {}, None)
    assert not nowhere.path.exists()


def test_who_waits_for_a_start_that_fails_is_told(folder: DataFolder) -> None:
    again = DataFolder(folder.path)
    folder.unlock()
    assert again.wait_until_ready(1) is None
    again.unlock()


def test_the_lock_is_not_inherited(folder: DataFolder) -> None:
    again = DataFolder(folder.path)
    child = spawn([sys.executable, "-c", SLEEP], folder.log / "child.log")
    try:
        assert wait_for(lambda: identity(child.pid) is not None, 5)
        folder.unlock()  # as the end of this process would
        assert again.lock()
        again.unlock()
    finally:
        end(child)


def test_ports_are_kept_while_they_are_free(folder: DataFolder) -> None:
    port = folder.port("postgres")
    assert folder.port("postgres") == port
    with socket.create_server(("127.0.0.1", port)):
        assert not is_free("127.0.0.1", port)
        assert folder.port("postgres") != port


def test_a_busy_port_is_named() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(PartFailed, match=f"port {port} "):
            free_port_from("127.0.0.1", port, or_next=False)
        assert free_port_from("127.0.0.1", port, or_next=True) > port

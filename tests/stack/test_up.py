"""`helpdesk up`, with everything real: ready, seen by other commands, killed, stopped (product rules §9)."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.stack.network import free_port
from helpdesk.stack.process import identity, wait_for
from tests.stack.running import PARTS, Running, helpdesk

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("stack"), "--port", f"{free_port()}")
    try:
        running.ready()
        yield running
    finally:
        running.stop()


def test_it_is_ready_when_every_part_answers(stack: Running) -> None:
    assert stack.answers()
    assert all(stack.pid(part) for part in PARTS)
    checked = stack.command("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "ok     worker" in checked.stdout


def test_tasks_that_come_and_go_leave_no_line(stack: Running) -> None:
    """One was run at the least: the round trip of READY."""
    for part, routine in (("worker", ("received", "succeeded")), ("beat", ("Sending due task",))):
        log = (stack.data / "log" / f"{part}.log").read_text()
        assert "celery" in log
        assert [words for words in routine if words in log] == []


def test_the_same_folder_again_is_the_same_stack(stack: Running) -> None:
    again = helpdesk("up", "--data", str(stack.data), "--port", "1")
    assert (again.returncode, again.stdout) == (0, f"READY {stack.url}\n")


def test_a_busy_port_is_named(stack: Running, tmp_path: Path) -> None:
    port = stack.url.rpartition(":")[2]
    refused = helpdesk("up", "--data", str(tmp_path), "--port", port)
    assert refused.returncode == 1
    assert f"port {port} " in refused.stderr


def test_people_from_the_shell(stack: Running) -> None:
    made = stack.command("user", "create", "shell@example.com", "--name", "Shell", "--no-password")
    assert made.returncode == 0, made.stderr
    assert "shell@example.com" in stack.command("user", "list").stdout
    again = stack.command("user", "create", "shell@example.com", "--name", "Shell", "--no-password")
    assert again.returncode == 1
    assert "Traceback" not in again.stderr


@pytest.mark.parametrize("parts", [("worker",), ("valkey",), ("postgres",), PARTS], ids=str)
def test_what_is_killed_comes_back(stack: Running, parts: tuple[str, ...]) -> None:
    stack.kill(*parts)
    assert wait_for(stack.answers, 30)
    checked = stack.command("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_two_folders_side_by_side_and_a_clean_end(stack: Running, tmp_path: Path) -> None:
    port = int(stack.url.rpartition(":")[2])
    other = Running(tmp_path, "--port", f"{port}+")
    other.ready()
    assert other.url != stack.url
    numbers = [other.pid(part) for part in PARTS]
    assert other.stop(signal.SIGINT) == 0
    assert [number for number in numbers if number and identity(number)] == []
    assert list((tmp_path / "run").glob("*.pid")) == []
    assert stack.answers()


def test_after_a_killed_supervisor_the_next_start_takes_over(tmp_path: Path) -> None:
    port = str(free_port())
    first = Running(tmp_path, "--port", port)
    first.ready()
    numbers = {part: first.pid(part) for part in PARTS}
    first.process.kill()
    first.process.wait()
    again = Running(tmp_path, "--port", port)
    again.ready()
    assert all(again.pid(part) not in (None, numbers[part]) for part in PARTS)
    assert again.stop() == 0


def test_a_part_that_can_not_start_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        url = f"postgresql://nobody:none@127.0.0.1:{port}/none?connect_timeout=2"
        failing = Running(tmp_path, "--port", f"{free_port()}", database_url=url)
        assert failing.process.wait(120) == 1
        failing.wait_for_line("helpdesk: migrations: failed", 5)
    assert list((tmp_path / "run").glob("*.pid")) == []

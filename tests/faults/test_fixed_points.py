"""Single faults at the worst moment, on a whole product: what must hold is the effect, never how fast."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import redis
from sqlalchemy import func, select

from helpdesk.core.clock import moved
from helpdesk.core.db import transaction
from helpdesk.models.notification import notification_logs
from helpdesk.models.sla import ticket_clock_steps
from helpdesk.models.ticket import attachments, tickets
from helpdesk.services import sla
from tests.factories import make_ticket
from tests.faults.parts import children
from tests.faults.stack import Stack

pytestmark = [
    pytest.mark.stack,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("faults"),
]

CHOICE = random.Random(1)
PDF = ("report.pdf", b"%PDF-1.4\n% a small file\n", "application/pdf")


def test_a_worker_killed_before_a_mail_leaves_sends_it_once(stack: Stack) -> None:
    stack.sink.mode = "hang"
    ticket = stack.file()
    stack.wait(lambda: stack.tries(ticket) > 0, "a try to begin")
    killed = stack.parts.kill("worker", CHOICE)
    stack.wait(lambda: stack.product.pid("worker") not in {None, killed}, "another worker")
    assert stack.tries(ticket, unfinished=True) > 0  # the try is on record though its process is gone
    stack.sink.mode = "good"
    stack.wait(lambda: stack.settled(ticket), "its mails")
    assert stack.statuses(ticket) == {"sent"}
    assert stack.arrivals(ticket) == [1, 1]


def test_a_worker_killed_after_250_repeats_that_mail_under_its_id(stack: Stack) -> None:
    def kill(port: int) -> None:
        stack.sink.mode = "good"
        stack.parts.kill_sender(port)

    stack.sink.on_taken = kill
    stack.sink.mode = "kill"
    ticket = stack.file()
    stack.wait(lambda: stack.tries(ticket, unfinished=True) > 0, "a killed try")
    stack.wait(lambda: stack.settled(ticket), "its mails")
    assert stack.statuses(ticket) == {"sent"}
    assert sorted(stack.arrivals(ticket)) == [1, 2]


def test_what_kills_its_worker_is_given_up_and_all_else_is_sent(stack: Stack) -> None:
    stack.sink.on_taken = stack.parts.kill_sender
    stack.sink.poison = stack.agent_person.email
    stack.sink.mode = "kill"
    ticket = stack.file()
    stack.wait(lambda: stack.settled(ticket), "the mails to be sent or given up")
    by_person = {row.recipient_id: row for row in stack.rows(ticket)}
    poison, other = by_person[stack.agent_person.id], by_person[stack.client_person.id]
    assert (poison.status, poison.attempts) == ("failed", 3)
    assert "killed 3 times" in poison.last_error
    assert (other.status, stack.sink.arrived[other.message_id]) == ("sent", 1)


@pytest.mark.parametrize("how", ["hangs", "is gone"])
def test_without_a_broker_a_ticket_is_taken_and_its_mails_come_later(stack: Stack, how: str) -> None:
    """The supervisor is frozen meanwhile, so that the answer comes while there is no broker."""
    if how == "hangs":
        broker = stack.parts.stop("valkey", CHOICE)
    else:
        stack.parts.freeze(stack.product.process.pid)
        broker = stack.parts.kill("valkey", CHOICE)
    assert broker
    ticket = stack.file()
    assert len(stack.rows(ticket)) == 2
    stack.parts.thaw()
    stack.wait(lambda: stack.settled(ticket), "its mails")
    assert stack.arrivals(ticket) == [1, 1]


def test_a_broker_that_lost_everything_loses_no_mail_and_no_session(stack: Stack) -> None:
    stack.parts.stop("worker", CHOICE)
    for child in children(stack.product.pid("worker") or 0):
        stack.parts.freeze(child)
    ticket = stack.file()
    with redis.Redis.from_url(stack.addresses["HELPDESK_REDIS_URL"]) as broker:
        broker.flushall()
    assert stack.client.http.get("/auth/me").status_code == 200
    stack.parts.thaw()
    stack.wait(lambda: stack.settled(ticket), "its mails")
    assert stack.arrivals(ticket) == [1, 1]


def test_a_worker_busy_while_the_broker_went_takes_tasks_again(stack: Stack) -> None:
    """Both processes end a task that they can't report: the worker itself has to go on asking for more."""
    stack.sink.mode = "hang in data"
    filed = [stack.file()]
    stack.wait(lambda: stack.tries(filed[0], unfinished=True) == 2, "one process to be busy with both mails")
    filed.append(stack.file())
    stack.wait(lambda: stack.tries(filed[1], unfinished=True) == 2, "the other one too")
    worker, log = stack.product.pid("worker"), stack.product.data / "log" / "worker.log"
    before = len(log.read_text())
    stack.parts.freeze(stack.product.process.pid)
    stack.parts.kill("valkey", CHOICE)
    stack.sink.mode = "good"
    stack.wait(lambda: not any(stack.tries(one, unfinished=True) for one in filed), "both to be done")
    stack.wait(lambda: _noticed(log.read_text()[before:]), "the worker to notice")
    stack.parts.thaw()
    stack.wait(stack.worker_answers, "the worker to take a task")
    assert stack.product.pid("worker") == worker


def test_a_killed_database_refuses_for_now_and_heals(stack: Stack) -> None:
    title = stack.title()
    stack.parts.freeze(stack.product.process.pid)  # so that it stays away until it was asked
    stack.parts.kill("postgres", CHOICE)
    body = {"group_id": stack.branch.group_id, "title": title}
    refused = stack.client.http.post("/tickets", json=body, headers={"Idempotency-Key": title})
    assert refused.status_code == 503
    assert refused.headers["Retry-After"].isdigit()
    ready = httpx.get(f"{stack.product.url}/ready")
    assert ready.status_code == 503
    assert [part["name"] for part in ready.json()["parts"] if not part["ok"]] == ["database"]
    assert httpx.get(f"{stack.product.url}/health").status_code == 200
    upload = stack.client.http.post("/uploads", files={"attachments": PDF})
    assert (upload.status_code, "Retry-After" in upload.headers) == (503, True)
    stack.parts.thaw()
    ticket = stack.file(title)
    assert _named(title) == [ticket]
    stack.wait(lambda: stack.settled(ticket), "its mails")
    assert stack.arrivals(ticket) == [1, 1]


def test_a_temporary_refusal_is_tried_again_and_a_final_one_is_not(stack: Stack) -> None:
    stack.sink.mode = "4xx"
    later = stack.file()
    stack.wait(lambda: all(row.last_error for row in stack.rows(later)), "the refusals")
    assert stack.statuses(later) == {"queued"}
    assert all(row.next_attempt_at > datetime.now(UTC) for row in stack.rows(later))
    stack.sink.mode = "5xx"
    never = stack.file()
    stack.wait(lambda: stack.statuses(never) == {"failed"}, "the final refusals")
    stack.sink.mode = "good"
    stack.wait(lambda: stack.settled(later), "the second try")
    assert stack.arrivals(later) == [1, 1]
    assert [(row.attempts, "554" in row.last_error) for row in stack.rows(never)] == [(1, True)] * 2


def test_a_mail_server_that_hangs_holds_up_no_other_work(stack: Stack) -> None:
    stack.sink.mode = "hang"
    ticket = stack.file()
    stack.wait(lambda: stack.tries(ticket) > 0, "a try to begin")
    stack.wait(stack.worker_answers, "another task to be done")
    assert stack.sink.mode == "hang"
    assert "sent" not in stack.statuses(ticket)
    stack.sink.mode = "good"
    stack.wait(lambda: stack.settled(ticket), "its mails")
    assert stack.arrivals(ticket) == [1, 1]


def test_without_storage_nothing_points_to_a_missing_file(stack: Stack) -> None:
    title, kept = stack.title(), stack.files.with_name("files.kept")
    stack.files.mkdir(exist_ok=True)
    stack.files.rename(kept)
    stack.files.write_text("no folder")
    form = {"data": {"group_id": str(stack.branch.group_id), "title": title}, "files": {"attachments": PDF}}
    refused = stack.client.http.post("/tickets", **form, headers={"Idempotency-Key": title})
    assert refused.status_code == 503
    assert refused.headers["Retry-After"].isdigit()
    assert _named(title) == []
    with transaction() as s:
        assert s.scalar(select(func.count()).select_from(attachments)) == 0
    stack.files.unlink()
    kept.rename(stack.files)
    ticket = stack.file(title, **form)
    assert _named(title) == [ticket]
    [file] = stack.client.http.get(f"/tickets/{ticket}").json()["attachments"]
    assert stack.client.http.get(f"/attachments/{file['id']}").content == PDF[1]


def test_steps_due_while_beat_was_down_fire_once_and_are_marked_late(stack: Stack) -> None:
    stack.parts.stop("beat", CHOICE)
    ticket = _overdue(stack)
    assert _steps(ticket) == []
    stack.parts.thaw()
    stack.wait(lambda: bool(_steps(ticket)), "the steps")
    fired = _steps(ticket)
    assert all(late for _, late in fired)
    assert len({step for step, _ in fired}) == len(fired)


def test_four_sweeps_at_once_fire_each_step_once(stack: Stack) -> None:
    stack.parts.stop("beat", CHOICE)
    overdue = [_overdue(stack) for _ in range(3)]
    together = threading.Barrier(4)

    def sweep(_: int) -> int:
        together.wait(10)
        return sla.sweep_steps()

    with ThreadPoolExecutor(4) as pool:
        fired = sum(pool.map(sweep, range(4)))
    assert fired == sum(len(_steps(ticket)) for ticket in overdue) > 0
    with transaction() as s:
        told = notification_logs.c
        once = (told.ticket_id, told.event_seq, told.recipient_key, told.channel)
        each = select(*once, func.count()).where(told.ticket_id.in_(overdue)).group_by(*once)
        assert {count for *_, count in s.execute(each)} == {1}


def _noticed(log: str) -> bool:
    """Both tasks failed to say that they are done, or the worker saw before that its connection is gone."""
    return log.count("Couldn't ack") >= 2 or "Connection to broker lost" in log


def _overdue(stack: Stack) -> int:
    """A ticket whose first steps have long been due."""
    with moved(datetime.now(UTC) - timedelta(days=10)):
        return make_ticket(stack.client_person, stack.branch).ticket.id


def _steps(ticket: int) -> list[tuple[str, bool]]:
    c = ticket_clock_steps.c
    with transaction() as s:
        rows = s.execute(select(c.kind, c.run, c.step, c.late).where(c.ticket_id == ticket)).all()
    return [(f"{row.kind} {row.run} {row.step}", row.late) for row in rows]


def _named(title: str) -> list[int]:
    with transaction() as s:
        return list(s.scalars(select(tickets.c.id).where(tickets.c.title == title)))

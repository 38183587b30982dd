"""Who gets which mail, what it says, and what becomes of those that can't go (product rules §5)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from helpdesk.core import db as core_db
from helpdesk.core.config import Settings
from helpdesk.core.db import transaction
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from helpdesk.domain.enums import NotificationEvent, Role
from helpdesk.integrations import mail
from helpdesk.integrations.mail import MailFailure
from helpdesk.models.notification import notification_attempts, notification_logs
from helpdesk.models.person import users
from helpdesk.models.tree import groups
from helpdesk.services import _ledger, _mails, _outbox, comments, notifications, sla, tickets
from helpdesk.services._mail_events import WRITERS
from helpdesk.services.notifications import NotificationQuery
from helpdesk.services.views import NotificationRow
from tests.conftest import Mail
from tests.factories import World, actor_for, add_member, make_branch, make_ticket, make_user

CANARY = "canary-9f3a"


@pytest.fixture
def w(world: World, valkey: str, mailbox: Mail) -> World:
    return world


def _resolve(w: World, key: str, text: str = "Replaced the battery.") -> None:
    tickets.set_status(w.actor("agent"), key, "Resolved", resolution_code="solved", resolution_text=text)


def _deliver() -> None:
    """All that is due, however slow this machine is."""
    while notifications.deliver_due():
        pass


def _rows(channel: str = "email", **wanted: object) -> list[dict[str, object]]:
    """The rows of a channel: what is to be sent, unless another is named."""
    n = notification_logs.c
    with transaction() as s:
        found = (
            s.execute(select(notification_logs).where(n.channel == channel).order_by(n.id)).mappings().all()
        )
        return [dict(row) for row in found if all(row[name] == value for name, value in wanted.items())]


def _due_now() -> None:
    """Time passes: what waits is due, and leases have ended."""
    with transaction() as s:
        s.execute(
            update(notification_logs)
            .where(notification_logs.c.status.in_(["queued", "sending"]))
            .values(next_attempt_at=notification_logs.c.created_at)
        )


def _heads(box: Mail) -> Counter[tuple[str, str]]:
    return Counter((one.to.split(" <")[0], one.text.splitlines()[0]) for one in box.received())


def _ledger_holds() -> None:
    with transaction() as s:
        assert list(_ledger.problems(s)) == []


# ---- who and what ----


def test_a_whole_life_sends_exactly_the_mails_of_the_rules(w: World, mailbox: Mail) -> None:
    key = make_ticket(w.client, w.it, watchers=(w.client2.id,)).ticket.ticket_no
    notifications.deliver_due()
    assert _heads(mailbox) == {
        ("Clara Client", "We have received your request"): 1,
        ("Ada Agent", "New request for IT"): 1,
        ("Ben Agent", "New request for IT"): 1,
        ("Mona Manager", "New request for IT"): 1,
        ("it@example.com", "New request for IT"): 1,
    }
    steps: list[tuple[Callable[[], object], dict[tuple[str, str], int]]] = [
        (
            lambda: tickets.assign(w.actor("admin"), key, w.agent2.id),
            {
                ("Ben Agent", "Axel Admin assigned this ticket to you"): 1,
                ("Clara Client", "Your request is now Assigned"): 1,
                ("Cedric Client", "A request that you follow is now Assigned"): 1,
            },
        ),
        (
            lambda: tickets.assign(w.actor("admin"), key, w.agent.id),
            {
                ("Ada Agent", "Axel Admin assigned this ticket to you"): 1,
                ("Ben Agent", "You are no longer the assignee"): 1,
            },
        ),
        (
            lambda: comments.add(w.actor("agent"), key, "Hello"),
            {("Clara Client", "Ada Agent wrote"): 1, ("Cedric Client", "Ada Agent wrote"): 1},
        ),
        (
            lambda: comments.add(w.actor("agent"), key, f"@Ben Agent {CANARY}", is_internal=True),
            {("Ben Agent", "Ada Agent mentioned you in an internal note"): 1},
        ),
        (
            lambda: tickets.hold(w.actor("agent"), key, "requester"),
            {
                ("Clara Client", "We are waiting for you"): 1,
                ("Cedric Client", "A request that you follow is on hold"): 1,
            },
        ),
        (
            lambda: tickets.hold(w.actor("agent"), key, None),
            {("Clara Client", "The waiting is over"): 1, ("Cedric Client", "The waiting is over"): 1},
        ),
        (
            lambda: comments.add(w.actor("client"), key, "Still broken"),
            {("Ada Agent", "Clara Client wrote"): 1},
        ),
        (
            lambda: _resolve(w, key),
            {
                ("Clara Client", "Is it solved?"): 1,
                ("Cedric Client", "A request that you follow is now Resolved"): 1,
            },
        ),
        (
            lambda: tickets.reopen(w.actor("client"), key, "It is hot"),
            {
                ("Ada Agent", "The ticket was reopened"): 1,
                ("Cedric Client", "A request that you follow is now In Progress"): 1,
            },
        ),
        (
            lambda: tickets.set_status(w.actor("admin"), key, "Closed"),
            {
                ("Clara Client", "Your request is closed"): 1,
                ("Cedric Client", "A request that you follow is now Closed"): 1,
                ("Ada Agent", "Your ticket is now Closed"): 1,
            },
        ),
    ]
    for act, expected in steps:
        before = _heads(mailbox)
        act()
        notifications.deliver_due()
        assert _heads(mailbox) - before == expected
    for one in [*mailbox.to("client.1@"), *mailbox.to("cedric")]:
        assert CANARY not in one.text + one.html + str(one.headers)
    assert {row["status"] for row in _rows()} == {"sent"}
    _ledger_holds()


def test_sla_steps_are_told(w: World, mailbox: Mail) -> None:
    key = make_ticket(w.client, w.it).ticket.ticket_no
    tickets.take(w.actor("agent"), key)
    notifications.deliver_due()
    before = _heads(mailbox)
    due = tickets.get(w.actor("agent"), key).ticket.sla.first_response
    assert due is not None
    assert due.due_at is not None
    sla.sweep_steps(due.due_at - timedelta(minutes=1))
    notifications.deliver_due()
    warned = _heads(mailbox) - before
    assert warned["Ada Agent", "The first response is due soon"] == 1
    sla.sweep_steps(due.due_at + timedelta(seconds=1))
    notifications.deliver_due()
    breached = _heads(mailbox) - before - warned
    assert breached["Ada Agent", "The first response is overdue"] == 1
    assert not [one for one in mailbox.to("clara") if "due" in one.text.splitlines()[0]]


def test_every_event_has_words() -> None:
    assert set(WRITERS) == set(NotificationEvent)


def test_a_mail_is_safe_and_machine_made(w: World, mailbox: Mail, settings: Callable[..., Settings]) -> None:
    settings(public_url="https://help.example.com", mail_from="IT Help <help@example.com>")
    evil = '<reflex.Var>1</reflex.Var> <img src=x onerror=alert(1)> {{ 7*7 }} "quoted" & größe 🖨'
    key = make_ticket(w.client, w.it, evil, description=f"{evil}\n  indented\n{evil}").ticket.ticket_no
    notifications.deliver_due()
    [one] = mailbox.to("ben.agent")
    headers = dict(one.headers)
    assert one.subject == f"[{key}] {evil}"
    assert headers["From"] == "IT Help <help@example.com>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["X-Auto-Response-Suppress"] == "All"
    assert headers["References"] == f"<ticket.{key.lower()}@example.com>"
    assert headers["X-Helpdesk-Event"] == "ticket_created"
    assert one.message_id.endswith("@example.com>")
    assert "<reflex.Var>" not in one.html
    assert "<img" not in one.html
    assert "{{ 7*7 }}" in one.html
    assert "&lt;reflex.Var&gt;1&lt;/reflex.Var&gt;" in one.html
    assert "\xa0\xa0indented<br>" in one.html
    assert f"> {evil}\n>   indented\n> {evil}" in one.text
    assert f'href="https://help.example.com/tickets/{key}"' in one.html
    assert "<script" not in one.html
    assert "http://localhost" not in one.html + one.text


def test_times_are_on_the_readers_clock(w: World, mailbox: Mail) -> None:
    with transaction() as s:
        s.execute(update(users).where(users.c.id == w.agent2.id).values(time_zone="Asia/Kolkata"))
        s.execute(update(users).where(users.c.id == w.agent.id).values(time_zone="Nowhere/City"))
    make_ticket(w.client, w.it)
    notifications.deliver_due()
    assert "(IST)" in mailbox.to("ben.agent")[0].text
    assert "(UTC)" in mailbox.to("ada.agent")[0].text


def test_solved_and_rating_lead_to_the_page(w: World, mailbox: Mail) -> None:
    other = make_user(Role.CLIENT, "Oda Other")
    key = make_ticket(w.client, w.it, requested_for=other.id).ticket.ticket_no
    _resolve(w, key, "Done & <dusted>")
    tickets.set_status(w.actor("admin"), key, "Closed")
    notifications.deliver_due()
    [receipt, *_, resolved, closed] = mailbox.to("oda.other")
    assert receipt.text.startswith("Clara Client filed a request for you")
    assert f"/tickets/{key}?solved=yes" in resolved.html
    assert f"/tickets/{key}?solved=no" in resolved.text
    assert "Done &amp; &lt;dusted&gt;" in resolved.html
    assert f"/tickets/{key}?rate=1" in closed.html
    [*_, told, _closed] = mailbox.to("clara.client")
    assert told.text.startswith("The request that you filed for Oda Other is resolved")
    assert "solved=yes" not in told.html


def test_a_batch_shares_one_mail(w: World, mailbox: Mail) -> None:
    ids = [make_ticket(w.client, w.it, f"Ticket {number}").ticket.id for number in range(20)]
    _deliver()
    before = len(mailbox.to("ben.agent"))
    tickets.bulk(w.actor("admin"), ids, "assign", {"assigned_to": w.agent2.id})
    notifications.deliver_due()
    [one] = mailbox.to("ben.agent")[before:]
    assert one.subject == "20 tickets were assigned to you"
    assert all(f"Ticket {number}" in one.text and f"Ticket {number}" in one.html for number in range(20))
    rows = _rows(event="assigned")
    assert len(rows) == 20
    assert {row["message_id"] for row in rows} == {one.message_id}
    assert {row["attempts"] for row in rows} == {1}
    _ledger_holds()


# ---- rights at the moment of sending ----


def _suppressed(person: int) -> set[object]:
    return {row["last_error"] for row in _rows(recipient_id=person, status="suppressed")}


def test_the_deactivated_are_not_told(w: World, mailbox: Mail) -> None:
    make_ticket(w.client, w.it)
    with transaction() as s:
        s.execute(update(users).where(users.c.id.in_([w.client.id, w.agent.id])).values(is_active=False))
    notifications.deliver_due()
    assert not mailbox.to("clara") + mailbox.to("ada")
    assert _suppressed(w.agent.id) == {"the recipient is deactivated"}
    assert len(mailbox.received()) == 3
    _ledger_holds()


def test_who_lost_sight_is_not_told(w: World, mailbox: Mail) -> None:
    key = make_ticket(w.client, w.it, watchers=(w.client2.id,), description=CANARY).ticket.ticket_no
    tickets.set_watchers(w.actor("agent"), key, [])
    _resolve(w, key)
    with transaction() as s:
        s.execute(
            update(groups).where(groups.c.id == w.it.group_id).values(restricted=True, queue_email=None)
        )
    tickets.update(
        w.actor("agent"),
        key,
        {"group_id": w.hr.group_id, "category_id": None, "subcategory_id": None},
        tickets.get(w.actor("agent"), key).ticket.version,
    )
    notifications.deliver_due()
    for address in ("ada.agent", "ben.agent", "mona", "cedric", "it@example.com"):
        assert not mailbox.to(address), address
    assert _suppressed(w.agent2.id) == {"the recipient may not see this any more"}
    assert {row["last_error"] for row in _rows(address="it@example.com")} == {
        "no longer the queue address of the ticket's group"
    }
    assert mailbox.to("hana")
    assert mailbox.to("hr@example.com")


def test_a_mentioned_agent_who_became_a_client_reads_no_note(w: World, mailbox: Mail) -> None:
    key = make_ticket(w.agent2, w.it).ticket.ticket_no
    comments.add(w.actor("agent"), key, f"@Ben Agent {CANARY}", is_internal=True)
    with transaction() as s:
        client_role = s.scalar(select(users.c.role_id).where(users.c.id == w.client.id))
        s.execute(update(users).where(users.c.id == w.agent2.id).values(role_id=client_role))
    notifications.deliver_due()
    assert not any(CANARY in one.text for one in mailbox.received())
    assert mailbox.to("ben.agent")  # the receipt of the own request


# ---- failures ----


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[MailFailure]:
    """The failures that the next sends meet; then the server works."""
    failures: list[MailFailure] = []
    real = mail.send

    def send(message: object, recipients: object) -> None:
        if failures:
            raise failures.pop(0)
        real(message, recipients)  # type: ignore[arg-type]

    monkeypatch.setattr(notifications.mail, "send", send)
    return failures


def _only_receipt(w: World) -> None:
    """One ticket, of which only the receipt waits."""
    make_ticket(w.client, w.it)
    with transaction() as s:
        s.execute(notification_logs.delete().where(notification_logs.c.event != "ticket_receipt"))


def test_a_temporary_failure_waits_longer_each_time(
    w: World, mailbox: Mail, failing: list[MailFailure]
) -> None:
    _only_receipt(w)
    for number in range(1, 4):
        failing.append(MailFailure("The mail server refused: 451 later", permanent=False))
        notifications.deliver_due()
        [row] = _rows()
        assert (row["status"], row["attempts"]) == ("queued", number)
        with transaction() as s:
            waits = s.scalar(
                select(func.extract("epoch", notification_logs.c.next_attempt_at - func.clock_timestamp()))
            )
        assert waits is not None
        assert 30 * 2 ** (number - 1) * 0.75 < float(waits) < 30 * 2 ** (number - 1) * 1.25
        assert notifications.deliver_due() == 0  # not before its time
        _due_now()
    assert notifications.deliver_due() == 1
    [row] = _rows()
    assert (row["status"], row["attempts"], row["last_error"]) == ("sent", 4, None)
    with transaction() as s:
        results = s.scalars(
            select(notification_attempts.c.result).order_by(notification_attempts.c.number)
        ).all()
    assert results == ["temporary", "temporary", "temporary", "sent"]
    _ledger_holds()


def test_after_the_last_try_it_fails(w: World, failing: list[MailFailure]) -> None:
    _only_receipt(w)
    failing += [MailFailure("451 later", permanent=False)] * _outbox.MAX_TRIES
    for _ in range(_outbox.MAX_TRIES + 3):
        notifications.deliver_due()
        _due_now()
    [row] = _rows()
    assert (row["status"], row["attempts"], row["last_error"]) == ("failed", _outbox.MAX_TRIES, "451 later")
    _ledger_holds()


def test_a_permanent_failure_fails_at_once_and_alone(
    w: World, mailbox: Mail, failing: list[MailFailure]
) -> None:
    failing.append(MailFailure("550 no such user", permanent=True))
    make_ticket(w.client, w.it)
    notifications.deliver_due()
    assert [(row["status"], row["last_error"]) for row in _rows(status="failed")] == [
        ("failed", "550 no such user")
    ]
    assert len(mailbox.received()) == 4
    _ledger_holds()


def test_while_the_server_is_down_one_mail_is_tried_and_the_rest_waits(
    w: World, mailbox: Mail, failing: list[MailFailure], valkey: str
) -> None:
    failing += [MailFailure("no answer", permanent=False, server_down=True)] * 50
    make_ticket(w.client, w.it)
    for _ in range(5):
        notifications.deliver_due()
    assert len(failing) == 49
    assert Counter(row["attempts"] for row in _rows()) == {0: 4, 1: 1}
    failing.clear()
    notifications.mail_gate._client().delete("hd:mail:pause")
    assert notifications.deliver_due() == 4
    assert not notifications.mail_gate._client().exists("hd:mail:suspect")


def test_a_mail_that_can_not_be_written_blocks_no_other(
    w: World, mailbox: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = _mails.write

    def write(recipient: _mails.Recipient, items: object) -> object:
        if recipient.name == "Clara Client":
            raise ZeroDivisionError
        return real(recipient, items)  # type: ignore[arg-type]

    monkeypatch.setattr(_mails, "write", write)
    make_ticket(w.client, w.it)
    notifications.deliver_due()
    [failed] = _rows(status="failed")
    assert failed["last_error"] == "The mail could not be written (ZeroDivisionError)."
    assert len(mailbox.received()) == 4


class _Killed(BaseException):
    """As a process that is gone: nothing of it runs any more."""


def test_killed_after_the_server_took_it_the_mail_repeats_with_its_id(
    w: World, mailbox: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    _only_receipt(w)

    def die(*_: object) -> None:
        raise _Killed

    with monkeypatch.context() as patch:
        patch.setattr(notifications, "_record", die)
        with pytest.raises(_Killed):
            notifications.deliver_due()
    assert [row["status"] for row in _rows()] == ["sending"]
    assert notifications.deliver_due() == 0  # its lease has not ended
    _due_now()
    assert notifications.deliver_due() == 1
    first, second = mailbox.received()
    assert first.message_id == second.message_id
    assert [(row["status"], row["attempts"]) for row in _rows()] == [("sent", 2)]
    _ledger_holds()


def test_a_mail_that_kills_its_worker_is_given_up(
    w: World, mailbox: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ticket(w.client, w.it)

    def die(_: object, recipients: list[str]) -> None:
        if "clara" in recipients[0]:
            raise _Killed

    monkeypatch.setattr(notifications.mail, "send", die)
    for _ in range(_outbox.MAX_KILLED):
        with pytest.raises(_Killed):
            notifications.deliver_due()
        _due_now()
    notifications.deliver_due()
    [failed] = _rows(status="failed")
    assert "killed" in str(failed["last_error"])
    assert {row["status"] for row in _rows()} == {"sent", "failed"}
    _ledger_holds()


def test_a_database_that_restarts_while_a_mail_leaves_costs_no_second_mail(
    w: World, mailbox: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    _only_receipt(w)
    away = [2]
    real = _outbox.record_sent

    def record_sent(*arguments: object) -> None:
        away[0] -= 1
        if away[0] >= 0:
            raise Unavailable
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(_outbox, "record_sent", record_sent)
    monkeypatch.setattr(notifications, "_RECORD_PAUSES", (0.01,) * 5)
    notifications.deliver_due()
    assert away[0] == -1
    assert len(mailbox.received()) == 1
    assert [row["status"] for row in _rows()] == ["sent"]


def test_many_workers_send_each_mail_once(fresh_world: World, valkey: str, mailbox: Mail) -> None:
    ids = [make_ticket(fresh_world.client, fresh_world.it, f"T{number}").ticket.id for number in range(20)]
    tickets.bulk(fresh_world.actor("admin"), ids, "assign", {"assigned_to": fresh_world.agent2.id})
    workers = [threading.Thread(target=_deliver) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    ids_seen = Counter(one.message_id for one in mailbox.received())
    assert set(ids_seen.values()) == {1}
    rows = _rows()
    assert {row["status"] for row in rows} == {"sent"}
    assert set(ids_seen) == {row["message_id"] for row in rows}
    assert len([one for one in mailbox.to("ben.agent") if one.subject.startswith("20 tickets")]) == 1
    _ledger_holds()
    core_db.dispose()


# ---- the log ----


def _log(w: World, **filters: object) -> tuple[NotificationRow, ...]:
    return notifications.list_log(w.actor("admin"), replace(NotificationQuery(), **filters)).items  # type: ignore[arg-type]


def test_the_log_is_the_admins(w: World, mailbox: Mail) -> None:
    first = make_ticket(w.client, w.it).ticket
    make_ticket(w.client2, w.hr)
    notifications.deliver_due()
    for name in ("client", "agent", "manager"):
        with pytest.raises(Forbidden):
            notifications.list_log(w.actor(name), NotificationQuery())
    everything = _log(w, page_size=100)
    assert [row.id for row in everything] == sorted((row.id for row in everything), reverse=True)
    one = next(row for row in everything if row.recipient and row.recipient.id == w.client.id)
    assert (one.event, one.ticket_no, one.status, one.attempts) == (
        "ticket_receipt",
        first.ticket_no,
        "sent",
        1,
    )
    assert one.sent_at is not None
    assert {row.ticket_id for row in _log(w, ticket_id=(first.id,))} == {first.id}
    assert {row.event for row in _log(w, event=("ticket_created",))} == {"ticket_created"}
    assert _log(w, status=("failed",)) == ()
    assert {row.recipient.id for row in _log(w, recipient_id=(w.agent.id,)) if row.recipient} == {w.agent.id}
    assert [row.id for row in _log(w, sort="created_at")] == [row.id for row in everything][::-1]


def test_the_log_in_pages(w: World) -> None:
    for _ in range(3):
        make_ticket(w.client, w.it)
    seen: list[int] = []
    cursor: str | None = None
    while True:
        page = notifications.list_log(w.actor("admin"), NotificationQuery(page_size=4, cursor=cursor))
        seen += [row.id for row in page.items]
        assert page.total == 24  # of each ticket five mails, and three bells
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(set(seen)) == len(seen) == 24
    second = notifications.list_log(w.actor("admin"), NotificationQuery(page_size=4, page=2))
    assert [row.id for row in second.items] == seen[4:8]
    for wrong in (
        {"status": ("gone",)},
        {"event": ("x",)},
        {"sort": "id; drop table"},
        {"page": 0},
        {"cursor": "nonsense"},
        {"ticket_id": (2**63,)},
    ):
        with pytest.raises(Invalid):
            _log(w, **wrong)


def _failed(w: World, failing: list[MailFailure], branch: str) -> int:
    """A ticket whose receipt failed; the id of that message."""
    make_ticket(w.client, getattr(w, branch))
    failing.append(MailFailure("550 no such user", permanent=True))
    notifications.deliver_due()
    return int(str(_rows(status="failed")[-1]["id"]))


def test_retry_is_for_staff_who_see_the_ticket(w: World, mailbox: Mail, failing: list[MailFailure]) -> None:
    wanted = _failed(w, failing, "hr")
    with pytest.raises(Forbidden):
        notifications.retry(w.actor("client"), wanted)
    with pytest.raises(NotFound):
        notifications.retry(w.actor("agent"), wanted)
    with pytest.raises(NotFound):
        notifications.retry(w.actor("admin"), 2**62)
    with pytest.raises(Invalid):
        notifications.retry(w.actor("admin"), "1")
    again = notifications.retry(w.actor("hr_agent"), wanted)
    assert (again.status, again.attempts) == ("queued", 1)
    assert notifications.retry(w.actor("hr_agent"), wanted).status == "queued"
    notifications.deliver_due()
    assert len(mailbox.to("clara")) == 1
    with pytest.raises(Conflict):
        notifications.retry(w.actor("admin"), wanted)
    assert [(row["status"], row["attempts"]) for row in _rows(id=wanted)] == [("sent", 2)]
    _ledger_holds()


def test_a_retry_begins_a_new_series(w: World, failing: list[MailFailure]) -> None:
    _only_receipt(w)
    failing += [MailFailure("451 later", permanent=False)] * (_outbox.MAX_TRIES + 1)
    for _ in range(_outbox.MAX_TRIES):
        notifications.deliver_due()
        _due_now()
    [row] = _rows(status="failed")
    notifications.retry(w.actor("admin"), row["id"])
    notifications.deliver_due()
    [row] = _rows()
    assert (row["status"], row["attempts"]) == ("queued", _outbox.MAX_TRIES + 1)


def test_a_retry_takes_the_whole_mail_along(w: World, mailbox: Mail, failing: list[MailFailure]) -> None:
    ids = [make_ticket(w.client, w.it).ticket.id for _ in range(3)]
    notifications.deliver_due()
    failing.append(MailFailure("550 no", permanent=True))
    tickets.bulk(w.actor("admin"), ids, "assign", {"assigned_to": w.agent2.id})
    notifications.deliver_due()
    failed = _rows(status="failed")
    notifications.retry(w.actor("admin"), failed[0]["id"])
    assert notifications.deliver_due() == 1
    assert not _rows(status="failed")


# ---- the local mailbox in the app ----


def test_the_mailbox_shows_everybody_their_own(
    w: World, mailbox: Mail, settings: Callable[..., Settings]
) -> None:
    make_ticket(w.client, w.it)
    notifications.deliver_due()
    everything = notifications.mailbox(w.actor("admin"))
    assert len(everything) == 5
    [own] = notifications.mailbox(w.actor("client"))
    assert own.subject.startswith("[HD-")
    assert notifications.read_mail(w.actor("client"), own.id) == own
    other = next(one for one in everything if one.id != own.id)
    with pytest.raises(NotFound):
        notifications.read_mail(w.actor("client"), other.id)
    assert notifications.mailbox(w.actor("client2")) == []
    assert [one.id for one in notifications.mailbox(w.actor("admin"), 2)] == [
        one.id for one in everything[:2]
    ]
    assert [one.id for one in notifications.mailbox(w.actor("admin"), 2, everything[1].id)] == [
        one.id for one in everything[2:4]
    ]
    with pytest.raises(Invalid):
        notifications.mailbox(w.actor("admin"), 0)


def test_production_has_no_mailbox(w: World, settings: Callable[..., Settings]) -> None:
    settings(env="production", public_url="https://help.example.com", rate_limits="on", bcrypt_cost=12)
    with pytest.raises(NotFound):
        notifications.mailbox(w.actor("admin"))
    with pytest.raises(NotFound):
        notifications.read_mail(w.actor("admin"), "0" * 19 + "-" + "0" * 8)


def test_a_new_member_of_a_restricted_group_reads_its_mails(w: World, mailbox: Mail) -> None:
    secret = make_branch("Board", restricted=True)
    add_member(secret.group_id, w.agent)
    make_ticket(w.client, secret)
    notifications.deliver_due()
    assert [one.text.splitlines()[0] for one in mailbox.to("ada.agent")] == ["New request for Board"]
    assert actor_for(w.agent).group_ids >= {secret.group_id}
    assert not mailbox.to("ben.agent")

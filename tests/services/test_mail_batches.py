"""Several mails are claimed at a time: none is lost, split, told what it may not be, or taken for a killer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, update
from sqlalchemy.orm import Session

from helpdesk.core import db as core_db
from helpdesk.core.db import transaction
from helpdesk.core.errors import Unavailable
from helpdesk.integrations import mail
from helpdesk.integrations.mail import MailFailure
from helpdesk.models.notification import notification_attempts, notification_logs
from helpdesk.models.person import users
from helpdesk.services import _ledger, _mails, _outbox, notifications, tickets
from tests.conftest import Mail
from tests.factories import World, make_ticket

_n, _a = notification_logs.c, notification_attempts.c


@pytest.fixture
def w(world: World, valkey: str, mailbox: Mail) -> World:
    """Two tickets, of which ten mails wait, five of each."""
    for title in ("First", "Second"):
        make_ticket(world.client, world.it, title)
    return world


def _rows() -> list[Any]:
    with transaction() as s:
        which = select(notification_logs).where(_n.channel == "email").order_by(_n.id)
        return list(s.execute(which).all())


def _states() -> Counter[tuple[str, int]]:
    return Counter((row.status, row.attempts) for row in _rows())


def _tries() -> int:
    with transaction() as s:
        return len(s.execute(select(_a.id)).all())


def _claim(most: int = _outbox.MOST) -> list[_outbox.Claim]:
    with transaction() as s:
        return _outbox.claim_due(s, most)


def _deliver() -> None:
    """All that is due, however slow this machine is."""
    while notifications.deliver_due():
        pass


def _due_now() -> None:
    """Time passes: what waits is due, and leases have ended."""
    with transaction() as s:
        which = update(notification_logs).where(_n.status.in_(["queued", "sending"]))
        s.execute(which.values(next_attempt_at=_n.created_at))


def _ledger_holds() -> None:
    with transaction() as s:
        assert list(_ledger.problems(s)) == []


def _before_each(monkeypatch: pytest.MonkeyPatch, act: Callable[[EmailMessage, str], None]) -> None:
    """Do this before a mail leaves, with its message and its address."""
    real = mail.send

    def send(message: EmailMessage, recipients: list[str]) -> None:
        act(message, recipients[0])
        real(message, recipients)

    monkeypatch.setattr(notifications.mail, "send", send)


# ---- claiming ----


def test_the_oldest_mails_are_claimed_together(w: World) -> None:
    ids = [row.id for row in _rows()]
    first, second = _claim(), _claim()
    assert [claim.ids for claim in first] == [[row_id] for row_id in ids[:8]]
    assert [claim.ids for claim in second] == [[row_id] for row_id in ids[8:]]
    assert _claim() == []
    assert _states() == {("sending", 1): 10}
    assert [row.message_id for row in _rows()] == [claim.message_id for claim in first + second]
    _ledger_holds()


def test_a_mail_of_many_rows_is_claimed_as_a_whole(w: World, mailbox: Mail) -> None:
    _deliver()
    ids = [row.ticket_id for row in _rows() if row.event == "ticket_receipt"]
    tickets.bulk(w.actor("admin"), ids, "assign", {"assigned_to": w.agent2.id})
    claims = _claim()
    assert [len(claim.tries) for claim in claims] == [2, 2]  # the assignee's, and the requester's
    assert {len({row.recipient_key for row in _rows() if row.id in claim.tries}) for claim in claims} == {1}


def test_two_at_once_share_and_split_no_mail(fresh_world: World) -> None:
    for _ in range(3):
        make_ticket(fresh_world.client, fresh_world.it)
    with Session(core_db.engine()) as one, Session(core_db.engine()) as other:
        first, second = _outbox.claim_due(one), _outbox.claim_due(other)
        one.commit()
        other.commit()
    claimed = [row_id for claim in first + second for row_id in claim.ids]
    assert (len(first), len(second)) == (8, 7)
    assert claimed == [row.id for row in _rows()]


def test_a_mail_that_was_tried_is_claimed_alone(w: World) -> None:
    ids = [row.id for row in _rows()]
    tried = ids[3]
    with transaction() as s:
        s.execute(update(notification_logs).where(_n.id == tried).values(attempts=1))
    assert [claim.ids for claim in _claim()] == [[row_id] for row_id in ids[:3]]
    assert [claim.ids for claim in _claim()] == [[tried]]
    assert [claim.ids for claim in _claim()] == [[row_id] for row_id in ids[4:]]


def test_many_mails_cost_no_more_statements_than_one(w: World, db: Connection) -> None:
    seen: list[str] = []
    event.listen(db, "before_cursor_execute", lambda *a: seen.append(a[2].split()[0]))

    def cost(most: int) -> int:
        seen.clear()
        with transaction() as s:
            claims = _outbox.claim_due(s, most)
            notifications.gather(s, [row_id for claim in claims for row_id in claim.ids])
        assert len(claims) == most
        return len([verb for verb in seen if verb not in {"SAVEPOINT", "RELEASE"}])

    assert cost(1) == cost(8) <= 13


# ---- giving back ----


def test_when_the_run_is_over_the_rest_waits_as_if_nobody_had_claimed_it(
    w: World, mailbox: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [row.next_attempt_at for row in _rows()]
    clock = [0.0]
    monkeypatch.setattr(notifications.time, "monotonic", lambda: clock[0])

    def slow(*_: object) -> None:
        clock[0] += 0.6

    _before_each(monkeypatch, slow)
    assert notifications.deliver_due(run_seconds=1) == 2
    assert _states() == {("sent", 1): 2, ("queued", 0): 8}
    assert [row.next_attempt_at for row in _rows()[2:]] == before[2:]
    assert _tries() == 2
    _ledger_holds()
    _deliver()
    assert _states() == {("sent", 1): 10}
    assert len(mailbox.received()) == 10


def test_a_slow_server_gets_no_mail_whose_lease_is_about_to_end(
    w: World, mailbox: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, left = [0.0], list[tuple[float, str]]()
    monkeypatch.setattr(notifications.time, "monotonic", lambda: clock[0])
    claimed_at: dict[str, float] = {}
    real = _outbox.claim_due

    def claim_due(s: Session) -> list[_outbox.Claim]:
        claims = real(s)
        claimed_at.update({claim.message_id: clock[0] for claim in claims})
        return claims

    def slow(message: EmailMessage, _: str) -> None:
        left.append((clock[0] - claimed_at[message["Message-ID"]], message["Message-ID"]))
        clock[0] += 1.4

    monkeypatch.setattr(_outbox, "claim_due", claim_due)
    _before_each(monkeypatch, slow)
    assert notifications.deliver_due(run_seconds=60) == 10
    assert max(late for late, _ in left) < _outbox.BATCH_SECONDS
    assert [name for _, name in left] == [
        row.message_id for row in _rows()
    ]  # who was given back keeps the turn
    assert _states() == {("sent", 1): 10}
    _ledger_holds()


def test_the_first_of_a_batch_leaves_however_slow_the_database_is(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_outbox, "BATCH_SECONDS", 0)
    assert notifications.deliver_due() == 10


def test_a_server_that_is_down_gets_the_rest_back_in_the_queue(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object, address: str) -> None:
        if address.startswith("ben"):
            raise MailFailure("no answer", permanent=False, server_down=True)

    _before_each(monkeypatch, fail)
    sent = notifications.deliver_due()
    assert _states() == {("sent", 1): sent, ("queued", 1): 1, ("queued", 0): 9 - sent}
    assert _tries() == sent + 1


def test_a_database_that_is_away_before_any_mail_left_costs_no_try(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gather(*_: object) -> object:
        raise Unavailable

    monkeypatch.setattr(notifications, "gather", gather)
    with pytest.raises(Unavailable):
        notifications.deliver_due()
    assert (_states(), _tries()) == ({("queued", 0): 10}, 0)


def test_who_is_late_gives_back_nothing_that_another_holds(w: World) -> None:
    late = _claim()
    _due_now()
    [[held]] = [claim.ids for claim in _claim()]
    with transaction() as s:
        _outbox.give_back(s, late)
    by_id = {row.id: (row.status, row.attempts) for row in _rows()}
    assert by_id.pop(held) == ("sending", 2)
    assert set(by_id.values()) == {("queued", 0)}
    _ledger_holds()


# ---- killed, and unable to be written ----


def test_of_a_killed_worker_each_mail_goes_once_more(w: World, mailbox: Mail) -> None:
    for _ in range(_outbox.MAX_KILLED - 1):
        _claim()
    _due_now()
    _deliver()
    assert _states() == {("sent", 2): 10}
    assert set(Counter(one.message_id for one in mailbox.received()).values()) == {1}
    _ledger_holds()


class _Killed(BaseException):
    """As a process that is gone: nothing of it runs any more."""


def test_a_mail_that_kills_its_sender_takes_no_other_along(
    w: World, mailbox: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = _rows()[3]

    def die(message: EmailMessage, _: str) -> None:
        if message["Message-ID"] == _rows()[3].message_id:
            raise _Killed

    _before_each(monkeypatch, die)
    for _ in range(_outbox.MAX_KILLED):
        with pytest.raises(_Killed):
            notifications.deliver_due(run_seconds=60)
        _due_now()
    _deliver()
    [failed] = [row for row in _rows() if row.status == "failed"]
    assert (failed.id, failed.attempts, "killed 3 times" in failed.last_error) == (poison.id, 3, True)
    # three left before it, four were claimed with it, the last two came later
    assert _states() == {("sent", 1): 5, ("sent", 2): 4, ("failed", 3): 1}
    assert Counter(Counter(one.message_id for one in mailbox.received()).values()) == {1: 9}
    _ledger_holds()


def test_a_mail_that_can_not_be_put_together_spoils_no_other(
    w: World, mailbox: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = _mails.write

    def write(recipient: _mails.Recipient, items: Any) -> object:
        if recipient.name == "Ada Agent":
            raise ZeroDivisionError
        return real(recipient, items)

    monkeypatch.setattr(_mails, "write", write)
    _deliver()
    assert _states() == {("sent", 1): 8, ("failed", 1): 2}


# ---- rights ----


def test_who_lost_the_right_after_the_claim_is_not_told(
    w: World, mailbox: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(notifications.time, "monotonic", lambda: clock[0])

    def revoke(*_: object) -> None:
        clock[0] += notifications.FRESH_SECONDS
        with transaction() as s:
            s.execute(update(users).where(users.c.id == w.agent2.id).values(is_active=False))

    _before_each(monkeypatch, revoke)
    notifications.deliver_due()
    assert not mailbox.to("ben.agent")
    lost = [row for row in _rows() if row.recipient_id == w.agent2.id]
    assert {(row.status, row.last_error) for row in lost} == {("suppressed", "the recipient is deactivated")}
    assert len(mailbox.received()) == 8
    _ledger_holds()

"""Telling people: sending what the outbox holds, its log, the bell, and the local mailbox of a development system.

The sending functions act for nobody and are called by the worker alone; each mail is built for its recipient, from
what that recipient may see at the moment of sending.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from email.message import EmailMessage

from sqlalchemy.orm import Session

from helpdesk.core.clock import now
from helpdesk.core.db import transaction
from helpdesk.core.errors import Unavailable
from helpdesk.integrations import mail, mail_gate
from helpdesk.integrations.mail import Mail, MailFailure
from helpdesk.services import _mails, _outbox
from helpdesk.services._bell import BellQuery, count_unread, list_mine, mark_all_read, mark_read
from helpdesk.services._mail_facts import Facts, Letter, gather
from helpdesk.services._mail_page import render
from helpdesk.services._mailbox_view import MailView, mailbox, read_mail
from helpdesk.services._notification_log import NotificationQuery, list_log, retry

__all__ = [
    "BellQuery",
    "MailView",
    "NotificationQuery",
    "count_unread",
    "deliver_due",
    "list_log",
    "list_mine",
    "mailbox",
    "mark_all_read",
    "mark_read",
    "read_mail",
    "retry",
]

log = logging.getLogger(__name__)

RUN_SECONDS = 15.0
"""A run begins no new mail after this time, so that its process is free for other tasks again."""

FRESH_SECONDS = 1.0
"""What was read longer ago says no more what a mail may tell: it is read anew."""

_RECORD_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)


def deliver_due(run_seconds: float = RUN_SECONDS) -> int:
    """Send what is due, a few mails at a time, for up to `run_seconds` plus one mail; return how many were
    sent.

    Any number of processes may do this at once: each mail is claimed by one. Stops early where the mail
    server takes nothing; the rows wait, the next run tries again.
    """
    until = time.monotonic() + run_seconds
    sent = 0
    while time.monotonic() < until and mail_gate.may_try():
        late = min(until, time.monotonic() + _outbox.BATCH_SECONDS)  # from before the lease begins
        with transaction() as s:
            claims = _outbox.claim_due(s)
        if not claims:
            break
        outcome = _deliver([claim for claim in claims if claim.tries], late)
        sent += outcome.sent
        if outcome.server_down:
            mail_gate.server_is_down()
            break
        if outcome.sent:
            mail_gate.server_works()
    return sent


@dataclass(frozen=True, slots=True)
class _Outcome:
    sent: int = 0
    server_down: bool = False


def _deliver(claims: list[_outbox.Claim], late: float) -> _Outcome:
    """Send these mails one after the other, each with its result; give back what did not begin by `late`.

    The first leaves in any case, so that a slow database delays all and stops none.
    """
    left, sent, down, begun = deque(claims), 0, False, False
    facts, fresh_until = None, 0.0
    while left and not down:
        if facts is None or time.monotonic() >= fresh_until:
            fresh_until = time.monotonic() + FRESH_SECONDS
            facts = _gather(left)
        if begun and time.monotonic() >= late:
            break
        begun = True
        outcome = _send(left.popleft(), facts)
        sent, down = sent + outcome.sent, outcome.server_down
    if left:
        _record(lambda s: _outbox.give_back(s, left))
    return _Outcome(sent, down)


def _gather(claims: Collection[_outbox.Claim]) -> Facts:
    """What these mails may tell now. Where the database is away meanwhile, they wait again as before."""
    try:
        with transaction() as s:
            return gather(s, [row_id for claim in claims for row_id in claim.tries])
    except Unavailable:
        _record(lambda s: _outbox.give_back(s, claims))
        raise


def _send(claim: _outbox.Claim, facts: Facts) -> _Outcome:
    """Send the mail of a claim, outside of any transaction, and record what became of it."""
    try:
        letter = facts.letter(claim.ids)
        message = _message(claim, letter)
    except Exception as error:
        log.exception("a mail could not be written", extra={"notifications": claim.ids[:20]})
        reason = f"The mail could not be written ({type(error).__name__})."
        _record(lambda s: _outbox.record_failure(s, claim, claim.ids, reason, permanent=True))
        return _Outcome()
    told = [item.id for item in letter.items]
    failure: MailFailure | None = None
    if message is not None:
        try:
            mail.send(message, [letter.recipient.address])
        except MailFailure as caught:
            failure = caught
            log.warning("a mail was not taken: %s", caught.reason, extra={"notifications": told[:20]})

    def record(s: Session) -> None:
        if letter.refused:
            _outbox.record_suppressed(s, claim, letter.refused)
        if failure is not None:
            _outbox.record_failure(s, claim, told, failure.reason, permanent=failure.permanent)
        elif told:
            _outbox.record_sent(s, claim, told)

    _record(record)
    if failure is not None:
        return _Outcome(server_down=failure.server_down)
    return _Outcome(sent=1 if told else 0)


def _message(claim: _outbox.Claim, letter: Letter) -> EmailMessage | None:
    if not letter.items:
        return None
    page = _mails.write(letter.recipient, letter.items)
    text, html = render(page)
    number = page.label.lower()
    host = claim.message_id.rpartition("@")[2].rstrip(">")
    return mail.build_message(
        Mail(
            to=letter.recipient.address,
            to_name=letter.recipient.name,
            subject=page.subject,
            text=text,
            html=html,
            message_id=claim.message_id,
            at=now(),
            # one thread per ticket in the reader's mail program: all name the same ancestor, which needs not
            # exist
            thread=(f"<ticket.{number}@{host}>",) if number else (),
            list_id=f"{page.label or 'Helpdesk'} <{number or 'tickets'}.helpdesk.{host}>",
            headers={"X-Helpdesk-Event": ", ".join(sorted({str(item.event) for item in letter.items}))},
        )
    )


def _record(write: Callable[[Session], None]) -> None:
    """Write the result, also when the database is just restarting:
    a mail whose result is lost would go twice.
    """
    for pause in (*_RECORD_PAUSES, None):
        try:
            with transaction() as s:
                write(s)
            return
        except Unavailable:
            if pause is None:
                raise
            time.sleep(pause)

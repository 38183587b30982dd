"""The statements of the outbox, built once: to build one for each call costs more than to run it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    FromClause,
    Integer,
    Select,
    String,
    Update,
    Uuid,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    tuple_,
    update,
)

from helpdesk.domain.enums import NotificationStatus
from helpdesk.models.notification import notification_attempts, notification_logs
from helpdesk.services._arrays import any_of, lists

_n = notification_logs.c
_a = notification_attempts.c

# written out, so that also a plan for any parameters may use the index of these alone
_WAITING = [
    literal_column(f"'{one}'", String()) for one in (NotificationStatus.QUEUED, NotificationStatus.SENDING)
]
_MOMENT = DateTime(timezone=True)
_AT = bindparam("at", type_=_MOMENT)
_NOW = func.coalesce(bindparam("moved", type_=_MOMENT), func.clock_timestamp())


def _held(mine: FromClause) -> ColumnElement[bool]:
    """Only what a claim still holds: after its lease ended, somebody else may be at it."""
    sending = _n.status == str(NotificationStatus.SENDING)
    return and_(sending, _n.id == mine.c.ids, _n.attempts == mine.c.tries)


def _try_of(mine: FromClause) -> ColumnElement[bool]:
    return and_(_a.notification_id == mine.c.ids, _a.number == mine.c.tries)


def _first_due() -> Select[*tuple[Any, ...]]:
    earlier = notification_logs.alias("earlier")
    first_of_its_mail = ~(
        select(earlier.c.id)
        .where(
            earlier.c.batch_id == _n.batch_id,
            earlier.c.recipient_key == _n.recipient_key,
            earlier.c.channel == _n.channel,
            earlier.c.id < _n.id,
            earlier.c.status.in_(_WAITING),
            earlier.c.next_attempt_at <= _AT,
        )
        .exists()
    )
    return (
        select(_n.batch_id, _n.recipient_key, _n.channel)
        .where(_n.status.in_(_WAITING), _n.next_attempt_at <= _AT, first_of_its_mail)
        .order_by(_n.next_attempt_at, _n.id)
        # written out: a plan for any number would rather sort the whole backlog
        .limit(bindparam("most", type_=Integer(), literal_execute=True))
        .with_for_update(skip_locked=True, of=notification_logs)
    )


FIRST_DUE = _first_due()
"""The first due rows of up to `most` mails that nobody holds: no earlier row of the same mail is due as well."""

_mails = lists(batches=Uuid(), recipients=String(), channels=String())
DUE_OF_MAILS = (
    select(
        *(_n.id, _n.attempts, _n.message_id, _n.batch_id, _n.recipient_key, _n.channel),
        _n.next_attempt_at,
    )
    .where(
        tuple_(_n.batch_id, _n.recipient_key, _n.channel).in_(
            select(_mails.c.batches, _mails.c.recipients, _mails.c.channels)
        ),
        _n.status.in_(_WAITING),
        _n.next_attempt_at <= _AT,
    )
    .order_by(_n.id)
    .with_for_update(of=notification_logs)
)

_TRIED_BEFORE = func.coalesce(_n.data["tried_before"].as_integer(), 0)
"""How many tries lie before the last "Retry" by a person, and no longer count."""

POISONOUS = (
    select(_a.notification_id)
    .join(notification_logs, _n.id == _a.notification_id)
    .where(_a.notification_id == any_of("ids"), _a.finished_at.is_(None), _a.number > _TRIED_BEFORE)
    .group_by(_a.notification_id)
    .having(func.count() >= bindparam("most", type_=Integer()))
)

FAIL = (
    update(notification_logs)
    .where(_n.id == any_of("ids"))
    .values(status=str(NotificationStatus.FAILED), last_error=bindparam("reason", type_=String()))
    .returning(_n.ticket_id, _n.recipient_id)
)

TRIED_BEFORE = select(_n.id, _TRIED_BEFORE.label("base")).where(_n.id == any_of("ids"))


def _take():
    chosen = lists(ids=BigInteger(), message_ids=String())
    taken = (
        update(notification_logs)
        .where(_n.id == chosen.c.ids)
        .values(
            status=str(NotificationStatus.SENDING),
            attempts=_n.attempts + 1,
            message_id=chosen.c.message_ids,
            next_attempt_at=bindparam("until", type_=_MOMENT),
        )
        .returning(_n.id, _n.attempts)
        .cte("taken")
    )
    tries = select(taken.c.id, taken.c.attempts, bindparam("who", type_=String()), _AT)
    return insert(notification_attempts).from_select(
        ["notification_id", "number", "worker", "started_at"], tries
    )


TAKE = _take()
"""Lease the rows and write down their tries, which begin."""


def _give_back():
    due = lists(ids=BigInteger(), tries=Integer(), dues=_MOMENT)
    back = (
        update(notification_logs)
        .where(_held(due))
        .values(status=str(NotificationStatus.QUEUED), attempts=_n.attempts - 1, next_attempt_at=due.c.dues)
        .returning(_n.id, _n.attempts)
        .cte("back")
    )
    return delete(notification_attempts).where(
        _a.notification_id == back.c.id, _a.number == back.c.attempts + 1
    )


GIVE_BACK = _give_back()
"""Undo `TAKE`."""


def _result(changed: Update, closed: Update) -> Select[*tuple[Any, ...]]:
    """Change rows and close their tries in one statement; returns what `changed` returns."""
    told = changed.returning(_n.ticket_id, _n.recipient_id).cte("told")
    return select(told.c.ticket_id, told.c.recipient_id).add_cte(closed.cte("closed"))


def _sent() -> Select[*tuple[Any, ...]]:
    rows = lists(ids=BigInteger(), tries=Integer())
    return _result(
        update(notification_logs)
        .where(_n.id == rows.c.ids, _n.status.in_(_WAITING))
        .values(status=str(NotificationStatus.SENT), sent_at=_NOW, last_error=None),
        update(notification_attempts)
        .where(_try_of(rows))
        .values(result="sent", error=None, finished_at=_NOW),
    )


SENT = _sent()
"""The mail server has the rows, whoever holds them by now."""


def _not_sent() -> Select[*tuple[Any, ...]]:
    rows = lists(ids=BigInteger(), tries=Integer(), states=String(), reasons=String(), dues=_MOMENT)
    return _result(
        update(notification_logs)
        .where(_held(rows))
        .values(
            status=rows.c.states,
            last_error=rows.c.reasons,
            next_attempt_at=func.coalesce(rows.c.dues, _n.next_attempt_at),
        ),
        update(notification_attempts)
        .where(_try_of(rows))
        .values(result=bindparam("outcome", type_=String()), error=rows.c.reasons, finished_at=_AT),
    )


NOT_SENT = _not_sent()
"""Each row's new state with its reason, and when it is due again (None: as it was)."""

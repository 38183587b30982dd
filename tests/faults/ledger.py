"""Whether what was acknowledged is there once, everybody was told, and the mail server saw just that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from sqlalchemy import func, select, text, update

from helpdesk.core.db import transaction
from helpdesk.domain.enums import Channel, NotificationEvent
from helpdesk.models.notification import notification_attempts, notification_logs
from helpdesk.models.ticket import attachments, ticket_comments, tickets
from tests.faults.sink import Sink
from tests.faults.users import Filed

_n, _a = notification_logs.c, notification_attempts.c


def waiting() -> int:
    """How many messages should be on their way by now: all but those under a lease or waiting for their next try."""
    with transaction() as s:
        due = _n.status.in_(["queued", "sending"]) & (_n.next_attempt_at <= func.clock_timestamp())
        return s.scalar(select(func.count()).select_from(notification_logs).where(due)) or 0


def unsettled() -> int:
    """How many messages are neither sent nor given up."""
    with transaction() as s:
        open_ones = _n.status.in_(["queued", "sending"])
        return s.scalar(select(func.count()).select_from(notification_logs).where(open_ones)) or 0


def let_time_pass() -> None:
    """What the mail server refused for now gets its next try; what somebody may be sending is left alone."""
    with transaction() as s:
        s.execute(
            update(notification_logs)
            .where(_n.status == "queued", _n.next_attempt_at > func.clock_timestamp())
            .values(next_attempt_at=func.clock_timestamp())
        )


def problems(filed: Sequence[Filed], group: int, sink: Sink) -> Iterator[str]:
    """One sentence per acknowledged write that is not there just once, and per message that does not add up."""
    yield from _tickets(filed, group)
    yield from _comments(filed)
    yield from _files(filed)
    yield from _told(filed)
    yield from _mails(sink)


def _tickets(filed: Sequence[Filed], group: int) -> Iterator[str]:
    with transaction() as s:
        t = tickets.c
        rows = s.execute(select(t.id, t.ticket_no, t.title).where(t.group_id == group)).all()
    there = Counter((row.id, row.ticket_no, row.title) for row in rows)
    wanted = Counter((one.id, one.number, one.title) for one in filed)
    yield from _differences("ticket", wanted, there)


def _comments(filed: Sequence[Filed]) -> Iterator[str]:
    c = ticket_comments.c
    with transaction() as s:
        rows = s.execute(select(c.id, c.ticket_id, c.message).where(c.ticket_id.in_(_ids(filed)))).all()
    there = Counter((str(row.id), row.ticket_id, row.message) for row in rows)
    wanted = Counter((str(name), one.id, message) for one in filed for message, name in one.comments.items())
    yield from _differences("comment", wanted, there)


def _files(filed: Sequence[Filed]) -> Iterator[str]:
    a = attachments.c
    with transaction() as s:
        rows = s.execute(select(a.id, a.ticket_id, a.filename).where(a.ticket_id.in_(_ids(filed)))).all()
    there = Counter((str(row.id), row.ticket_id, row.filename) for row in rows)
    wanted = Counter((str(name), one.id, filename) for one in filed for filename, name in one.files.items())
    yield from _differences("file", wanted, there)


def _told(filed: Sequence[Filed]) -> Iterator[str]:
    with transaction() as s:
        rows = s.execute(
            select(_n.ticket_id, _n.event, _n.recipient_key, _n.channel).where(
                _n.ticket_id.in_(_ids(filed)), _n.event.not_in(["sla_warning", "sla_breach"])
            )
        ).all()
    there = Counter((row.ticket_id, row.event, row.recipient_key, row.channel) for row in rows)
    wanted = Counter[tuple[int, str, str, str]]()
    for one in filed:
        for (event, whom), times in one.told.items():
            rings = whom.startswith("user:") and event != NotificationEvent.TICKET_RECEIPT
            for channel in Channel if rings else [Channel.EMAIL]:
                wanted[(one.id, event, whom, channel.value)] += times
    yield from _differences("message", wanted, there)


def _mails(sink: Sink) -> Iterator[str]:
    """Each mail that was taken belongs to a row; each that is called sent was taken, and no more often than tried."""
    arrived = dict(sink.arrived)  # before the rows: what is being sent just now is no fault
    with transaction() as s:
        # one moment for rows and tries: between two, what is being sent just now would look like neither
        s.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        rows = s.execute(_every_mail()).all()
        unfinished = _unfinished(s.execute(_killed_tries()).tuples().all())
    sent = {row.message_id for row in rows if row.status == "sent"}
    for row in rows:
        if row.status == "failed" and not row.last_error:
            yield f"message {row.id} failed without a reason"
        if row.status not in {"queued", "sending", "sent", "failed"}:
            yield f"message {row.id} is {row.status}"
    for name in sent - sink.arrived.keys():
        yield f"{name} is called sent and never arrived"
    for name, times in arrived.items():
        if name not in sent and not unfinished[name]:
            yield f"{name} arrived, and no row is called sent for it"
        if times > 1 + unfinished[name] + sink.unanswered[name]:
            yield f"{name} arrived {times} times, with {unfinished[name]} tries of it killed"


def _every_mail():
    return select(_n.message_id, _n.status, _n.last_error, _n.id).where(_n.channel == Channel.EMAIL)


def _killed_tries():
    return (
        select(_n.message_id, func.max(_a.number), func.count().filter(_a.finished_at.is_(None)))
        .join(notification_logs, _n.id == _a.notification_id)
        .group_by(_n.id)
    )


def _unfinished(rows: Iterable[tuple[str | None, int, int]]) -> Counter[str]:
    """Killed tries by mail: the rows of one mail are tried together."""
    found = Counter[str]()
    for name, _, killed in rows:
        found[str(name)] = max(found[str(name)], killed)
    return found


def killed_tries() -> int:
    """How many tries were cut off, by mail."""
    with transaction() as s:
        return _unfinished(s.execute(_killed_tries()).tuples().all()).total()


def given_up() -> Counter[str]:
    """Messages that failed for good, by reason."""
    with transaction() as s:
        rows = s.execute(
            select(_n.last_error, func.count()).where(_n.status == "failed").group_by(_n.last_error)
        )
        return Counter({str(reason)[:60]: count for reason, count in rows.tuples()})


def slowest_second_try() -> timedelta:
    """The longest time from the beginning of a try that was killed to the next one, beyond the lease."""
    later = text("""
        SELECT coalesce(max(b.started_at - a.started_at), interval '0')
          FROM notification_attempts a
          JOIN notification_attempts b ON b.notification_id = a.notification_id AND b.number = a.number + 1
         WHERE a.finished_at IS NULL
    """)
    with transaction() as s:
        return s.scalar(later) or timedelta(0)


def _ids(filed: Sequence[Filed]) -> list[int]:
    return [one.id for one in filed]


def _differences(
    what: str, wanted: Counter[tuple[object, ...]], there: Counter[tuple[object, ...]]
) -> Iterator[str]:
    for one in wanted - there:
        yield f"lost: {what} {one}"
    for one in there - wanted:
        yield f"not asked for: {what} {one}"

"""The notification log, which is the outbox, and the tries."""

# pyright: reportAssignmentType=false
# SQLModel declares `__tablename__` as something else than the string that it wants.

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import SQLModel

from helpdesk.domain.enums import Channel, NotificationEvent, NotificationStatus
from helpdesk.models._columns import big, document, key, number, one_of, ref, table_of, text_, uuid_, when


class Notification(SQLModel, table=True):
    """One row per event, recipient and channel, written in the ticket's transaction (product rules §5)."""

    __tablename__ = "notification_logs"
    __table_args__ = (
        UniqueConstraint("ticket_id", "event_seq", "recipient_key", "channel", name="notification_logs_once"),
        one_of("event", NotificationEvent, name="notification_logs_event_known"),
        one_of("channel", Channel, name="notification_logs_channel_known"),
        one_of("status", NotificationStatus, name="notification_logs_status_known"),
        CheckConstraint(
            "(recipient_id IS NULL) <> (address IS NULL)", name="notification_logs_one_recipient"
        ),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="notification_logs_sent_at_fits"),
        CheckConstraint(
            "CASE WHEN channel = 'in_app' THEN recipient_id IS NOT NULL AND bell_key IS NOT NULL AND attempts = 0"
            " AND status IN ('sent', 'suppressed') ELSE bell_key IS NULL AND read_at IS NULL END",
            name="notification_logs_bell_fits",
        ),
        Index(
            "notification_logs_due",
            "next_attempt_at",
            "id",
            postgresql_where=text("status IN ('queued', 'sending')"),
        ),
        Index("notification_logs_by_batch", "batch_id"),
        Index("notification_logs_by_recipient", "recipient_id", "id"),
        Index("notification_logs_by_status", "status", "id"),
        Index("notification_logs_by_event", "event", "id"),
        Index("notification_logs_failed", "id", postgresql_where=text("status = 'failed'")),
        Index(
            "notification_logs_bell",
            "recipient_id",
            "created_at",
            "bell_key",
            postgresql_where=text("channel = 'in_app'"),
        ),
        Index(
            "notification_logs_unread",
            "recipient_id",
            "created_at",
            "bell_key",
            postgresql_where=text("channel = 'in_app' AND read_at IS NULL"),
        ),
    )

    id: int = key()
    event: str = text_(40)
    ticket_id: int = ref("tickets.id")
    event_seq: int = number()
    comment_id: int | None = ref("ticket_comments.id", null=True)
    actor_id: int = ref("users.id")
    recipient_id: int | None = ref("users.id", null=True)
    address: str | None = text_(255, null=True)  # a group's queue address
    recipient_key: str = text_(270)
    channel: str = text_(20, default="email")
    status: str = text_(20, default="queued")
    attempts: int = number(default=0)
    last_error: str | None = text_(1000, null=True)
    data: dict[str, object] = document()
    batch_id: uuid.UUID = uuid_()
    message_id: str | None = text_(255, null=True)
    created_at: datetime = when()
    next_attempt_at: datetime = when()  # while sending: the end of the lease
    sent_at: datetime | None = when(null=True)
    # in the bell alone: the name that its recipient sees, drawn at random so that it counts nothing
    bell_key: int | None = big(null=True)
    read_at: datetime | None = when(null=True)


class NotificationAttempt(SQLModel, table=True):
    """One try; its row is committed before the try begins, so that a killed one is counted."""

    __tablename__ = "notification_attempts"
    __table_args__ = (
        UniqueConstraint("notification_id", "number", name="notification_attempts_number_key"),
        CheckConstraint(
            "result IN ('sent', 'temporary', 'permanent', 'suppressed')",
            name="notification_attempts_result_known",
        ),
    )

    id: int = key()
    notification_id: int = ref("notification_logs.id")
    number: int = number()
    worker: str = text_(100)
    started_at: datetime = when()
    finished_at: datetime | None = when(null=True)
    result: str | None = text_(20, null=True)
    error: str | None = text_(1000, null=True)


notification_logs = table_of(Notification)
notification_attempts = table_of(NotificationAttempt)

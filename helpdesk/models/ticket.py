"""Tickets and what hangs on them: comments, attachments, watchers, tags, holds, history, events."""

# pyright: reportAssignmentType=false
# SQLModel declares `__tablename__` as something else than the string that it wants.

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Index,
    Sequence,
    SmallInteger,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from helpdesk.domain.enums import EventKind, HoldReason, Priority, ResolutionCode, Source, Status, Visibility
from helpdesk.models._columns import (
    big,
    blob,
    document,
    flag,
    key,
    longest,
    number,
    one_of,
    random_key,
    ref,
    table_of,
    text_,
    when,
)
from helpdesk.models.tree import in_tree

ticket_numbers = Sequence("ticket_numbers", start=1000, metadata=SQLModel.metadata, data_type=BigInteger())

NO_END = datetime(9999, 1, 1, tzinfo=UTC)
_UNSOLVED = text("status IN ('Open', 'Assigned', 'In Progress')")
_RANK = "CASE priority WHEN 'Critical' THEN 3 WHEN 'High' THEN 2 WHEN 'Medium' THEN 1 ELSE 0 END"
_WORDS = (
    "setweight(to_tsvector('simple', helpdesk_plain(title)), 'A')"
    " || setweight(to_tsvector('simple', helpdesk_plain(description)), 'B')"
)
_MESSAGE_WORDS = "to_tsvector('simple'::regconfig, helpdesk_plain(message))"


class Ticket(SQLModel, table=True):
    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("ticket_no", name="tickets_ticket_no_key"),
        *in_tree(),
        one_of("status", Status, name="tickets_status_known"),
        one_of("priority", Priority, name="tickets_priority_known"),
        one_of("resolution_code", ResolutionCode, name="tickets_resolution_code_known"),
        one_of("source", Source, name="tickets_source_known"),
        CheckConstraint(
            "(status = 'Open') = (assigned_to IS NULL) OR status IN ('Resolved', 'Closed')",
            name="tickets_open_means_unassigned",
        ),
        CheckConstraint("(status = 'Closed') = (closed_at IS NOT NULL)", name="tickets_closed_at_fits"),
        CheckConstraint("status <> 'Resolved' OR resolved_at IS NOT NULL", name="tickets_resolved_at_fits"),
        CheckConstraint(
            "held_until IS NULL OR status IN ('Assigned', 'In Progress')", name="tickets_held_in_work"
        ),
        CheckConstraint("impact BETWEEN 1 AND 3", name="tickets_impact_range"),
        CheckConstraint("urgency BETWEEN 1 AND 3", name="tickets_urgency_range"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="tickets_rating_range"),
        CheckConstraint("char_length(title) >= 1", name="tickets_title_not_empty"),
        longest("description", 20000, name="tickets_description_length"),
        longest("resolution_text", 20000, name="tickets_resolution_text_length"),
        Index("tickets_open_created", "created_at", "id", postgresql_where=_UNSOLVED),
        Index(
            "tickets_open_due",
            "due_at",
            "id",
            postgresql_include=["group_id", "risk_at", "breached_at"],
            postgresql_where=_UNSOLVED,
        ),
        Index("tickets_open_updated", "staff_updated_at", "id", postgresql_where=_UNSOLVED),
        Index(
            "tickets_open_priority",
            "priority_rank",
            "id",
            postgresql_include=["group_id"],
            postgresql_where=_UNSOLVED,
        ),
        Index(
            "tickets_open_by_assignee",
            "assigned_to",
            "due_at",
            "id",
            postgresql_include=["group_id"],
            postgresql_where=_UNSOLVED,
        ),
        Index("tickets_open_by_group", "group_id", "created_at", "id", postgresql_where=_UNSOLVED),
        Index("tickets_created", "created_at", "id"),
        Index("tickets_updated", "staff_updated_at", "id"),
        Index("tickets_priority", "priority_rank", "id"),
        Index("tickets_by_group", "group_id", "created_at", "id"),
        Index("tickets_by_assignee", "assigned_to", "created_at", "id"),
        Index("tickets_by_requester", "requested_for", "created_at", "id"),
        Index("tickets_by_creator", "created_by", "created_at", "id"),
        Index("tickets_by_subcategory", "subcategory_id"),
        Index("tickets_by_category_age", "category_id", "created_at", "id", postgresql_include=["group_id"]),
        Index("tickets_due", "due_at", "id"),
        Index("tickets_due_down", text("due_at DESC NULLS LAST"), text("id DESC")),
        Index(  # the counts of the queue are read from it alone
            "tickets_facts",
            "group_id",
            "id",
            postgresql_include=[
                *("status", "priority_rank", "assigned_to", "due_at", "risk_at", "breached_at", "held_until")
            ],
            postgresql_where=text("status <> 'Closed'"),
        ),
        Index(
            "tickets_held",
            "staff_updated_at",
            "id",
            postgresql_include=["status", "group_id", "held_until"],
            postgresql_where=text("held_until IS NOT NULL"),
        ),
        Index(
            "tickets_open_unassigned",
            "due_at",
            "id",
            postgresql_include=["group_id"],
            postgresql_where=text(f"{_UNSOLVED} AND assigned_to IS NULL"),
        ),
        Index("tickets_resolved", "resolved_at", postgresql_where=text("status = 'Resolved'")),
        Index(
            "tickets_terms",
            literal_column("helpdesk_terms(id, words)"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
        Index(  # searches among what is not closed
            "tickets_unclosed_words",
            "words",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_where=text("status <> 'Closed'"),
        ),
        Index("tickets_number_begins", "ticket_no", postgresql_ops={"ticket_no": "text_pattern_ops"}),
        Index(
            "tickets_title_trgm", "title", postgresql_using="gin", postgresql_ops={"title": "gin_trgm_ops"}
        ),
        Index("tickets_merged_into", "merged_into_id", postgresql_where=text("merged_into_id IS NOT NULL")),
    )

    id: int = key()
    ticket_no: str = text_(50)
    created_by: int = ref("users.id")
    requested_for: int = ref("users.id")
    assigned_to: int | None = ref("users.id", null=True)
    group_id: int = ref("groups.id")
    category_id: int | None = big(null=True)
    subcategory_id: int | None = big(null=True)
    title: str = text_(255)
    description: str = text_(default="")
    priority: str = text_(20, default="Medium")
    priority_rank: int = Field(default=None, sa_column=Column(SmallInteger, Computed(_RANK, persisted=True)))
    impact: int | None = number(null=True)
    urgency: int | None = number(null=True)
    status: str = text_(30, default="Open")
    source: str = text_(10, default="web")
    message_id: str | None = text_(255, null=True)
    resolution_code: str | None = text_(20, null=True)
    resolution_text: str | None = text_(null=True)
    reopen_count: int = number(default=0)
    rating: int | None = number(null=True)
    rating_comment: str | None = text_(2000, null=True)
    merged_into_id: int | None = ref("tickets.id", null=True)
    custom: dict[str, object] = document()
    policy_version_id: int = ref("sla_policy_versions.id", index=True)
    version: int = number(default=1)
    created_at: datetime = when()
    updated_at: datetime = when()  # what the requester may know of
    staff_updated_at: datetime = when()  # notes, tags and staff watchers count here only
    started_at: datetime | None = when(null=True)
    resolved_at: datetime | None = when(null=True)
    closed_at: datetime | None = when(null=True)
    due_at: datetime | None = when(null=True)  # the nearest running clock's
    risk_at: datetime | None = when(null=True)
    breached_at: datetime | None = when(null=True)
    held_until: datetime | None = when(null=True)  # of its open hold, for lists; one without an end: `NO_END`
    history_seq: int = number(default=0)
    history_hash: bytes = blob()
    event_seq: int = number(default=0)
    event_at: datetime = when()
    words: str = Field(default=None, sa_column=Column(TSVECTOR, Computed(_WORDS, persisted=True)))


class TicketComment(SQLModel, table=True):
    """A public message or an internal note."""

    __tablename__ = "ticket_comments"
    __table_args__ = (
        Index("ticket_comments_thread", "ticket_id", "created_at", "id"),
        Index("ticket_comments_author", "author_id"),
        Index(
            "ticket_comments_terms",
            literal_column(f"helpdesk_terms(ticket_id, {_MESSAGE_WORDS})"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
        longest("message", 20000, name="ticket_comments_message_length"),
        one_of("source", Source, name="ticket_comments_source_known"),
    )

    id: int = random_key()
    ticket_id: int = ref("tickets.id")
    origin_ticket_id: int | None = ref("tickets.id", null=True)
    author_id: int = ref("users.id")
    message: str = text_()
    is_internal: bool = flag(False)
    source: str = text_(10, default="web")
    message_id: str | None = text_(255, null=True)
    seen_comment_id: int | None = big(null=True)  # the last public comment its writer had seen
    created_at: datetime = when()


class Attachment(SQLModel, table=True):
    """A stored file; without a ticket it is an upload that waits for its author to send the form."""

    __tablename__ = "attachments"
    __table_args__ = (
        UniqueConstraint("file_path", name="attachments_file_path_key"),
        Index("attachments_by_ticket", "ticket_id", "created_at", "id"),
        Index("attachments_by_comment", "comment_id", postgresql_where=text("comment_id IS NOT NULL")),
        Index("attachments_waiting", "created_at", postgresql_where=text("ticket_id IS NULL")),
        Index("attachments_by_uploader", "uploaded_by"),
        CheckConstraint(
            "ticket_id IS NOT NULL OR comment_id IS NULL", name="attachments_comment_needs_ticket"
        ),
        CheckConstraint("size >= 0", name="attachments_size_positive"),
    )

    id: int = random_key()
    ticket_id: int | None = ref("tickets.id", null=True)
    comment_id: int | None = ref("ticket_comments.id", null=True)
    file_path: str = text_(500)  # the object's random key, never a name somebody chose
    filename: str = text_(255)
    content_type: str = text_(150)
    size: int = big()
    sha256: bytes = blob()
    uploaded_by: int = ref("users.id")
    created_at: datetime = when()


class TicketWatcher(SQLModel, table=True):
    __tablename__ = "ticket_watchers"
    __table_args__ = (Index("ticket_watchers_by_user", "user_id", "ticket_id"),)

    ticket_id: int = ref("tickets.id", primary=True)
    user_id: int = ref("users.id", primary=True)
    added_by: int = ref("users.id")
    by_staff: bool = flag(False)  # added by staff: the requester's version and times don't count it
    created_at: datetime = when()


class TicketTag(SQLModel, table=True):
    __tablename__ = "ticket_tags"
    __table_args__ = (Index("ticket_tags_by_name", "name", "ticket_id"),)

    ticket_id: int = ref("tickets.id", primary=True)
    name: str = Field(primary_key=True, max_length=50)


class TicketHold(SQLModel, table=True):
    """A span of waiting. At most one is open per ticket."""

    __tablename__ = "ticket_holds"
    __table_args__ = (
        one_of("reason", HoldReason, name="ticket_holds_reason_known"),
        CheckConstraint("ended_at IS NULL OR ended_at >= since", name="ticket_holds_end_after_start"),
        Index(  # at most one; lists and counts ask it alone
            "ticket_holds_open",
            "ticket_id",
            unique=True,
            postgresql_include=["until", "reason"],
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ticket_holds_by_ticket", "ticket_id", "since"),
        Index("ticket_holds_due", "until", postgresql_where=text("ended_at IS NULL AND until IS NOT NULL")),
    )

    id: int = key()
    ticket_id: int = ref("tickets.id")
    reason: str = text_(20)
    since: datetime = when()
    until: datetime | None = when(null=True)
    set_by: int = ref("users.id")
    ended_at: datetime | None = when(null=True)
    ended_by: int | None = ref("users.id", null=True)


class TicketHistory(SQLModel, table=True):
    """One row per changed field, append-only, chained per ticket."""

    __tablename__ = "ticket_history"
    __table_args__ = (
        UniqueConstraint("ticket_id", "seq", name="ticket_history_seq_key"),
        Index("ticket_history_by_person", "changed_by"),
        one_of("source", Source, name="ticket_history_source_known"),
        one_of("visibility", Visibility, name="ticket_history_visibility_known"),
    )

    id: int = key()
    ticket_id: int = ref("tickets.id")
    seq: int = number()
    changed_by: int = ref("users.id")
    on_behalf_of: int | None = ref("users.id", null=True)
    source: str = text_(10)
    field_name: str = text_(100)
    old_value: str | None = text_(null=True)  # empty where the words lie in ticket_history_texts
    new_value: str | None = text_(null=True)
    text_digest: bytes | None = blob(null=True)  # salted hash of the words kept beside the chain
    visibility: str = text_(10, default="public")
    changed_at: datetime = when()
    prev_hash: bytes = blob()
    hash: bytes = blob()


class TicketHistoryText(SQLModel, table=True):
    """The words of a history row that may have to be erased; the chain holds only their salted hash."""

    __tablename__ = "ticket_history_texts"

    ticket_id: int = ref("tickets.id", primary=True)
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    salt: bytes = blob()
    old_value: str | None = text_(null=True)
    new_value: str | None = text_(null=True)
    erased_at: datetime | None = when(null=True)


class TicketEvent(SQLModel, table=True):
    """What happened, for clocks and reports: append-only, `at` strictly rising per ticket."""

    __tablename__ = "ticket_events"
    __table_args__ = (
        UniqueConstraint("ticket_id", "seq", name="ticket_events_seq_key"),
        Index(  # what reports count, read from the index alone
            "ticket_events_reported",
            "kind",
            "at",
            postgresql_include=["ticket_id", "group_id", "category_id", "priority", "assigned_to"],
            postgresql_where=text(
                "kind IN ('created', 'agent_comment', 'resolved', 'closed', 'reopened', 'rated')"
            ),
        ),
        one_of("kind", EventKind, name="ticket_events_kind_known"),
        one_of("visibility", Visibility, name="ticket_events_visibility_known"),
    )

    id: int = key()
    ticket_id: int = ref("tickets.id")
    seq: int = number()
    kind: str = text_(30)
    at: datetime = when()
    actor_id: int = ref("users.id")
    data: dict[str, object] = document()
    visibility: str = text_(10, default="public")
    status: str = text_(30)
    priority: str = text_(20)
    group_id: int = ref("groups.id")
    category_id: int | None = big(null=True)
    subcategory_id: int | None = big(null=True)
    category_path: str = text_(500)
    assigned_to: int | None = ref("users.id", null=True)
    policy_version_id: int = ref("sla_policy_versions.id")


tickets = table_of(Ticket)
ticket_comments = table_of(TicketComment)
attachments = table_of(Attachment)
ticket_watchers = table_of(TicketWatcher)
ticket_tags = table_of(TicketTag)
ticket_holds = table_of(TicketHold)
ticket_history = table_of(TicketHistory)
ticket_history_texts = table_of(TicketHistoryText)
ticket_events = table_of(TicketEvent)

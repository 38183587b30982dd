"""One ticket and all that belongs to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from helpdesk.services.views._clocks import NextStep
from helpdesk.services.views._common import NamedRef
from helpdesk.services.views._people import PersonView


@dataclass(frozen=True, slots=True)
class HoldView:
    reason: str
    until: datetime | None
    since: datetime


@dataclass(frozen=True, slots=True)
class ClockView:
    """One SLA clock at the moment of reading."""

    due_at: datetime | None
    met_at: datetime | None
    breached: bool
    paused: bool
    remaining_seconds: (
        int | None
    )  # in the policy's time (business or around the clock); negative once breached
    target_seconds: int = 0
    percent: int = 0  # consumed share of the target, 0 to 100 and above
    state: str = (
        "ok"  # ok, risk, over, paused, met, missed, ended (neither met nor missed: withdrawn, merged)
    )
    flagged: bool = False
    consumed_seconds: int = 0  # in the policy's time
    business: bool = True  # whether that is working time, not around the clock


@dataclass(frozen=True, slots=True)
class SlaView:
    first_response: ClockView | None
    next_response: ClockView | None
    resolution: ClockView | None


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket in a list; for requesters only what they may know (no tags, their own `updated_at`)."""

    id: int
    ticket_no: str
    title: str
    description: str
    status: str
    priority: str
    group: NamedRef
    category: NamedRef | None
    subcategory: NamedRef | None
    created_by: PersonView
    requested_for: PersonView
    assigned_to: PersonView | None
    hold: HoldView | None
    resolution_code: str | None
    resolution_text: str | None
    reopen_count: int
    rating: int | None
    watchers: tuple[PersonView, ...]
    tags: tuple[str, ...]
    version: int
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    sla: SlaView
    closes_at: datetime | None = None  # a resolved one, when nobody answers


@dataclass(frozen=True, slots=True)
class AttachmentView:
    id: int
    filename: str
    content_type: str
    size: int
    uploaded_by: PersonView
    comment_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CommentView:
    id: int
    author: PersonView
    message: str
    is_internal: bool
    created_at: datetime
    attachments: tuple[AttachmentView, ...] = ()
    source: str = "web"
    from_staff: bool = False  # written by somebody on the staff side, not by the requester or a watcher


@dataclass(frozen=True, slots=True)
class HistoryView:
    """A change of a field. `id` counts within what the viewer may see."""

    id: int
    field_name: str
    old_value: str | None
    new_value: str | None
    changed_by: PersonView
    source: str
    changed_at: datetime
    internal: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """What became of a ticket's messages, for the staff's timeline."""

    id: int
    event: str
    recipient: str
    channel: str
    status: str
    attempts: int
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class StatusStep:
    """One step of the requester's status line; `at` is None where it was not reached."""

    status: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the viewer can do now: for buttons only; the services decide again."""

    reply: bool = False
    note: bool = False
    assign: bool = False
    take: bool = False
    set_hold: bool = False
    edit: bool = False
    confirm: bool = False
    withdraw: bool = False
    reopen: bool = False
    rate: bool = False
    watch: bool = False
    statuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a ticket's timeline a page shows: the newest `most` entries of a kind, `before` a moment."""

    part: str = "all"  # all, conversation, internal, changes
    before: datetime | None = None
    most: int = 100


@dataclass(frozen=True, slots=True)
class TicketDetail:
    ticket: TicketRow
    comments: tuple[CommentView, ...]
    attachments: tuple[AttachmentView, ...]
    history: tuple[HistoryView, ...]
    view: str  # staff or requester
    abilities: Abilities
    steps: tuple[StatusStep, ...]
    deliveries: tuple[DeliveryView, ...] = ()
    policy: str | None = None  # staff: the policy's name and version
    impact: int | None = None
    urgency: int | None = None
    rating_comment: str | None = None
    merged_into: str | None = None
    messages: int = 0  # how many there are, also outside of the window
    notes: int = 0
    last_message_id: int = 0  # the newest public comment; 0 for none
    earlier: datetime | None = None  # what lies before this is in an earlier window
    closes_at: datetime | None = None  # when it closes by itself
    next_step: NextStep | None = None  # staff: what the clocks do next
    staff_updated_at: datetime | None = None
    requester_department: str | None = None
    requester_location: str | None = None
    requester_open: int | None = (
        None  # staff: how many unsolved tickets the requester has in the viewer's scope
    )
    requester_closed: int | None = None


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What somebody files. Values are checked by the service."""

    group_id: int
    title: str
    description: str = ""
    category_id: int | None = None
    subcategory_id: int | None = None
    priority: str | None = None
    impact: int | None = None
    urgency: int | None = None
    requested_for: int | None = None
    watchers: tuple[int, ...] = ()
    upload_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Download:
    attachment: AttachmentView
    signed_url: str | None  # where the storage can sign; else None, and `chunks` yields the bytes
    chunks: Iterator[bytes] | None

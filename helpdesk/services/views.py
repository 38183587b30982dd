"""What the services return: frozen, and with exactly the fields that a face may show (product rules §7 "Shapes").

The API renders these as they are; the UI keeps them in State. `datetime`s are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

T = TypeVar("T")

# ---- people ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as others see them; `email` is None where the viewer may not know it."""

    id: int
    name: str
    email: str | None
    role: str | None


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A colleague to pick: for on-behalf, watchers and mentions."""

    id: int
    name: str
    department: str | None


@dataclass(frozen=True, slots=True)
class MeView:
    id: int
    name: str
    email: str
    role: str
    department: str | None
    time_zone: str | None
    locale: str | None
    group_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class UserRow:
    """A person as admins see them."""

    id: int
    name: str
    email: str
    role: str
    department: str | None
    location: str | None
    is_active: bool
    group_ids: tuple[int, ...]
    groups: tuple[str, ...]
    open_tickets: int  # unsolved ones assigned to them: to hand over before deactivating
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TokenPair:
    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int  # seconds of the access token
    user: PersonView


@dataclass(frozen=True, slots=True)
class SessionView:
    id: str
    user: MeView
    expires_at: datetime


# ---- tree ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NamedRef:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Inherited:
    """A default with where it comes from: None (built-in), `group`, `category` or `subcategory`."""

    value: Any
    origin: str | None


@dataclass(frozen=True, slots=True)
class SubcategoryNode:
    id: int
    name: str
    description: str | None
    icon: str | None
    position: int
    archived: bool
    default_priority: str | None = None
    default_assignee: PersonRef | None = None
    sla_policy_id: int | None = None
    effective_priority: Inherited | None = None
    effective_assignee: Inherited | None = None
    tickets: int | None = None  # only in the admin's tree


@dataclass(frozen=True, slots=True)
class CategoryNode:
    id: int
    name: str
    description: str | None
    icon: str | None
    position: int
    archived: bool
    subcategories: tuple[SubcategoryNode, ...]
    default_priority: str | None = None
    default_assignee: PersonRef | None = None
    sla_policy_id: int | None = None
    effective_priority: Inherited | None = None
    effective_assignee: Inherited | None = None
    tickets: int | None = None


@dataclass(frozen=True, slots=True)
class GroupNode:
    id: int
    name: str
    description: str | None
    icon: str | None
    position: int
    archived: bool
    categories: tuple[CategoryNode, ...]
    restricted: bool | None = None  # from here on: only for staff
    queue_email: str | None = None
    lead: PersonRef | None = None
    default_priority: str | None = None
    default_assignee: PersonRef | None = None
    sla_policy_id: int | None = None
    members: int | None = None
    tickets: int | None = None


# ---- tickets ---------------------------------------------------------------------------------------------------------


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
    state: str = "ok"  # ok, risk, over, paused, met, missed
    flagged: bool = False


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
    staff_updated_at: datetime | None = None
    requester_department: str | None = None
    requester_location: str | None = None
    requester_open: int | None = (
        None  # staff: how many unsolved tickets the requester has in the viewer's scope
    )
    requester_closed: int | None = None


@dataclass(frozen=True, slots=True)
class TicketMark:
    """A ticket's version for reconciling an open page; `staff_updated_at` only for staff."""

    id: int
    version: int
    updated_at: datetime
    staff_updated_at: datetime | None


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
class TicketQuery:
    """Filters, order and place of a list. `page` from 1; `cursor` from a page before wins over `page`."""

    status: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    group_id: tuple[int, ...] = ()
    category_id: tuple[int, ...] = ()
    subcategory_id: tuple[int, ...] = ()
    q: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    resolved_from: datetime | None = None  # by when it was resolved last
    resolved_to: datetime | None = None
    assigned_to: tuple[str, ...] = ()  # ids, `me`, `none`
    created_by: tuple[int, ...] = ()
    requested_for: tuple[int, ...] = ()
    sla: tuple[str, ...] = ()  # breached, at_risk
    on_hold: bool | None = None
    mine_groups: bool = False  # only the groups that the actor belongs to
    watching: bool | None = None  # in "my tickets": True only those watched, False none of them
    sort: str = "-created_at"
    page: int = 1
    page_size: int = 25
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: tuple[T, ...]
    total: int
    page: int
    page_size: int
    next_cursor: str | None
    total_capped: bool = False
    prev_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many unsolved tickets each quick filter of the queue holds; all within the actor's scope."""

    mine: int
    unassigned: int
    high_priority: int
    breaching_soon: int
    breached: int
    waiting: int
    my_groups: int
    all: int


@dataclass(frozen=True, slots=True)
class BulkResult:
    id: int
    ok: bool
    error: str | None = None
    changed: bool = False
    ticket_no: str | None = None


@dataclass(frozen=True, slots=True)
class Download:
    attachment: AttachmentView
    signed_url: str | None  # where the storage can sign; else None, and `chunks` yields the bytes
    chunks: Iterator[bytes] | None


# ---- SLA, figures, messages ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a request would be promised if it were filed now."""

    priority: str
    first_response_due: datetime | None
    resolution_due: datetime | None
    first_response_minutes: int | None
    resolution_minutes: int | None
    usual_first_response_minutes: (
        int | None
    )  # the median of the last 30 days for this place, if there are enough


@dataclass(frozen=True, slots=True)
class ClockInterval:
    """A stretch of a clock's time and why it counted or not."""

    start: datetime
    end: datetime
    kind: str  # counted, hold, closed, resolved
    label: str  # why closed: night, break, weekend, or the holiday's name
    seconds: int
    projected: bool = False  # still to come before the due time


@dataclass(frozen=True, slots=True)
class DayFigure:
    day: str  # ISO date, UTC
    created: int
    resolved: int


@dataclass(frozen=True, slots=True)
class HomeFigures:
    """The six live figures and the chart of the last 14 days for manager and admin, in their scope."""

    open: int
    unassigned: int
    breaching: int
    breached: int
    created_today: int
    resolved_today: int
    days: tuple[DayFigure, ...]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class NotificationRow:
    """A row of the notification log (product rules §7 "Shapes")."""

    id: int
    event: str
    ticket_id: int
    recipient: PersonView | None
    channel: str
    status: str
    attempts: int
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None
    ticket_no: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class DraftView:
    place: str
    body: dict[str, Any] = field(default_factory=dict[str, Any])
    updated_at: datetime | None = None

"""What the API answers with: exactly the shapes of product rules §7, made from the services' views."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from helpdesk.services.views import Page, TicketDetail

T = TypeVar("T", bound=BaseModel)

StatusName = Literal["Open", "Assigned", "In Progress", "Resolved", "Closed"]
PriorityName = Literal["Low", "Medium", "High", "Critical"]
RoleName = Literal["client", "agent", "manager", "admin"]
DoingName = Literal["looking", "replying", "noting"]
HoldReasonName = Literal["requester", "third_party", "approval", "scheduled"]
CodeName = Literal["solved", "workaround", "not_reproducible", "wont_fix", "duplicate", "withdrawn", "merged"]


class Out(BaseModel):
    """Base of all answers: read from a view, whatever it has besides."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, view: Any) -> Self:
        return cls.model_validate(view, from_attributes=True)


# ---- people ------------------------------------------------------------------------------------------------


class PersonOut(Out):
    id: int
    name: str
    email: str | None = Field(description="Null where the caller may not know it.")
    role: RoleName | None = Field(description="Null for the helpdesk itself.")


class PersonRefOut(Out):
    id: int
    name: str
    department: str | None


class MentionOut(PersonRefOut):
    handle: str = Field(description="`@handle` in an internal note tells this person.")


class MentionsOut(Out):
    items: list[MentionOut]


class PeopleOut(Out):
    items: list[PersonRefOut]


class MeOut(Out):
    id: int
    name: str
    email: str
    role: RoleName
    department: str | None
    time_zone: str | None
    locale: str | None
    group_ids: list[int]


class TokensOut(Out):
    access_token: str
    refresh_token: str
    token_type: str = Field(examples=["Bearer"])
    expires_in: int = Field(description="Seconds until the access token ends.", examples=[900])
    user: PersonOut


class SessionOut(Out):
    user: MeOut
    expires_at: datetime


# ---- tickets -----------------------------------------------------------------------------------------------


class RefOut(Out):
    id: int
    name: str


class HoldOut(Out):
    reason: HoldReasonName
    until: datetime | None
    since: datetime


class ClockOut(Out):
    due_at: datetime | None
    met_at: datetime | None
    breached: bool
    paused: bool
    remaining_seconds: int | None = Field(description="In the time of the policy; negative once breached.")


class SlaOut(Out):
    first_response: ClockOut | None
    next_response: ClockOut | None
    resolution: ClockOut | None


class TicketOut(Out):
    """A ticket in a list."""

    id: int
    ticket_no: str = Field(examples=["HD-1042"])
    title: str
    description: str
    status: StatusName
    priority: PriorityName
    group: RefOut
    category: RefOut | None
    subcategory: RefOut | None
    created_by: PersonOut
    requested_for: PersonOut
    assigned_to: PersonOut | None
    hold: HoldOut | None
    resolution_code: CodeName | None
    resolution_text: str | None
    reopen_count: int
    rating: int | None
    watchers: list[PersonOut]
    tags: list[str] = Field(description="For staff; empty for the requester's side.")
    version: int = Field(description="To be sent back with an edit, so that nobody's change gets lost.")
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    sla: SlaOut


class AttachmentOut(Out):
    id: int
    filename: str
    content_type: str
    size: int = Field(description="Bytes.")
    uploaded_by: PersonOut
    comment_id: int | None
    created_at: datetime


class CommentOut(Out):
    id: int
    author: PersonOut
    message: str
    is_internal: bool
    created_at: datetime
    attachments: list[AttachmentOut]


class HistoryOut(Out):
    id: int = Field(description="Counts within what the caller may see.")
    field_name: str
    old_value: str | None
    new_value: str | None
    changed_by: PersonOut
    source: str
    changed_at: datetime


class TicketDetailOut(TicketOut):
    """A ticket with its conversation, files and changes."""

    comments: list[CommentOut]
    attachments: list[AttachmentOut]
    history: list[HistoryOut]

    @classmethod
    def of(cls, view: TicketDetail) -> Self:
        ticket = {name: getattr(view.ticket, name) for name in TicketOut.model_fields}
        more = {"comments": view.comments, "attachments": view.attachments, "history": view.history}
        return cls.model_validate(ticket | more, from_attributes=True)


class PresentOut(Out):
    person: PersonOut
    doing: DoingName


class PresenceOut(Out):
    items: list[PresentOut]


class TicketsOut(Out):
    items: list[TicketOut]


class AttachmentsOut(Out):
    attachments: list[AttachmentOut]


class TagsOut(Out):
    items: list[str]


class BulkResultOut(Out):
    id: int
    ok: bool
    error: str | None
    version: int | None = Field(description="After the change; null where it was refused.")


class BulkOut(Out):
    results: list[BulkResultOut]


class PageOut(BaseModel, Generic[T]):
    """A page of a list."""

    items: list[T]
    total: int = Field(description="Exact to 10,000.")
    page: int
    page_size: int
    next_cursor: str | None = Field(description="For the next page, also beyond 10,000 rows.")
    total_capped: bool = Field(description="Whether there are more than `total`.")


def page_of(page: Page[Any], item: type[T]) -> PageOut[T]:
    """The page with its rows as `item`."""
    rows = [item.model_validate(row, from_attributes=True) for row in page.items]
    return PageOut[item](
        items=rows,
        total=page.total,
        page=page.page,
        page_size=page.page_size,
        next_cursor=page.next_cursor,
        total_capped=page.total_capped,
    )


class FoundTicketsOut(PageOut[TicketOut]):
    """A page of tickets. A search holds the newest 1,000 matches: its `total` is exact to 1,000."""

    corrected_q: str | None = Field(
        default=None, description="What was searched for instead, where nothing has `q` as it is written."
    )

    @classmethod
    def of(cls, page: Page[Any]) -> FoundTicketsOut:
        shown = page_of(page, TicketOut)
        return cls(
            **{name: getattr(shown, name) for name in PageOut.model_fields}, corrected_q=page.corrected_q
        )


class DraftOut(Out):
    place: str
    body: dict[str, Any]
    updated_at: datetime | None


class DraftsOut(Out):
    items: list[DraftOut]


class NeighboursOut(Out):
    previous: str | None = Field(description="A ticket's number; null at the beginning.")
    next: str | None


class QueueCountsOut(Out):
    mine: int
    unassigned: int
    high_priority: int
    breaching_soon: int
    breached: int
    waiting: int
    my_groups: int
    all: int


class ExpectationOut(Out):
    priority: PriorityName
    first_response_due: datetime | None
    resolution_due: datetime | None
    first_response_minutes: int | None
    resolution_minutes: int | None
    usual_first_response_minutes: int | None = Field(description="The median of 30 days; null for too few.")


class ClockIntervalOut(Out):
    start: datetime
    end: datetime
    kind: str
    label: str
    seconds: int


class ClockOutline(Out):
    items: list[ClockIntervalOut]


class DayOut(Out):
    day: date
    created: int
    resolved: int


class HomeOut(Out):
    open: int
    unassigned: int
    breaching: int
    breached: int
    created_today: int
    resolved_today: int
    days: list[DayOut]
    as_of: datetime

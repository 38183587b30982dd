"""What the API takes: no unknown field, no value turned from one type into another (product rules §8).

The services check lengths, ids and characters; here stands what the OpenAPI document says of them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from helpdesk.api.shapes import CodeName, DoingName, HoldReasonName, PriorityName, RoleName, StatusName

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Title = Annotated[str, Field(min_length=1, max_length=255)]
Text = Annotated[str, Field(max_length=20_000)]
Name = Annotated[str, Field(min_length=1, max_length=150)]
Rank = Annotated[int, Field(ge=1, le=3)]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
SeenComment = Annotated[
    int | None,
    Field(
        ge=0,
        le=2**63 - 1,
        description="The last public message that the writer had seen, 0 for none: where others wrote since, a public "
        "message is 409 (`newer_comments`) with theirs in `newer`. Left out, it is sent in any case.",
    ),
]
"""Asks to be held where the thread went on."""

_INSTANT = re.compile(r"(?i)\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)")


def left_out() -> Any:
    """A field of an edit: what is not sent does not change, and null is a value like others."""
    return Field(default_factory=lambda: None)


def instant(value: object) -> object:
    """An RFC 3339 time with its zone, as text; nothing that only looks like a time."""
    if isinstance(value, datetime) or value is None:
        return value
    wrong = ValueError("A time such as 2026-11-24T15:30:00Z is needed here.")
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise wrong
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong from None


Instant = Annotated[datetime, BeforeValidator(instant), Field(strict=False)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    def given(self) -> dict[str, Any]:
        """The fields that the caller sent, also those that are null."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Nothing(Body):
    """An empty object, or no body at all."""


# ---- sign-in -----------------------------------------------------------------------------------------------


class Credentials(Body):
    email: str = Field(examples=["client@example.com"])
    password: str


class RefreshBody(Body):
    refresh_token: str


class PasswordBody(Body):
    current_password: str
    new_password: str = Field(description="10 to 256 characters, none of the common ones.")


# ---- tickets -----------------------------------------------------------------------------------------------


class TicketBody(Body):
    title: Title = Field(examples=["Laptop does not start"])
    description: Text = ""
    group_id: Id
    category_id: Id | None = None
    subcategory_id: Id | None = None
    priority: PriorityName | None = Field(None, description="Clients can't choose Critical.")
    impact: Rank | None = None
    urgency: Rank | None = None
    requested_for: Id | None = Field(None, description="A colleague's id; without it the caller.")
    watchers: list[Id] = Field(default=[], max_length=50)
    upload_ids: list[Id] = Field(default=[], max_length=10, description="From `POST /uploads`.")


class CommentBody(Body):
    message: Annotated[str, Field(min_length=1, max_length=20_000)]
    is_internal: bool = False
    upload_ids: list[Id] = Field(default=[], max_length=10, description="From `POST /uploads`.")
    seen_comment_id: SeenComment = None


class ClientCommentBody(Body):
    """What a client sends: `is_internal` is not theirs to say."""

    message: Annotated[str, Field(min_length=1, max_length=20_000)]
    upload_ids: list[Id] = Field(default=[], max_length=10)
    seen_comment_id: SeenComment = None


class FilesBody(Body):
    upload_ids: list[Id] = Field(default=[], max_length=10)


class PresenceBody(Body):
    doing: DoingName = Field("looking", description="A note is for agents and admins.")


class WatchersBody(Body):
    user_ids: list[Id] = Field(max_length=50)


class ReopenBody(Body):
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class RatingBody(Body):
    rating: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[str, Field(max_length=2000)] | None = None


class EditBody(Body):
    version: Version
    title: Title = left_out()
    description: Text = left_out()
    priority: PriorityName = left_out()
    impact: Rank | None = None
    urgency: Rank | None = None
    group_id: Id = left_out()
    category_id: Id | None = None
    subcategory_id: Id | None = None


class AssignBody(Body):
    assigned_to: Id | None
    version: Version | None = None


class StatusBody(Body):
    status: StatusName
    resolution_code: CodeName | None = None
    resolution_text: Text | None = None
    version: Version | None = None


class HoldBody(Body):
    reason: HoldReasonName | None = Field(description="Null ends the hold.")
    until: Instant | None = None
    version: Version | None = None


class TagsBody(Body):
    tags: list[Annotated[str, Field(max_length=50)]] = Field(max_length=20)


Names = Annotated[list[str], Field(max_length=100)]
Ids = Annotated[list[Id], Field(max_length=100)]


class BulkFilter(Body):
    """The filters of `GET /admin/tickets`, each a list where it may repeat."""

    status: Annotated[list[StatusName], Field(max_length=100)] = []
    priority: Annotated[list[PriorityName], Field(max_length=100)] = []
    group_id: Ids = []
    category_id: Ids = []
    subcategory_id: Ids = []
    q: Annotated[str, Field(max_length=200)] | None = None
    created_from: Instant | None = None
    created_to: Instant | None = None
    resolved_from: Instant | None = None
    resolved_to: Instant | None = None
    assigned_to: Names = []
    created_by: Ids = []
    requested_for: Ids = []
    sla: Annotated[list[Literal["breached", "at_risk"]], Field(max_length=2)] = []
    on_hold: bool | None = None
    tag: Names = []
    mine_groups: bool = False


class BulkBody(Body):
    """The action's own fields stand beside it. Either `ids` or `filter`."""

    ids: list[Id] | None = Field(None, min_length=1, max_length=200)
    filter: BulkFilter | None = Field(None, description="Everything that the list shows for it, as a job.")
    action: Literal["assign", "status", "priority", "category", "hold"]
    versions: list[Version] | None = Field(
        None, max_length=200, description="The ones that the caller saw, in the order of `ids`."
    )
    assigned_to: Id | None = None
    status: StatusName | None = None
    resolution_code: CodeName | None = None
    resolution_text: Text | None = None
    priority: PriorityName | None = None
    group_id: Id | None = None
    category_id: Id | None = None
    subcategory_id: Id | None = None
    reason: HoldReasonName | None = None
    until: Instant | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.ids is None) is (self.filter is None):
            raise ValueError("Give either `ids` or a `filter`.")
        if self.filter is not None and self.versions is not None:
            raise ValueError("`versions` belong to `ids`.")
        return self


# ---- tree and people ---------------------------------------------------------------------------------------


class _Node(Body):
    description: Annotated[str, Field(max_length=2000)] | None = None
    icon: Annotated[str, Field(max_length=40)] | None = None
    position: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    default_priority: PriorityName | None = None
    default_assignee_id: Id | None = None
    sla_policy_id: Id | None = None


class SubcategoryBody(_Node):
    name: Name


class CategoryBody(_Node):
    name: Name
    subcategories: list[SubcategoryBody] = Field(default=[], max_length=200)


class GroupBody(_Node):
    name: Name
    restricted: bool = False
    queue_email: str | None = None
    lead_id: Id | None = None
    member_ids: list[Id] = Field(default=[], max_length=1000)
    categories: list[CategoryBody] = Field(default=[], max_length=200)


class NodeEdit(Body):
    """What is given changes."""

    name: Name = left_out()
    description: Annotated[str, Field(max_length=2000)] | None = None
    icon: Annotated[str, Field(max_length=40)] | None = None
    position: Annotated[int, Field(ge=0, le=1_000_000)] = left_out()
    archived: bool = left_out()
    default_priority: PriorityName | None = None
    default_assignee_id: Id | None = None
    sla_policy_id: Id | None = None


class GroupEdit(NodeEdit):
    restricted: bool = left_out()
    queue_email: str | None = None
    lead_id: Id | None = None
    member_ids: Annotated[list[Id], Field(max_length=1000)] = left_out()


class UserBody(Body):
    name: Name
    email: Annotated[str, Field(max_length=255)]
    role: RoleName = "client"
    password: str | None = Field(None, description="Without one the person can't sign in until one is set.")
    department: Annotated[str, Field(max_length=100)] | None = None
    location: Annotated[str, Field(max_length=100)] | None = None
    group_ids: list[Id] = Field(default=[], max_length=200)
    is_active: bool = True
    time_zone: str | None = None
    locale: str | None = None


class UserEdit(Body):
    """What is given changes."""

    name: Name = left_out()
    email: Annotated[str, Field(max_length=255)] = left_out()
    role: RoleName = left_out()
    password: str = left_out()
    department: Annotated[str, Field(max_length=100)] | None = None
    location: Annotated[str, Field(max_length=100)] | None = None
    group_ids: Annotated[list[Id], Field(max_length=200)] = left_out()
    is_active: bool = left_out()
    time_zone: str | None = None
    locale: str | None = None


# ---- oneself -----------------------------------------------------------------------------------------------


class TellingBody(Body):
    event: Annotated[str, Field(max_length=40)]
    channel: Literal["email", "in_app"]
    enabled: bool


class ProfileEdit(Body):
    time_zone: Annotated[str, Field(max_length=64)] | None = left_out()
    locale: Annotated[str, Field(max_length=20)] | None = left_out()
    theme: Literal["system", "light", "dark"] | None = left_out()
    density: Literal["comfortable", "compact"] | None = left_out()
    single_keys: bool = left_out()
    notifications: Annotated[list[TellingBody], Field(max_length=60)] = left_out()

    def given(self) -> dict[str, Any]:
        plain = super().given()
        if self.notifications:
            plain["notifications"] = [one.model_dump() for one in self.notifications]
        return plain


class TokenBody(Body):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: Annotated[list[Literal["read", "write", "admin"]], Field(min_length=1, max_length=3)]
    expires_at: Instant = Field(description="At most a year ahead.")

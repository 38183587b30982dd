"""What the API answers admins with, and the tree for everybody."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from helpdesk.api.shapes import Out, PersonOut, PersonRefOut, PriorityName, RoleName


class ChoiceSubcategoryOut(Out):
    id: int
    name: str
    description: str | None
    icon: str | None
    position: int


class ChoiceCategoryOut(ChoiceSubcategoryOut):
    subcategories: list[ChoiceSubcategoryOut]


class ChoiceGroupOut(ChoiceSubcategoryOut):
    categories: list[ChoiceCategoryOut]


class ChoicesOut(Out):
    """What the caller can file a ticket under."""

    groups: list[ChoiceGroupOut]


class InheritedOut(Out):
    """A setting in effect, and the node it comes from; null: built in."""

    value: Any
    origin: Literal["group", "category", "subcategory"] | None


class NodeOut(ChoiceSubcategoryOut):
    archived: bool
    default_priority: PriorityName | None
    default_assignee: PersonRefOut | None
    sla_policy_id: int | None
    tickets: int = Field(description="How many tickets use it; a used node can't be deleted.")


class SubcategoryOut(NodeOut):
    effective_priority: InheritedOut
    effective_assignee: InheritedOut


class CategoryOut(SubcategoryOut):
    subcategories: list[SubcategoryOut]


class GroupOut(NodeOut):
    restricted: bool
    queue_email: str | None
    lead: PersonRefOut | None
    members: int = Field(description="How many active people belong to it.")
    categories: list[CategoryOut]


class GroupsOut(Out):
    groups: list[GroupOut]


class PersonsOut(Out):
    items: list[PersonOut]


class UserOut(Out):
    id: int
    name: str
    email: str
    role: RoleName
    department: str | None
    location: str | None
    is_active: bool
    group_ids: list[int]
    groups: list[str]
    open_tickets: int = Field(description="Unsolved tickets in their hands, to hand over.")
    created_at: datetime


class NotificationOut(Out):
    id: int
    event: str
    ticket_id: int
    recipient: PersonOut | None = Field(description="Null where it goes to a group's queue address.")
    channel: Literal["email", "in_app"]
    status: Literal["queued", "sending", "sent", "failed", "suppressed"]
    attempts: int
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None
    ticket_no: str | None
    address: str | None


class PartOut(Out):
    name: str
    ok: bool
    detail: str
    milliseconds: int


class ReadyOut(Out):
    status: Literal["ok", "failed"]
    parts: list[PartOut]


class HealthOut(Out):
    status: Literal["ok"]

"""What the routes of saved views answer."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from helpdesk.api.bodies_views import Column, Sharing
from helpdesk.api.shapes import Out, PriorityName, RefOut, StatusName


class FiltersOut(Out):
    status: list[StatusName]
    priority: list[PriorityName]
    group_id: list[int]
    category_id: list[int]
    subcategory_id: list[int]
    q: str | None
    created_from: datetime | None
    created_to: datetime | None
    resolved_from: datetime | None
    resolved_to: datetime | None
    assigned_to: list[str]
    created_by: list[int]
    requested_for: list[int]
    sla: list[str]
    on_hold: bool | None
    tag: list[str]
    mine_groups: bool


class ViewOut(Out):
    """A saved view; the link to it is `/queue?view=<id>`."""

    id: int
    name: str
    filters: FiltersOut
    sort: str
    columns: list[Column] | None = Field(description="Null: the reader's own.")
    shared: Sharing
    group: RefOut | None
    owner: RefOut
    position: int
    may_edit: bool
    is_default: bool = Field(description="The caller's queue opens with it.")
    updated_at: datetime


class ViewsOut(Out):
    items: list[ViewOut]


class ViewCountOut(Out):
    id: int
    name: str
    count: int = Field(description="Exact to 1,000.")
    capped: bool


class ViewCountsOut(Out):
    items: list[ViewCountOut]


class QueueSettingsOut(Out):
    columns: list[Column]
    default_view: int | None

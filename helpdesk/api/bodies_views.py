"""What the routes of saved views take."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from helpdesk.api.bodies import Body, Id, Instant, left_out
from helpdesk.api.shapes import PriorityName, StatusName

Sharing = Literal["private", "group", "staff"]
Column = Literal[
    "priority", "number", "subject", "tags", "group", "topic", "requester", "status", "assignee", "due",
    "created", "updated",
]  # fmt: skip
_Sort = Annotated[str, Field(max_length=40, description="As `sort` of the queue.")]
_Name = Annotated[str, Field(min_length=1, max_length=60)]
_Columns = Annotated[list[Column], Field(max_length=12, description="In order; the subject is among them.")]
_Ids = Annotated[list[Id], Field(max_length=100)]
_Position = Annotated[int, Field(ge=0, le=1_000_000)]


class Filters(Body):
    """The filters of `GET /admin/tickets`."""

    status: list[StatusName] = Field(default=[], max_length=100)
    priority: list[PriorityName] = Field(default=[], max_length=100)
    group_id: _Ids = Field(default=[])
    category_id: _Ids = Field(default=[])
    subcategory_id: _Ids = Field(default=[])
    q: Annotated[str, Field(max_length=200)] | None = None
    created_from: Instant | None = None
    created_to: Instant | None = None
    resolved_from: Instant | None = None
    resolved_to: Instant | None = None
    assigned_to: list[Annotated[str, Field(max_length=20)]] = Field(
        default=[], max_length=100, description="Ids, `me` (whoever reads), `none`."
    )
    created_by: _Ids = Field(default=[])
    requested_for: _Ids = Field(default=[])
    sla: list[Literal["breached", "at_risk"]] = Field(default=[], max_length=2)
    on_hold: bool | None = None
    tag: list[Annotated[str, Field(max_length=50)]] = Field(default=[], max_length=100)
    mine_groups: bool = False


class _View(Body):
    def values(self) -> dict[str, Any]:
        """The fields that the caller sent, as the service takes them."""
        found = self.given()
        if isinstance(filters := found.get("filters"), Filters):
            found["filters"] = filters.given()
        return found


class ViewBody(_View):
    name: _Name
    filters: Filters = Filters()
    sort: _Sort = "-created_at"
    columns: _Columns | None = Field(None, description="Null: each reader's own.")
    shared: Sharing = "private"
    group_id: Id | None = Field(None, description="With whom, where it is shared with a group.")
    position: _Position = 0


class ViewEdit(_View):
    """What is given changes."""

    name: _Name = left_out()
    filters: Filters = left_out()
    sort: _Sort = left_out()
    columns: _Columns | None = None
    shared: Sharing = left_out()
    group_id: Id | None = None
    position: _Position = left_out()


class QueueSettingsBody(Body):
    """What is given changes."""

    columns: _Columns | None = None
    default_view: Id | None = None

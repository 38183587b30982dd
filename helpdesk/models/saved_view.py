"""How staff look at the queue: saved views, and each person's own settings."""

# pyright: reportAssignmentType=false
# SQLModel declares `__tablename__` as something else than the string that it wants.

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import SQLModel

from helpdesk.domain.enums import Sharing
from helpdesk.models._columns import document, key, number, one_of, ref, table_of, text_, when


class SavedView(SQLModel, table=True):
    """Filters, order and columns under a name. It holds no right: each reader sees what their own scope has."""

    __tablename__ = "saved_views"
    __table_args__ = (
        one_of("shared", Sharing, name="saved_views_shared_known"),
        CheckConstraint("(shared = 'group') = (group_id IS NOT NULL)", name="saved_views_group_where_shared"),
        Index("saved_views_by_owner", "owner_id"),
        Index("saved_views_by_group", "group_id", postgresql_where=text("group_id IS NOT NULL")),
        Index("saved_views_of_all", "id", postgresql_where=text("shared = 'staff'")),
    )

    id: int = key()
    owner_id: int = ref("users.id")
    name: str = text_(60)
    filters: dict[str, object] = document()
    sort: str = text_(40)
    columns: list[str] | None = document(null=True, default=None)  # none: each reader's own
    shared: str = text_(10, default="private")
    group_id: int | None = ref("groups.id", null=True)
    position: int = number(default=0)
    created_at: datetime = when()
    updated_at: datetime = when()


class QueueSetting(SQLModel, table=True):
    """A person's own columns of the queue, and the view that it opens with."""

    __tablename__ = "queue_settings"
    __table_args__ = (Index("queue_settings_by_view", "default_view_id"),)

    user_id: int = ref("users.id", primary=True)
    columns: list[str] | None = document(null=True, default=None)
    default_view_id: int | None = ref("saved_views.id", null=True)
    updated_at: datetime = when()


saved_views = table_of(SavedView)
queue_settings = table_of(QueueSetting)

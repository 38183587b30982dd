"""The category tree: groups (which are teams), categories, subcategories."""

# pyright: reportAssignmentType=false
# SQLModel declares `__tablename__` as something else than the string that it wants.

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.schema import SchemaItem
from sqlmodel import SQLModel

from helpdesk.domain.enums import Priority
from helpdesk.models._columns import document, flag, key, longest, number, one_of, ref, table_of, text_, when


def _rules(table: str, parent: str | None = None) -> tuple[SchemaItem, ...]:
    """What holds for each kind of node: names differ among the siblings that are not archived."""
    name = func.lower(text("name"))
    unique = (parent, name) if parent else (name,)
    rules: tuple[SchemaItem, ...] = (
        Index(f"{table}_name_key", *unique, unique=True, postgresql_where=text("NOT archived")),
        one_of("default_priority", Priority, name=f"{table}_default_priority_known"),
        longest("description", 2000, name=f"{table}_description_length"),
    )
    if parent is None:
        return rules
    # a ticket's place refers to both together, see `in_tree`
    pair = UniqueConstraint("id", parent, name=f"{table}_id_{parent.removesuffix('_id')}_key")
    return (pair, *rules)


class Group(SQLModel, table=True):
    __tablename__ = "groups"
    __table_args__ = _rules("groups")

    id: int = key()
    name: str = text_(150)
    description: str | None = text_(null=True)
    icon: str | None = text_(40, null=True)
    position: int = number(default=0)
    restricted: bool = flag(False)
    queue_email: str | None = text_(255, null=True)
    lead_id: int | None = ref("users.id", null=True, index=True)
    default_priority: str | None = text_(20, null=True)
    default_assignee_id: int | None = ref("users.id", null=True, index=True)
    sla_policy_id: int | None = ref("sla_policies.id", null=True, index=True)
    fields: list[object] = document(default="[]")
    archived: bool = flag(False)
    created_at: datetime = when(default_now=True)
    updated_at: datetime = when(default_now=True)


class GroupMember(SQLModel, table=True):
    __tablename__ = "group_members"
    __table_args__ = (Index("group_members_by_user", "user_id", "group_id"),)

    group_id: int = ref("groups.id", primary=True)
    user_id: int = ref("users.id", primary=True)
    created_at: datetime = when(default_now=True)


class Category(SQLModel, table=True):
    __tablename__ = "categories"
    __table_args__ = _rules("categories", "group_id")

    id: int = key()
    group_id: int = ref("groups.id", index=True)
    name: str = text_(150)
    description: str | None = text_(null=True)
    icon: str | None = text_(40, null=True)
    position: int = number(default=0)
    default_priority: str | None = text_(20, null=True)
    default_assignee_id: int | None = ref("users.id", null=True, index=True)
    sla_policy_id: int | None = ref("sla_policies.id", null=True, index=True)
    fields: list[object] = document(default="[]")
    archived: bool = flag(False)
    created_at: datetime = when(default_now=True)
    updated_at: datetime = when(default_now=True)


class Subcategory(SQLModel, table=True):
    __tablename__ = "subcategories"
    __table_args__ = _rules("subcategories", "category_id")

    id: int = key()
    category_id: int = ref("categories.id", index=True)
    name: str = text_(150)
    description: str | None = text_(null=True)
    icon: str | None = text_(40, null=True)
    position: int = number(default=0)
    default_priority: str | None = text_(20, null=True)
    default_assignee_id: int | None = ref("users.id", null=True, index=True)
    sla_policy_id: int | None = ref("sla_policies.id", null=True, index=True)
    fields: list[object] = document(default="[]")
    archived: bool = flag(False)
    created_at: datetime = when(default_now=True)
    updated_at: datetime = when(default_now=True)


def in_tree() -> tuple[ForeignKeyConstraint, ForeignKeyConstraint]:
    """A ticket's category lies in its group, its subcategory in its category: held by the database."""
    return (
        ForeignKeyConstraint(
            ["category_id", "group_id"],
            ["categories.id", "categories.group_id"],
            name="tickets_category_in_group",
            ondelete="RESTRICT",
        ),
        ForeignKeyConstraint(
            ["subcategory_id", "category_id"],
            ["subcategories.id", "subcategories.category_id"],
            name="tickets_subcategory_in_category",
            ondelete="RESTRICT",
        ),
    )


groups = table_of(Group)
group_members = table_of(GroupMember)
categories = table_of(Category)
subcategories = table_of(Subcategory)

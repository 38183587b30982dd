"""Saved views of the queue: filters, order and columns under a name, private or shared.

A view holds no right: whoever opens it asks its question within their own scope. Others' private views do not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from helpdesk.core import clock
from helpdesk.core.db import transaction
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.domain.access import Actor, require_staff
from helpdesk.domain.enums import Role, Sharing
from helpdesk.models.person import users
from helpdesk.models.saved_view import queue_settings, saved_views
from helpdesk.models.ticket import tickets
from helpdesk.models.tree import groups
from helpdesk.services import _saved_filters, _text
from helpdesk.services._filters import condition
from helpdesk.services._saved_rows import ORDER, first_views, select_views, visible
from helpdesk.services._scope import in_staff_scope
from helpdesk.services.views import NamedRef, QueueSettings, SavedViewRow, ViewCount

USUAL = _saved_filters.USUAL
NAME_MAX, MOST, MOST_COUNTED = 60, 50, 1000
_SHOWN = 200
_FIELDS = frozenset({"name", "filters", "sort", "columns", "shared", "group_id", "position"})
_PLACE_MAX = 1_000_000


def list_views(actor: Actor) -> list[SavedViewRow]:
    """The actor's own views and those shared with them, in order; the first 200.

    Raises:
        Forbidden: a client.
    """
    require_staff(actor)
    with transaction() as s:
        rows = s.execute(select_views(actor).where(visible(actor)).order_by(*ORDER).limit(_SHOWN))
        return [_view(actor, row) for row in rows.mappings()]


def get_view(actor: Actor, view_id: object) -> SavedViewRow:
    """One view. Raises Forbidden (a client), NotFound (also somebody else's private one)."""
    require_staff(actor)
    wanted = _text.clean_id("id", view_id)
    with transaction() as s:
        return _one(s, actor, wanted)


def create_view(actor: Actor, new: Mapping[str, Any]) -> SavedViewRow:
    """Keep a view: `name`, and of `filters`, `sort`, `columns`, `shared`, `group_id`, `position` what is given.

    Raises:
        Forbidden: a client, or sharing wider than the actor may. Invalid, Conflict (50 are kept already).
    """
    require_staff(actor)
    values = _cleaned(actor, {"name": None, "filters": {}, "sort": "-created_at", **new})
    now = clock.now()
    values = {"shared": str(Sharing.PRIVATE), "group_id": None, "position": 0} | values
    with transaction() as s:
        _require_may_share(s, actor, values)
        # one at a time per person: two tabs must not make the fifty-first
        s.execute(select(users.c.id).where(users.c.id == actor.user_id).with_for_update(key_share=True))
        own = select(func.count()).select_from(saved_views).where(saved_views.c.owner_id == actor.user_id)
        if (s.scalar(own) or 0) >= MOST:
            raise Conflict(f"You keep {MOST} views already: delete one first.")
        made = s.scalars(
            insert(saved_views)
            .values(**values, owner_id=actor.user_id, created_at=now, updated_at=now)
            .returning(saved_views.c.id)
        ).one()
        return _one(s, actor, made)


def update_view(actor: Actor, view_id: object, changes: Mapping[str, Any]) -> SavedViewRow:
    """Change what is given. The owner's; of shared ones also an admin's.

    Raises:
        Forbidden, NotFound, Invalid.
    """
    require_staff(actor)
    wanted = _text.clean_id("id", view_id)
    values = _cleaned(actor, changes)
    with transaction() as s:
        before = _one(s, actor, wanted, hold=True)
        if not before.may_edit:
            raise Forbidden("Only its owner and admins change a shared view.")
        if {"shared", "group_id"} & values.keys():
            shared = values.setdefault("shared", before.shared)
            kept = before.group.id if before.group and shared == Sharing.GROUP else None
            values.setdefault("group_id", kept)
            if (shared, values["group_id"]) != (before.shared, before.group.id if before.group else None):
                _require_may_share(s, actor, values)
        if values:
            s.execute(
                update(saved_views).where(saved_views.c.id == wanted).values(**values, updated_at=clock.now())
            )
        return _one(s, actor, wanted, forced=True)


def delete_view(actor: Actor, view_id: object) -> None:
    """Delete a view; whose queue opened with it gets the usual one. Raises Forbidden, NotFound."""
    require_staff(actor)
    wanted = _text.clean_id("id", view_id)
    with transaction() as s:
        if not _one(s, actor, wanted, hold=True).may_edit:
            raise Forbidden("Only its owner and admins delete a shared view.")
        mine = queue_settings.c.default_view_id == wanted
        s.execute(update(queue_settings).where(mine).values(default_view_id=None))
        s.execute(delete(saved_views).where(saved_views.c.id == wanted))


def view_counts(actor: Actor) -> list[ViewCount]:
    """How many tickets the first twenty views of `list_views` have in the actor's scope, each exact to 1,000.

    Raises:
        Forbidden: a client.
    """
    require_staff(actor)
    with transaction() as s:
        asked = {"viewer": actor.user_id, "groups": sorted(actor.group_ids)}
        rows = s.execute(first_views(actor.role), asked).mappings().all()
        numbered: dict[int, ColumnElement[Any]] = {}
        for row in rows:
            query = _saved_filters.query_of(row["filters"], row["sort"])
            if (chosen := _saved_filters.checked_for(actor, query)) is not None:
                some = select(tickets.c.id).where(in_staff_scope(actor), condition(actor, chosen))
                capped = some.limit(MOST_COUNTED + 1).subquery()
                numbered[row["id"]] = select(func.count()).select_from(capped).scalar_subquery()
        counting = select(*(one.label(f"v{key}") for key, one in numbered.items()))
        found = s.execute(counting).one() if numbered else ()
    counts = dict(zip(numbered, found, strict=True))
    return [
        ViewCount(
            row["id"], row["name"], min(counts[row["id"]], MOST_COUNTED), counts[row["id"]] > MOST_COUNTED
        )
        for row in rows
        if row["id"] in counts
    ]


def settings(actor: Actor) -> QueueSettings:
    """The actor's own columns of the queue, and the view that it opens with. Raises Forbidden (a client)."""
    require_staff(actor)
    with transaction() as s:
        return _settings(s, actor)


def save_settings(actor: Actor, changes: Mapping[str, Any]) -> QueueSettings:
    """Change `columns` (None: the usual ones), `default_view` (None: the usual one), or both.

    Raises:
        Forbidden (a client), Invalid, NotFound (no such view for the actor).
    """
    require_staff(actor)
    for name in changes:
        if name not in {"columns", "default_view"}:
            raise Invalid.at(str(name), "This can't be set here.")
    values: dict[str, Any] = {}
    if "columns" in changes:
        values["columns"] = _saved_filters.cleaned_columns(changes["columns"])
    if "default_view" in changes:
        values["default_view_id"] = _text.clean_optional_id("default_view", changes["default_view"])
    wanted: int | None = values.get("default_view_id")
    with transaction() as s:
        if wanted is not None:
            _one(s, actor, wanted)
        if values:
            values["updated_at"] = clock.now()
            stored = upsert(queue_settings).values(user_id=actor.user_id, **values)
            s.execute(stored.on_conflict_do_update(index_elements=["user_id"], set_=values))
        return _settings(s, actor)


# ---- parts -----------------------------------------------------------------------------------------------------------


def _one(s: Session, actor: Actor, view_id: int, *, hold: bool = False, forced: bool = False) -> SavedViewRow:
    statement = select_views(actor).where(saved_views.c.id == view_id)
    if not forced:  # an admin's change may have made it somebody's private one
        statement = statement.where(visible(actor))
    row = s.execute(statement.with_for_update(of=saved_views) if hold else statement).mappings().first()
    if row is None:
        raise NotFound("There is no such view.")
    return _view(actor, row)


def _view(actor: Actor, row: RowMapping) -> SavedViewRow:
    mine = row["owner_id"] == actor.user_id
    return SavedViewRow(
        id=row["id"],
        name=row["name"],
        filters=_saved_filters.query_of(row["filters"], row["sort"]),
        sort=row["sort"],
        columns=None if row["columns"] is None else tuple(row["columns"]),
        shared=row["shared"],
        group=None if row["group_id"] is None else NamedRef(row["group_id"], row["group_name"]),
        owner=NamedRef(row["owner_id"], row["owner_name"]),
        position=row["position"],
        may_edit=mine or (actor.role is Role.ADMIN and row["shared"] != Sharing.PRIVATE),
        is_default=row["is_default"],
        updated_at=row["updated_at"],
    )


def _cleaned(actor: Actor, given: Mapping[str, Any]) -> dict[str, Any]:
    for name in given:
        if name not in _FIELDS:
            raise Invalid.at(str(name), "There is no such field.")
    values: dict[str, Any] = {}
    if "name" in given:
        values["name"] = _text.clean_line("name", given["name"], NAME_MAX)
    if "filters" in given:
        values["filters"] = _saved_filters.cleaned(actor, given["filters"], "-created_at")[0]
    if "sort" in given:
        values["sort"] = _saved_filters.cleaned(actor, {}, given["sort"])[1]
    if "columns" in given:
        values["columns"] = _saved_filters.cleaned_columns(given["columns"])
    if "position" in given:
        values["position"] = _text.clean_number("position", given["position"], 0, _PLACE_MAX)
    if "shared" in given:
        values["shared"] = str(_text.clean_enum("shared", given["shared"], Sharing))
    if "group_id" in given:
        values["group_id"] = _text.clean_optional_id("group_id", given["group_id"])
    return values


def _require_may_share(s: Session, actor: Actor, values: Mapping[str, Any]) -> None:
    """With a group: its members and admins; with all staff: admins.

    Raises:
        Invalid: a group without sharing with one, or the other way round, or none that is there. Forbidden.
    """
    shared, group_id = values["shared"], values["group_id"]
    if (shared == Sharing.GROUP) != (group_id is not None):
        raise Invalid.at("group_id", "A view that is shared with a group names it, and no other does.")
    if shared == Sharing.STAFF and actor.role is not Role.ADMIN:
        raise Forbidden("Only admins share a view with all staff.")
    if group_id is None:
        return
    if s.scalar(select(groups.c.id).where(groups.c.id == group_id)) is None:
        raise Invalid.at("group_id", "There is no such group.")
    if actor.role is not Role.ADMIN and group_id not in actor.group_ids:
        raise Forbidden("Only a group's members share views with it.")


def _settings(s: Session, actor: Actor) -> QueueSettings:
    q = queue_settings.c
    row = s.execute(
        select(q.columns, saved_views.c.id.label("view"))
        .select_from(queue_settings)
        .outerjoin(saved_views, (saved_views.c.id == q.default_view_id) & visible(actor))
        .where(q.user_id == actor.user_id)
    ).first()
    columns = row.columns if row is not None and row.columns else _saved_filters.USUAL
    return QueueSettings(tuple(columns), None if row is None else row.view)

"""Keeping, changing and deleting saved views."""

from __future__ import annotations

from typing import Any, TypedDict

import reflex as rx

from helpdesk.domain.enums import STAFF_ROLES, Role
from helpdesk.services import saved_views, tree
from helpdesk.services.views import SavedViewRow
from helpdesk.ui.app_state import AppState, go_to
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.queue.filters import PATH, is_id
from helpdesk.ui.queue.state import QueueState


class Reader(TypedDict):
    """Somebody to share a view with: `private`, `staff`, or `group:<id>`."""

    value: str
    label: str


class SavedState(AppState):
    asking: str = ""  # new, edit
    name: str = ""
    shared: str = "private"
    with_columns: bool = False
    readers: list[Reader] = []
    errors: dict[str, str] = {}

    @rx.event
    @allow(*STAFF_ROLES)
    async def ask(self, which: str):
        """Open the dialog for a new view or the open one, or close it."""
        queue = await self.get_state(QueueState)
        row = queue._saved if which == "edit" else None
        self.asking = which if which == "new" or row is not None else ""
        self.errors = {}
        if not self.asking:
            return
        self.name = row.name if row is not None else ""
        self.shared = _shared(row)
        self.with_columns = row is not None and row.columns is not None
        self.readers = await _readers(row)

    @rx.event
    @allow(*STAFF_ROLES)
    async def save(self, form: dict[str, Any]):
        """Keep what the dialog says, as a new view or of the open one."""
        if not self.asking:
            return None
        queue = await self.get_state(QueueState)
        shared, _, group = str(form.get("shared") or "private").partition(":")
        values: dict[str, Any] = {
            "name": str(form.get("name") or "").strip(),
            "shared": shared,
            "group_id": int(group) if is_id(group) else None,
            "columns": list(queue.columns) if form.get("columns") else None,
        }
        if self.asking == "edit" and queue._saved is not None:
            kept = await attempt(saved_views.update_view, me(), queue._saved.id, values)
        else:
            place = queue._place()
            values |= {"filters": place.filters(), "sort": place.order}
            kept = await attempt(saved_views.create_view, me(), values)
        if isinstance(kept, Failure):
            self.errors = kept.fields
            if not kept.fields:
                self._tell(kept)
            return None
        self.asking = ""
        self._toast("ok", "The view is kept.")
        return await self._open(kept.id)

    @rx.event
    @allow(*STAFF_ROLES)
    async def keep(self):
        """The open view is what is shown now."""
        queue = await self.get_state(QueueState)
        if queue._saved is None:
            return None
        place = queue._place()
        values = {"filters": place.filters(), "sort": place.order}
        kept = await attempt(saved_views.update_view, me(), queue._saved.id, values)
        if isinstance(kept, Failure):
            self._tell(kept)
            return None
        self._toast("ok", "The view is kept as it is now.")
        return await self._open(kept.id)

    @rx.event
    @allow(*STAFF_ROLES)
    async def delete(self):
        """Delete the open view."""
        queue = await self.get_state(QueueState)
        if queue._saved is None:
            return None
        gone = await attempt(saved_views.delete_view, me(), queue._saved.id)
        if isinstance(gone, Failure):
            self._tell(gone)
            return None
        self._toast("ok", "The view is deleted.")
        await self._count()
        return go_to(f"{PATH}?view=all")

    @rx.event
    @allow(*STAFF_ROLES)
    async def set_default(self):
        """This person's queue opens with the open view, or with the usual one again."""
        queue = await self.get_state(QueueState)
        if queue._saved is None:
            return
        wanted = None if queue.saved["is_default"] else queue._saved.id
        changed = await attempt(saved_views.save_settings, me(), {"default_view": wanted})
        if isinstance(changed, Failure):
            self._tell(changed)
            return
        queue.saved = {**queue.saved, "is_default": wanted is not None}
        self._toast("ok", "Your queue opens with this view." if wanted else "Your queue opens as usual.")

    @rx.event
    @allow(*STAFF_ROLES)
    async def move(self, step: int):
        """The open view changes places with its neighbour in the list."""
        queue = await self.get_state(QueueState)
        every = await attempt(saved_views.list_views, me())
        if queue._saved is None or isinstance(every, Failure) or step not in (-1, 1):
            return
        ids = [one.id for one in every if one.may_edit]
        if queue._saved.id not in ids:
            return
        at = ids.index(queue._saved.id)
        to = min(len(ids) - 1, max(0, at + step))
        ids[at], ids[to] = ids[to], ids[at]
        before = {one.id: one.position for one in every}
        for place, one in enumerate(ids, 1):
            if before[one] != place:
                moved = await attempt(saved_views.update_view, me(), one, {"position": place})
                if isinstance(moved, Failure):
                    self._tell(moved)
                    break
        await self._count()

    async def _open(self, view_id: int) -> rx.event.EventSpec:
        await self._count()
        return go_to(f"{PATH}?view={view_id}")


def _shared(row: SavedViewRow | None) -> str:
    if row is None:
        return "private"
    return f"group:{row.group.id}" if row.group is not None else row.shared


async def _readers(row: SavedViewRow | None) -> list[Reader]:
    """With whom this person may share a view, and with whom it is shared now."""
    found: list[Reader] = [{"value": "private", "label": "Only me"}]
    groups = await attempt(tree.choosable, me())
    admin = me().role is Role.ADMIN
    for group in [] if isinstance(groups, Failure) else groups:
        kept = row is not None and row.group is not None and row.group.id == group.id
        if admin or kept or group.id in me().group_ids:
            found.append({"value": f"group:{group.id}", "label": f"The group {group.name}"})
    if admin or (row is not None and row.shared == "staff"):
        found.append({"value": "staff", "label": "All staff"})
    return found

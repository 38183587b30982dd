"""The table's columns: which and in what order, each person's own or a saved view's, and what their heads do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import reflex as rx

from helpdesk.domain.enums import STAFF_ROLES
from helpdesk.services import saved_views
from helpdesk.ui.app_state import AppState
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.queue.state import QueueState

WORDS = {
    "priority": "Priority",
    "number": "No.",
    "subject": "Subject",
    "tags": "Tags",
    "group": "Group",
    "topic": "Topic",
    "requester": "Requester",
    "status": "Status",
    "assignee": "Assignee",
    "due": "Due",
    "created": "Created",
    "updated": "Updated",
}


class Choice(TypedDict):
    name: str
    words: str
    on: bool
    first: bool
    last: bool


class ColumnsState(AppState):
    choices: list[Choice] = []
    fixed: bool = False  # a view's own, that this person may not change

    @rx.event
    @allow(*STAFF_ROLES)
    async def look(self):
        """Show what can be chosen."""
        await self._show()

    @rx.event
    @allow(*STAFF_ROLES)
    async def toggle(self, name: str):
        """Show a column, or not any more."""
        queue = await self.get_state(QueueState)
        shown = [one for one in queue.columns if one != name]
        await self._keep(shown if len(shown) < len(queue.columns) else [*shown, name])

    @rx.event
    @allow(*STAFF_ROLES)
    async def move(self, name: str, step: int):
        """Move a column towards the beginning (-1) or the end (1)."""
        queue = await self.get_state(QueueState)
        columns = list(queue.columns)
        if name in columns and step in (-1, 1):
            at = columns.index(name)
            to = min(len(columns) - 1, max(0, at + step))
            columns[at], columns[to] = columns[to], columns[at]
            await self._keep(columns)

    @rx.event
    @allow(*STAFF_ROLES)
    async def as_usual(self):
        """The usual columns again; a view then shows each reader their own."""
        await self._keep(None)

    # ---- parts

    async def _keep(self, columns: list[str] | None) -> None:
        queue = await self.get_state(QueueState)
        saved = queue._saved
        if saved is not None and saved.columns is not None:
            kept = await attempt(saved_views.update_view, me(), saved.id, {"columns": columns})
            if isinstance(kept, Failure):
                self._tell(kept)
                return
            queue._saved = kept
            settings = await attempt(saved_views.settings, me())
        else:
            settings = await attempt(saved_views.save_settings, me(), {"columns": columns})
        if isinstance(settings, Failure):
            self._tell(settings)
            return
        queue._show_columns(settings)
        await self._show()

    async def _show(self) -> None:
        queue = await self.get_state(QueueState)
        saved = queue._saved
        self.fixed = saved is not None and saved.columns is not None and not saved.may_edit
        self.choices = choices(queue.columns)


def choices(shown: Sequence[str]) -> list[Choice]:
    """The shown columns in their order, then the others."""
    others = [name for name in WORDS if name not in shown]
    made: list[Choice] = []
    for place, name in enumerate([*shown, *others]):
        on = name in shown
        made.append(
            {
                "name": name,
                "words": WORDS[name],
                "on": on,
                "first": place == 0 or not on,
                "last": place == len(shown) - 1 or not on,
            }
        )
    return made

"""Acting on the selected tickets; each says for itself what became of it."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any, TypedDict

import reflex as rx

from helpdesk.domain.enums import Role
from helpdesk.services import tickets, tree
from helpdesk.services.views import BulkResult
from helpdesk.ui.app_state import AppState
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.queue.rows import QueueRow
from helpdesk.ui.queue.state import QueueState
from helpdesk.ui.rows import Person, person

UNDO = "undo-bulk"


class Refused(TypedDict):
    number: str
    reason: str


class Category(TypedDict):
    value: str
    label: str


class BulkState(AppState):
    people: list[Person] = []
    categories: list[Category] = []
    refused: list[Refused] = []
    errors: dict[str, str] = {}
    resolving: bool = False
    holding: bool = False
    _undo: list[tuple[list[int], str, dict[str, Any]]] = []

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def offer(self):
        """Read whom the selected tickets can be given to, and where they can be moved."""
        queue = await self.get_state(QueueState)
        groups = {row["group_id"] for row in queue.rows if row["id"] in queue.selected}
        offered: dict[int, Person] = {}
        for group_id in sorted(groups)[:5]:
            found = await attempt(tree.assignable, me(), group_id)
            if not isinstance(found, Failure):
                offered |= {one.id: person(one) for one in found}
        self.people = sorted(
            offered.values(), key=lambda one: (one["id"] != me().user_id, one["name"].casefold())
        )
        nodes = await attempt(tree.choosable, me())
        if not isinstance(nodes, Failure):
            self.categories = [
                {"value": f"{group.id}:{category.id}", "label": f"{group.name} › {category.name}"}
                for group in nodes
                for category in group.categories
            ]

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def assign(self, person_id: int):
        """Give the selected tickets to somebody; 0 puts them back."""
        queue = await self.get_state(QueueState)
        before = _before(queue, lambda row: row["assignee"]["id"] or None)
        results = await self._act("assign", {"assigned_to": person_id or None})
        self._remember(results, before, lambda value: ("assign", {"assigned_to": value}))

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def take(self):
        """Take the selected tickets that nobody has, each by itself: whoever was faster keeps theirs."""
        queue = await self.get_state(QueueState)
        had = _before(queue, lambda row: row["assignee"]["id"])
        results: list[BulkResult] = []
        for ticket_id in list(queue.selected):
            taken = await attempt(tickets.take, me(), ticket_id)
            refused = taken.message if isinstance(taken, Failure) else None
            changed = refused is None and had.get(ticket_id) != me().user_id
            results.append(BulkResult(ticket_id, ok=refused is None, error=refused, changed=changed))
        if results:
            await self._report("assign", results)
            self._remember(results, dict.fromkeys(had), lambda value: ("assign", {"assigned_to": value}))

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def set_priority(self, priority: str):
        queue = await self.get_state(QueueState)
        before = _before(queue, lambda row: row["priority"])
        results = await self._act("priority", {"priority": priority})
        self._remember(results, before, lambda value: ("priority", {"priority": value}))

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def set_status(self, status: str):
        """In Progress or Closed; Resolved asks for its reason first."""
        if status == "Resolved":
            self.errors, self.resolving = {}, True
            return
        await self._act("status", {"status": status})

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def resolve(self, form: dict[str, Any]):
        """Resolve the selected tickets with the dialog's code and text."""
        args = {
            "status": "Resolved",
            "resolution_code": form.get("code") or None,
            "resolution_text": form.get("text"),
        }
        if await self._act("status", args) is not None:
            self.resolving = False

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def hold(self, form: dict[str, Any]):
        """Put them on hold; the empty reason ends a hold."""
        until = _day(form.get("until"))
        if await self._act("hold", {"reason": form.get("reason") or None, "until": until}) is not None:
            self.holding = False

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def move(self, form: dict[str, Any]):
        """Move them to a category, in its group."""
        group, _, category = str(form.get("category", "")).partition(":")
        if group.isdigit() and category.isdigit():
            await self._act("category", {"group_id": int(group), "category_id": int(category)})

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def show(self, which: str):
        """Open or close a dialog of the bar."""
        self.errors = {}
        self.resolving, self.holding = which == "resolve", which == "hold"
        if which == "seen":
            self.refused = []

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def undo(self):
        """Take the last change back, ticket by ticket."""
        steps, self._undo = self._undo, []
        refused = 0
        for ids, action, args in steps:
            results = await attempt(tickets.bulk, me(), ids, action, args)
            refused += len(ids) if isinstance(results, Failure) else sum(not one.ok for one in results)
        if refused:
            self._toast("bad", f"{refused} could not be taken back: somebody changed them meanwhile.")
        elif steps:
            self._toast("ok", "Taken back.")
        await self._reload()

    # ---- parts

    async def _act(self, action: str, args: dict[str, Any]) -> list[BulkResult] | None:
        """Do it and report; None where nothing was tried."""
        queue = await self.get_state(QueueState)
        if not queue.selected:
            return None
        results = await attempt(tickets.bulk, me(), list(queue.selected), action, args)
        if isinstance(results, Failure):
            self.errors = results.fields
            if not results.fields:
                self._tell(results)
            return None
        await self._report(action, results)
        return results

    async def _report(self, action: str, results: list[BulkResult]) -> None:
        """Keep the refused ones selected, each with its reason, and say how many changed."""
        queue = await self.get_state(QueueState)
        numbers = {row["id"]: row["number"] for row in queue.rows}
        failed = [one for one in results if not one.ok]
        queue.selected = [one.id for one in failed]
        self.refused = [{"number": numbers.get(one.id, "?"), "reason": one.error or ""} for one in failed]
        changed = sum(one.changed for one in results)
        if changed or not failed:
            undo = UNDO if action in {"assign", "priority"} and changed else ""
            self._toast("ok", _said(changed), undo)
        await self._reload()

    def _remember(self, results: list[BulkResult] | None, before: dict[int, Any], step: Any) -> None:
        if results is None:
            return
        grouped: dict[Any, list[int]] = defaultdict(list)
        for one in results:
            if one.ok and one.changed and one.id in before:
                grouped[before[one.id]].append(one.id)
        self._undo = [(ids, *step(value)) for value, ids in grouped.items()]

    async def _reload(self) -> None:
        queue = await self.get_state(QueueState)
        await queue._again()


def _before(queue: QueueState, of: Any) -> dict[int, Any]:
    rows: list[QueueRow] = queue.rows
    return {row["id"]: of(row) for row in rows if row["id"] in queue.selected}


def _said(changed: int) -> str:
    if not changed:
        return "Nothing had to change."
    return "1 ticket changed." if changed == 1 else f"{changed} tickets changed."


def _day(value: object) -> datetime | None:
    """A date field's value as the morning of that day in UTC; None for none. The service checks the rest."""
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=UTC) if value else None
    except ValueError:
        return None

"""Acting on the selected tickets, or on the one whose menu is open; each says for itself what became of it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import reflex as rx

from helpdesk.domain.enums import Role
from helpdesk.services import tickets, tree
from helpdesk.services.views import BulkResult
from helpdesk.ui.app_state import AppState
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.places import Choice, chosen_place, place_choices
from helpdesk.ui.queue.acts import NO_AIM, Aim, Refused, Step, aim_at, not_undone, said
from helpdesk.ui.queue.rows import QueueRow
from helpdesk.ui.queue.state import QueueState
from helpdesk.ui.rows import Person, person
from helpdesk.ui.zones import FIELD, moment

UNDO = "undo-bulk"
_MOST_OFFERED = 200


class BulkState(AppState):
    people: list[Person] = []
    categories: list[Choice] = []
    refused: list[Refused] = []
    errors: dict[str, str] = {}
    resolving: bool = False
    holding: bool = False
    busy: str = ""
    aim: Aim = NO_AIM
    _dialog_aims: bool = False
    _undo: list[Step] = []

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def point(self, ticket_id: int):
        """The menu of this row opens: its items act on it alone."""
        queue = await self.get_state(QueueState)
        row = next((row for row in queue.rows if row["id"] == ticket_id), None)
        self.aim = NO_AIM if row is None else aim_at(row)

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def offer(self, aimed: bool = False):
        """Read whom the tickets can be given to, and where they can be moved."""
        self._dialog_aims = aimed is True
        queue = await self.get_state(QueueState)
        targets = self._targets(queue, self._dialog_aims)
        groups = {row["group_id"] for row in queue.rows if row["id"] in targets}
        offered: dict[int, Person] = {}
        for group_id in sorted(groups)[:5]:
            found = await attempt(tree.assignable, me(), group_id)
            if not isinstance(found, Failure):
                offered |= {one.id: person(one) for one in found}
        self.people = sorted(
            offered.values(), key=lambda one: (one["id"] != me().user_id, one["name"].casefold())
        )[:_MOST_OFFERED]
        nodes = await attempt(tree.choosable, me())
        if not isinstance(nodes, Failure):
            self.categories = place_choices(nodes)

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def assign(self, person_id: int):
        """Give the tickets of the dialog to somebody; 0 puts them back."""
        yield await self._begin(self._dialog_aims)
        before = await self._before(self._dialog_aims, lambda row: row["assignee"]["id"] or None)
        results = await self._act("assign", {"assigned_to": person_id or None}, self._dialog_aims)
        self._remember(results, before, lambda value: ("assign", {"assigned_to": value}))

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def take(self, aimed: bool = False):
        """Take the tickets that nobody has, each by itself: whoever was faster keeps theirs."""
        queue = await self.get_state(QueueState)
        targets = self._targets(queue, aimed)
        had = await self._before(aimed, lambda row: row["assignee"]["id"])
        results: list[BulkResult] = []
        for number, ticket_id in enumerate(targets, 1):
            self.busy = f"Taking {number} of {len(targets)}"
            yield
            results.append(await self._take(ticket_id, had.get(ticket_id)))
        if results:
            await self._report("assign", results, aimed)
            self._remember(results, dict.fromkeys(had), lambda value: ("assign", {"assigned_to": value}))

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def set_priority(self, priority: str, aimed: bool = False):
        yield await self._begin(aimed)
        before = await self._before(aimed, lambda row: row["priority"])
        results = await self._act("priority", {"priority": priority}, aimed)
        self._remember(results, before, lambda value: ("priority", {"priority": value}))

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def set_status(self, status: str, aimed: bool = False):
        """In Progress or Closed; Resolved asks for its reason first."""
        if status == "Resolved":
            self.errors, self.resolving, self._dialog_aims = {}, True, aimed is True
            return
        yield await self._begin(aimed)
        await self._act("status", {"status": status}, aimed)

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def resolve(self, form: dict[str, Any]):
        """Resolve the tickets of the dialog with its code and text."""
        args = {
            "status": "Resolved",
            "resolution_code": form.get("code") or None,
            "resolution_text": form.get("text"),
        }
        yield await self._begin(self._dialog_aims)
        if await self._act("status", args, self._dialog_aims) is not None:
            self.resolving = False

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def hold(self, form: dict[str, Any]):
        """Put them on hold; the empty reason ends a hold."""
        until = moment(form.get("until"), form.get(FIELD), self.me["zone"])
        args = {"reason": form.get("reason") or None, "until": until}
        yield await self._begin(self._dialog_aims)
        if await self._act("hold", args, self._dialog_aims) is not None:
            self.holding = False

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def move(self, form: dict[str, Any]):
        """Move them to a place of the tree."""
        args = chosen_place(form.get("category"))
        if args is not None:
            yield await self._begin(self._dialog_aims)
            await self._act("category", args, self._dialog_aims)

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def show(self, which: str, aimed: bool = False):
        """Open or close a dialog."""
        self.errors, self._dialog_aims = {}, aimed is True
        self.resolving, self.holding = which == "resolve", which == "hold"
        if which == "seen":
            self.refused = []

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def undo(self):
        """Take the last change back, ticket by ticket, but nothing that somebody changed since."""
        steps, self._undo = self._undo, []
        kept: list[str] = []
        for step in steps:
            results = await attempt(
                tickets.bulk, me(), step.ids, step.action, step.args, versions=step.versions
            )
            done = [] if isinstance(results, Failure) else results
            ok = {one.id for one in done if one.ok}
            kept += [number for one, number in zip(step.ids, step.numbers, strict=True) if one not in ok]
        if kept:
            self._toast("bad", not_undone(kept))
        elif steps:
            self._toast("ok", "Taken back.")
        await self._reload()

    # ---- parts

    def _targets(self, queue: QueueState, aimed: object) -> list[int]:
        """What an act is about: the ticket whose menu it came from, else the selected ones."""
        if aimed is True:
            return [self.aim["id"]] if self.aim["id"] else []
        return list(queue.selected)

    async def _begin(self, aimed: object) -> None:
        """Say that it acts: the buttons stand still until it is done."""
        queue = await self.get_state(QueueState)
        count = len(self._targets(queue, aimed))
        self.busy = "Changing 1 ticket" if count == 1 else f"Changing {count} tickets" if count else ""

    async def _before(self, aimed: object, of: Any) -> dict[int, Any]:
        queue = await self.get_state(QueueState)
        rows: list[QueueRow] = queue.rows
        targets = self._targets(queue, aimed)
        return {row["id"]: of(row) for row in rows if row["id"] in targets}

    async def _take(self, ticket_id: int, holder: int | None) -> BulkResult:
        try:
            taken = await attempt(tickets.take, me(), ticket_id)
        finally:
            self.busy = ""
        if isinstance(taken, Failure):
            return BulkResult(ticket_id, ok=False, error=taken.message)
        row = taken.ticket
        changed = holder != me().user_id
        return BulkResult(ticket_id, ok=True, changed=changed, ticket_no=row.ticket_no, version=row.version)

    async def _act(self, action: str, args: dict[str, Any], aimed: object) -> list[BulkResult] | None:
        """Do it and report; None where nothing was tried."""
        queue = await self.get_state(QueueState)
        try:
            targets = self._targets(queue, aimed)
            results = await attempt(tickets.bulk, me(), targets, action, args) if targets else None
        finally:
            self.busy = ""
        if isinstance(results, Failure):
            self.errors = results.fields
            if not results.fields:
                self._tell(results)
            return None
        if results is not None:
            await self._report(action, results, aimed)
        return results

    async def _report(self, action: str, results: list[BulkResult], aimed: object) -> None:
        """Keep the refused ones selected, each with its reason, and say how many changed."""
        queue = await self.get_state(QueueState)
        numbers = {row["id"]: row["number"] for row in queue.rows}
        failed = [one for one in results if not one.ok]
        told: list[Refused] = [
            {"number": numbers.get(one.id, "?"), "reason": one.error or ""} for one in failed
        ]
        if aimed is not True:
            queue.selected, self.refused = [one.id for one in failed], told
        elif told:
            self._toast("bad", f"{told[0]['number']}: {told[0]['reason']}")
        changed = sum(one.changed for one in results)
        if changed or not failed:
            undo = UNDO if action in {"assign", "priority"} and changed else ""
            self._toast("ok", said(changed), undo)
        await self._reload()

    def _remember(self, results: list[BulkResult] | None, before: dict[int, Any], step: Any) -> None:
        if results is None:
            return
        grouped: dict[Any, list[BulkResult]] = defaultdict(list)
        for one in results:
            if one.ok and one.changed and one.id in before:
                grouped[before[one.id]].append(one)
        self._undo = [
            Step(
                [one.id for one in group],
                [one.version or 0 for one in group],
                [one.ticket_no or "?" for one in group],
                *step(value),
            )
            for value, group in grouped.items()
        ]

    async def _reload(self) -> None:
        queue = await self.get_state(QueueState)
        await queue._again()

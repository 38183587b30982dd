"""One bulk change by filter: what it should do, how far it is, what it could not do."""

from __future__ import annotations

from typing import Any, TypedDict

import reflex as rx

from helpdesk.domain.enums import Priority, Role
from helpdesk.services import jobs, tree
from helpdesk.services.views import JobView
from helpdesk.ui.app_state import AppState
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.places import Choice, chosen_place, place_choices
from helpdesk.ui.queue.state import QueueState
from helpdesk.ui.rows import HOLD_WORDS
from helpdesk.ui.zones import FIELD, moment

ACTIONS = {
    "priority": "Priority",
    "status": "Status",
    "assign": "Who has it",
    "category": "Category",
    "hold": "Hold",
}
_SHOWN = 25
_CHOICES: dict[str, list[Choice]] = {
    "priority": [{"value": str(one), "label": str(one)} for one in reversed(Priority)],
    "status": [{"value": one, "label": one} for one in ("In Progress", "Closed")],
    "assign": [{"value": "me", "label": "Me"}, {"value": "nobody", "label": "Nobody"}],
    "category": [],
    "hold": [
        *({"value": str(reason), "label": words} for reason, words in HOLD_WORDS.items()),
        {"value": "", "label": "Not on hold any more"},
    ],
}


class Progress(TypedDict):
    """A job; `id` 0 is none."""

    id: int
    status: str
    total: int
    done: int
    words: str  # how far it is
    outcome: str  # what became of it
    running: bool


class Refused(TypedDict):
    number: str
    reason: str


NO_JOB: Progress = {
    "id": 0, "status": "", "total": 0, "done": 0, "words": "", "outcome": "", "running": False,
}  # fmt: skip


class JobState(AppState):
    asking: bool = False
    words: str = ""
    action: str = "priority"
    choices: dict[str, list[Choice]] = _CHOICES  # by action: what it can be changed to
    error: str = ""
    job: Progress = NO_JOB
    refused: list[Refused] = []
    more: str = ""  # refusals beyond those shown

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def ask(self):
        """Open the dialog: what should become of everything that the queue's address selects?"""
        queue = await self.get_state(QueueState)
        place = queue._place()
        people: list[Choice] = []
        if place.group:
            found = await attempt(tree.assignable, me(), int(place.group))
            if not isinstance(found, Failure):
                people = [{"value": str(one.id), "label": one.name} for one in found]
        nodes = await attempt(tree.choosable, me())
        self.words, self.error, self.job, self.refused = queue.total, "", NO_JOB, []
        self.choices = {
            **_CHOICES,
            "assign": [*_CHOICES["assign"], *people],
            "category": [] if isinstance(nodes, Failure) else place_choices(nodes),
        }
        self.action, self.asking = "priority", True

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def choose(self, action: str):
        """What should change; the dialog offers what it can become."""
        if action in ACTIONS:
            self.action, self.error = action, ""

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def start(self, form: dict[str, Any]):
        """Begin the job."""
        action, value = str(form.get("action", "")), str(form.get("value", ""))
        args = _args(action, value)
        if action == "hold" and value:
            args["until"] = moment(form.get("until"), form.get(FIELD), self.me["zone"])
        queue = await self.get_state(QueueState)
        begun = await attempt(jobs.start, me(), queue._asked(), action, args)
        if isinstance(begun, Failure):
            running = begun.extra.get("job_id")
            if isinstance(running, int):
                await self._look(running)
            self.error = begun.message
            return
        self.error = ""
        self._show(begun)

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def refresh(self):
        """The browser asks while the dialog shows a running job."""
        if self.job["running"]:
            await self._look(self.job["id"])

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def cancel(self):
        """Stop behind the batch at work."""
        ended = await attempt(jobs.cancel, me(), self.job["id"])
        if isinstance(ended, Failure):
            self._tell(ended)
        else:
            await self._end(ended)

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def close(self):
        """Close the dialog; the job goes on."""
        if self.job["running"]:
            self._toast("info", "The change goes on. Choose all matching again to see how far it is.")
        self.asking = False

    # ---- parts

    async def _look(self, job_id: int) -> None:
        seen = await attempt(jobs.get, me(), job_id)
        if isinstance(seen, Failure):
            self.error = seen.message
        elif seen.running:
            self._show(seen)
        else:
            await self._end(seen)

    async def _end(self, job: JobView) -> None:
        self._show(job)
        page = await attempt(jobs.refused, me(), job.id, page_size=_SHOWN)
        if not isinstance(page, Failure):
            self.refused = [{"number": one.ticket_no or "?", "reason": one.error} for one in page.items]
            rest = page.total - len(page.items)
            self.more = f"and {rest:,} more" if rest > 0 else ""
        queue = await self.get_state(QueueState)
        queue.selected = []
        await queue._again()

    def _show(self, job: JobView) -> None:
        self.job = {
            "id": job.id,
            "status": job.status,
            "total": job.total,
            "done": job.done,
            "words": f"{job.done:,} of {job.total:,}",
            "outcome": _outcome(job),
            "running": job.running,
        }


def _args(action: str, value: str) -> dict[str, Any]:
    """What the choice of a value asks for, for the service to check."""
    if action == "category":
        return dict(chosen_place(value) or {})
    if action == "hold":
        return {"reason": value or None}
    if action != "assign":
        return {action: value}
    if value == "nobody":
        return {"assigned_to": None}
    return {"assigned_to": me().user_id if value == "me" else int(value) if value.isdecimal() else 0}


def _outcome(job: JobView) -> str:
    said = f"{job.changed:,} changed, {job.unchanged:,} as before, {job.refused:,} refused."
    if job.status == "cancelled":
        return f"Cancelled: {said}"
    return f"{job.reason} {said}" if job.reason else said

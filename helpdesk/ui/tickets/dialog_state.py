"""The dialogs of the staff's view: resolve, hold, topic, title, and how a clock was counted."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

import reflex as rx

from helpdesk.domain.enums import STAFF_ROLES, ClockKind, HoldReason, Role
from helpdesk.services import sla, tree
from helpdesk.services.views import ClockInterval
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.places import Choice, chosen_place, place_choices
from helpdesk.ui.rows import HOLD_WORDS, iso, worked
from helpdesk.ui.tickets.edit_state import EditState
from helpdesk.ui.tickets.edits import Edit
from helpdesk.ui.tickets.words import CLOCK_WORDS, span
from helpdesk.ui.zones import FIELD, moment

_MOST_STRETCHES = 200
_CLOCK_OF: dict[str, Literal["first", "next", "solve"]] = {
    ClockKind.FIRST_RESPONSE: "first",
    ClockKind.NEXT_RESPONSE: "next",
    ClockKind.RESOLUTION: "solve",
}
_DIALOGS = frozenset({"resolve", "hold", "topic", "title", "counted"})


class Stretch(TypedDict):
    """A stretch of a clock's time; `css` is counted, still or ahead."""

    start: str
    end: str
    words: str
    length: str
    css: str


class DialogState(EditState):
    places: list[Choice] = []
    place: str = ""
    stretches: list[Stretch] = []
    counted_of: str = ""
    counted_total: str = ""

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def show(self, which: str):
        """Open one of the dialogs; anything else closes the open one."""
        if which not in _DIALOGS:
            self.dialog = ""
            return
        if which == "topic":
            await self._offer_places()
        self._open(which)

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def resolve(self, form: dict[str, Any]):
        args = {"status": "Resolved", "code": form.get("code") or None, "text": form.get("text")}
        await self._from_dialog(
            Edit("status", args, done="Resolved. The requester is asked whether it is solved.")
        )

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def hold(self, form: dict[str, Any]):
        reason = str(form.get("reason", ""))
        until = moment(form.get("until"), form.get(FIELD), self.me["zone"])
        words = HOLD_WORDS[HoldReason(reason)] if reason in set(HoldReason) else "on hold"
        await self._from_dialog(
            Edit(
                "hold", {"reason": reason or None, "until": until}, words, "On hold. The clocks stand still."
            )
        )

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def release(self):
        """End the hold."""
        await self._edit(Edit("hold", {"reason": None, "until": None}, "not on hold", "The hold is over."))

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def move(self, form: dict[str, Any]):
        value = str(form.get("place", ""))
        args = chosen_place(value)
        if args is None:
            return
        words = next((one["label"] for one in self.places if one["value"] == value), "")
        await self._from_dialog(Edit("place", args, words, "Moved."))

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def retitle(self, form: dict[str, Any]):
        title = str(form.get("title", ""))[:1000]
        await self._from_dialog(Edit("title", {"title": title}, "your title", "Title changed."))

    @rx.event
    @allow(*STAFF_ROLES)
    async def explain(self, kind: str):
        """How a clock was counted, stretch by stretch."""
        found = await attempt(sla.explain, me(), self.ticket["id"], kind)
        if isinstance(found, Failure):
            return self._tell(found)
        self.stretches = [_stretch(one) for one in found[-_MOST_STRETCHES:]]
        self.counted_of = CLOCK_WORDS.get(kind, "")
        counted = sum(one.seconds for one in found if one.kind == "counted" and not one.projected)
        promised = self.clocks[_CLOCK_OF[kind]]["promised"]
        self.counted_total = f"{worked(counted)} of {promised}" if promised else worked(counted)
        self.dialog = "counted"
        return None

    @rx.event
    @allow(*STAFF_ROLES)
    async def close(self):
        """The person closed the dialog; what it was about stays undone."""
        self.dialog, self.errors = "", {}

    # ---- parts

    async def _from_dialog(self, edit: Edit) -> None:
        """An edit of the open dialog: it closes when that is done, and stays with what was typed when it is not."""
        base = self._base if self._base["id"] == self.ticket["id"] else None
        self.conflict = {**self.conflict, "text": ""}
        if await self._edit(edit, base):
            self.dialog = ""

    async def _offer_places(self) -> None:
        groups = await attempt(tree.choosable, me())
        if isinstance(groups, Failure):
            return self._tell(groups)
        self.places = place_choices(groups)
        shown = self.ticket
        self.place = f"{shown['group_id']}:{shown['category_id']}:{shown['subcategory_id']}"
        if all(one["value"] != self.place for one in self.places):
            above = f"{shown['above']} › " if shown["above"] else ""
            self.places = [{"value": self.place, "label": f"{above}{shown['topic']}"}, *self.places]
        return None


_STILL = {"hold": "On hold", "closed": "Closed time", "resolved": "Resolved"}


def _stretch(one: ClockInterval) -> Stretch:
    counted = one.kind == "counted"
    words = "Counted" if counted else _STILL.get(one.kind, one.kind)
    if one.label and not counted:
        words = f"{words}: {one.label}"
    return {
        "start": iso(one.start),
        "end": iso(one.end),
        "words": "To come" if one.projected and counted else words,
        "length": span(one.seconds),
        "css": "ahead" if one.projected else "counted" if counted else "still",
    }

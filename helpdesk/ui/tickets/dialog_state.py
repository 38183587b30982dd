"""The dialogs of the staff's view: resolve, hold, topic, title, and how a clock was counted."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any, Literal, TypedDict
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import reflex as rx

from helpdesk.domain.enums import STAFF_ROLES, ClockKind, HoldReason, Role
from helpdesk.services import sessions, sla, tree
from helpdesk.services.views import ClockInterval, GroupNode
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.rows import HOLD_WORDS, iso, worked
from helpdesk.ui.tickets.edit_state import EditState
from helpdesk.ui.tickets.edits import Edit
from helpdesk.ui.tickets.words import CLOCK_WORDS, span

_MOST_STRETCHES = 200
_CLOCK_OF: dict[str, Literal["first", "next", "solve"]] = {
    ClockKind.FIRST_RESPONSE: "first",
    ClockKind.NEXT_RESPONSE: "next",
    ClockKind.RESOLUTION: "solve",
}
_DIALOGS = frozenset({"resolve", "hold", "topic", "title", "counted"})


class Choice(TypedDict):
    value: str
    label: str


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
        until = _moment(form.get("until"), await self._zone())
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
        names = ("group_id", "category_id", "subcategory_id")
        given = [int(one) if one.isdigit() else 0 for one in value.split(":")]
        if len(given) != len(names):
            return
        args = {name: number or None for name, number in zip(names, given, strict=True)}
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
        self.places = _choices(groups)
        shown = self.ticket
        self.place = f"{shown['group_id']}:{shown['category_id']}:{shown['subcategory_id']}"
        if all(one["value"] != self.place for one in self.places):
            above = f"{shown['above']} › " if shown["above"] else ""
            self.places = [{"value": self.place, "label": f"{above}{shown['topic']}"}, *self.places]
        return None

    async def _zone(self) -> tzinfo:
        seen = await attempt(sessions.me, me())
        try:
            return UTC if isinstance(seen, Failure) else ZoneInfo(seen.time_zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            return UTC


def _choices(groups: list[GroupNode]) -> list[Choice]:
    found: list[Choice] = []
    for group in groups:
        found.append(_choice(group.name, group.id))
        for category in group.categories:
            above = f"{group.name} › {category.name}"
            found.append(_choice(above, group.id, category.id))
            for one in category.subcategories:
                found.append(_choice(f"{above} › {one.name}", group.id, category.id, one.id))
    return found


def _choice(label: str, group: int, category: int = 0, subcategory: int = 0) -> Choice:
    return {"value": f"{group}:{category}:{subcategory}", "label": label}


def _moment(value: object, zone: tzinfo) -> datetime | None:
    """A `datetime-local` field's value in the person's zone; None for none. The service checks the rest."""
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=zone) if value else None
    except ValueError:
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

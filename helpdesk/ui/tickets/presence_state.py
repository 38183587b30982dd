"""Who else has this ticket open, for the helpdesk's people. Small on its own: it is asked for every few seconds."""

from __future__ import annotations

from typing import TypedDict

import reflex as rx

from helpdesk.domain.enums import STAFF_ROLES, Doing
from helpdesk.services import presence
from helpdesk.services.views import PresenceView
from helpdesk.ui import live
from helpdesk.ui.app_state import AppState
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.rows import Person, person
from helpdesk.ui.tickets.words import first_name, listed

_FACES = 3
_DOES = {Doing.NOTING: "typing a note…", Doing.REPLYING: "typing a reply…", Doing.LOOKING: "here"}


class Others(TypedDict):
    """Who else is there; `of` is the ticket, 0 for none."""

    of: int
    faces: list[Person]
    typing: bool
    words: str


NO_OTHERS: Others = {"of": 0, "faces": [], "typing": False, "words": ""}


class PresenceState(AppState):
    others: Others = NO_OTHERS
    _of: int = 0

    @rx.event
    @allow()
    async def beat(self, ticket_id: int, doing: str):
        """This person has the ticket open and does that: the page says so every few seconds."""
        found = await attempt(presence.be, me(), ticket_id, doing)
        if isinstance(found, Failure):
            self._put(NO_OTHERS)
            return
        self._of = ticket_id if type(ticket_id) is int else 0
        if me().role in STAFF_ROLES:
            live.watch(f"presence:{self._of}", refresh=PresenceState.refresh, also=True)
        self._put(others(self._of, found))

    @rx.event
    @allow(*STAFF_ROLES)
    async def refresh(self):
        """Somebody came, or began to type."""
        found = await attempt(presence.here, me(), self._of)
        self._put(NO_OTHERS if isinstance(found, Failure) else others(self._of, found))

    def _put(self, others: Others) -> None:
        if self.others != others:
            self.others = others


def others(ticket_id: int, found: tuple[PresenceView, ...]) -> Others:
    """The faces, and one sentence: who types is named first, and alone."""
    typing = [one for one in found if one.doing != Doing.LOOKING]
    doing = Doing(typing[0].doing) if typing else Doing.LOOKING
    named = [one for one in found if one.doing == doing]
    verb = "is" if len(named) == 1 else "are"
    names = listed([first_name(one.person.name) for one in named])
    return {
        "of": ticket_id,
        "faces": [person(one.person) for one in found[:_FACES]],
        "typing": bool(typing),
        "words": f"{names} {verb} {_DOES[doing]}" if named else "",
    }

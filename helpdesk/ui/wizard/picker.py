"""For whom it is, and who else is told."""

from __future__ import annotations

import reflex as rx

from helpdesk.services import people
from helpdesk.ui.app_state import AppState
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.rows import NOBODY, Person, person
from helpdesk.ui.wizard.state import WizardState


class PickerState(AppState):
    """For whom, and who else is told: looking for colleagues."""

    results: list[Person] = []
    asked: str = ""

    @rx.event
    @allow()
    async def look(self, words: str):
        self.asked = str(words)[:100]
        found = await attempt(people.search, me(), self.asked) if self.asked.strip() else []
        self.results = [] if isinstance(found, Failure) else [person(one) for one in found[:8]]

    @rx.event
    @allow()
    async def choose(self, person_id: int, role: str):
        """`for` files it for them, `watch` tells them too; 0 for oneself."""
        wizard = await self.get_state(WizardState)
        chosen = next((one for one in self.results if one["id"] == person_id), None)
        if role == "for":
            wizard.requested_for = NOBODY if chosen is None or chosen["id"] == me().user_id else chosen
            await wizard._foresee()
        elif chosen is not None and all(one["id"] != chosen["id"] for one in wizard.watchers):
            wizard.watchers = [*wizard.watchers, chosen][:20]
        self.results, self.asked = [], ""
        await wizard._save()

    @rx.event
    @allow()
    async def unwatch(self, person_id: int):
        wizard = await self.get_state(WizardState)
        wizard.watchers = [one for one in wizard.watchers if one["id"] != person_id]
        await wizard._save()

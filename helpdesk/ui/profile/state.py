"""How a person likes it, and what they want to be told: each choice is kept at once."""

from __future__ import annotations

from typing import Any, TypedDict

import reflex as rx

from helpdesk.domain.enums import Channel, NotificationEvent
from helpdesk.services import profile
from helpdesk.services.views import ProfileView
from helpdesk.ui.app_state import AppState
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me

EVENTS: dict[str, tuple[str, str]] = {
    NotificationEvent.TICKET_CREATED: ("New request", "In a group that you belong to."),
    NotificationEvent.ASSIGNED: ("Assigned to you", ""),
    NotificationEvent.UNASSIGNED: ("No longer yours", "Somebody else has it now, or nobody."),
    NotificationEvent.REOPENED: ("Reopened", "The requester says that it isn't solved."),
    NotificationEvent.INTERNAL_NOTE: ("Mentioned in a note", ""),
    NotificationEvent.SLA_WARNING: ("SLA at risk", ""),
    NotificationEvent.SLA_BREACH: ("SLA breached", ""),
    NotificationEvent.TICKET_RECEIPT: ("Receipt", "Of a request that you file, or that is filed for you."),
    NotificationEvent.PUBLIC_COMMENT: ("Reply", "On a request of yours, or one that you work on or watch."),
    NotificationEvent.STATUS_CHANGED: ("Status", ""),
    NotificationEvent.HOLD_STARTED: ("On hold", ""),
    NotificationEvent.HOLD_ENDED: ("Hold over", ""),
    NotificationEvent.RESOLVED: ("Solved", "With the question whether it is."),
    NotificationEvent.CLOSED: ("Closed", ""),
}


class Wish(TypedDict):
    event: str
    words: str
    hint: str
    app: bool
    app_locked: bool
    mail: bool
    mail_locked: bool


class ProfileState(AppState):
    ready: bool = False
    problem: str = ""
    department: str = ""
    wishes: list[Wish] = []

    @rx.event
    @allow()
    async def load(self):
        seen = await attempt(profile.get, me())
        if isinstance(seen, Failure):
            self.problem, self.ready = seen.message, True
            return
        self._show(seen)

    @rx.event
    @allow()
    async def choose(self, name: str, value: str):
        """Keep a choice: of `theme`, `density`, `time_zone`, `locale`; "" is what the browser has."""
        if name in {"theme", "density", "time_zone", "locale"}:
            await self._keep({name: value or None})

    @rx.event
    @allow()
    async def set_single_keys(self, on: bool):
        await self._keep({"single_keys": on})

    @rx.event
    @allow()
    async def tell(self, event: str, channel: str, on: bool):
        """Be told of an event by a channel, or not."""
        await self._keep({"notifications": [{"event": event, "channel": channel, "enabled": on}]})

    # ---- parts

    async def _keep(self, changes: dict[str, Any]) -> None:
        seen = await attempt(profile.update_profile, me(), changes)
        if isinstance(seen, Failure):
            self._tell(seen)
            return
        self._show(seen)

    def _show(self, seen: ProfileView) -> None:
        self.department, self.problem, self.ready = seen.department or "", "", True
        on = {(one.event, one.channel): one for one in seen.notifications}
        self.wishes = [
            {
                "event": event,
                "words": EVENTS[event][0],
                "hint": EVENTS[event][1],
                "app": on[event, Channel.IN_APP].enabled,
                "app_locked": on[event, Channel.IN_APP].locked,
                "mail": on[event, Channel.EMAIL].enabled,
                "mail_locked": on[event, Channel.EMAIL].locked,
            }
            for event in dict.fromkeys(one.event for one in seen.notifications)
        ]
        self._like(seen)

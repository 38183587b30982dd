"""What the requester does with an answer: confirm, not yet, withdraw, rate."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.services import tickets
from helpdesk.services.views import TicketDetail
from helpdesk.ui.app_state import go_to
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.tickets.state import TicketState

_ASKS = frozenset({"confirm", "not_yet", "withdraw", "rate"})


class RequesterState(TicketState):
    ask: str = ""
    wrong: dict[str, str] = {}

    @rx.event
    @allow()
    async def arrive(self):
        """Open what the link in a mail asks about: nothing happens by opening a link alone."""
        wanted = self.router.url.query_parameters
        self.ask, self.wrong = "", {}
        if self.missing:
            return
        if wanted.get("solved") == "yes":
            if self.can["confirm"]:
                self.ask = "confirm"
            elif self.ticket["closed_at"]:
                self._toast("info", "This request is closed already.")
        elif wanted.get("solved") == "no" and self.can["reopen"]:
            self.ask = "not_yet"
        elif wanted.get("rate") and self.can["rate"]:
            self.ask = "rate"

    @rx.event
    @allow()
    async def show(self, which: str):
        """Open one of the questions; anything else closes it."""
        self.ask, self.wrong = (which if which in _ASKS else ""), {}
        return None if self.ask else self._tidy()

    @rx.event
    @allow()
    async def confirm(self):
        """Yes, it is solved."""
        return await self._done(
            await attempt(tickets.close, me(), self.ticket["id"]), "Closed. Thank you.", "rate"
        )

    @rx.event
    @allow()
    async def withdraw(self):
        """It isn't needed any more."""
        return await self._done(
            await attempt(tickets.close, me(), self.ticket["id"]), "Withdrawn and closed."
        )

    @rx.event
    @allow()
    async def not_yet(self, form: dict[str, Any]):
        """It still happens: back into work, with the reason."""
        reason = str(form.get("reason", ""))
        reopened = await attempt(tickets.reopen, me(), self.ticket["id"], reason)
        return await self._done(reopened, "It is open again. The helpdesk knows why.")

    @rx.event
    @allow()
    async def rate(self, stars: int):
        """One tap is enough; a comment may follow."""
        rated = await attempt(
            tickets.rate, me(), self.ticket["id"], stars, self.ticket["rating_comment"] or None
        )
        if isinstance(rated, Failure):
            return self._tell(rated)
        await self._show(rated)
        return None

    @rx.event
    @allow()
    async def comment_rating(self, form: dict[str, Any]):
        if not self.ticket["rating"]:
            self.wrong = {"rating": "Choose one to five stars first."}
            return None
        words = str(form.get("comment", ""))
        rated = await attempt(tickets.rate, me(), self.ticket["id"], self.ticket["rating"], words or None)
        return await self._done(rated, "Thank you, that helps.")

    # ---- parts

    async def _done(self, result: TicketDetail | Failure, words: str, then: str = "") -> Any:
        if isinstance(result, Failure):
            self.wrong = result.fields
            if not result.fields:
                self._tell(result)
            return None
        await self._show(result)
        self._toast("ok", words)
        self.wrong, self.ask = {}, then if self.can["rate"] else ""
        return self._tidy()

    def _tidy(self) -> rx.event.EventSpec | None:
        """The question is settled: a reload must not ask it again."""
        asked = {"solved", "rate"} & set(self.router.url.query_parameters)
        if not asked or not self.ticket["number"]:
            return None
        return go_to(f"/tickets/{self.ticket['number']}", replace=True)

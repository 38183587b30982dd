"""The list of the queue from which somebody came: the way back, and the tickets before and after this one in it."""

from __future__ import annotations

from typing import TypedDict
from urllib.parse import parse_qsl, quote, unquote

import reflex as rx

from helpdesk.domain.enums import STAFF_ROLES
from helpdesk.services import saved_views, tickets
from helpdesk.ui.app_state import AppState
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.queue import filters

_LONGEST = 2_000


class Place(TypedDict):
    """Addresses; "" where there is none. `kept` is what a link to this very ticket carries on."""

    back: str
    title: str
    previous: str
    next: str
    kept: str


NOWHERE: Place = {"back": "/queue", "title": "Queue", "previous": "", "next": "", "kept": ""}


class PlaceState(AppState):
    place: Place = NOWHERE

    @rx.event
    @allow()
    async def look(self):
        """Read the list that the address names, around the ticket that it names."""
        given = self.router.url.query_parameters.get("from", "")[:_LONGEST]
        if not given or me().role not in STAFF_ROLES:
            self.place = NOWHERE
            return
        params = dict(parse_qsl(given))
        wanted = filters.saved_id(params)
        saved = await attempt(saved_views.get_view, me(), wanted) if wanted else None
        list_ = filters.read(params, "all", None if isinstance(saved, Failure) else saved)
        kept = f"?from={quote(list_.origin, safe='')}"
        key = unquote(self.router.url.path.rstrip("/").rpartition("/")[2])[:40]
        found = await attempt(tickets.neighbours, me(), key, list_.ticket_query())
        before, after = (None, None) if isinstance(found, Failure) else (found.previous, found.next)
        self.place = {
            "back": list_.href(),
            "title": list_.base.title,
            "previous": f"/tickets/{before}{kept}" if before else "",
            "next": f"/tickets/{after}{kept}" if after else "",
            "kept": kept,
        }

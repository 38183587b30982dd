"""The state that every page shares: who is here, the toasts, the sidebar's counts. Small: each event loads it."""

from __future__ import annotations

import dataclasses
import logging
import re
import secrets
from typing import TypedDict
from urllib.parse import quote

import reflex as rx

from helpdesk.core.config import get_settings
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import STAFF_ROLES, Role
from helpdesk.domain.queues import COUNTS, QUEUE, followed
from helpdesk.services import saved_views, sessions, tickets
from helpdesk.services.views import MeView, ProfileView, QueueCounts, ViewCount
from helpdesk.ui import live
from helpdesk.ui.bridge import Failure, alone, attempt, attempt_together
from helpdesk.ui.guard import allow, me
from helpdesk.ui.rows import initials, tone

log = logging.getLogger(__name__)

_MAX_TOASTS = 3
_OWN_VALUE = re.compile(r"[\w.\-]*", re.ASCII)
_SAFE_PATH = re.compile(r"/(?!/)[\w\-./~%?&=,:+#]*\Z")


class Likes(TypedDict):
    zone: str  # IANA name; "" is the browser's
    locale: str  # "" is the browser's
    theme: str  # system, light, dark; "" is what this browser has
    density: str  # comfortable, compact; "" is what this browser has
    single_keys: bool
    look: str  # theme, density and single keys for the browser's scripts; "-" where never chosen


class Me(Likes):
    id: int
    name: str
    first_name: str
    initials: str
    tone: str
    email: str
    role: str
    staff: bool
    mailbox: bool  # the local mailbox is there: a development system


class Toast(TypedDict):
    id: str
    kind: str  # ok, bad, info
    text: str
    undo: str  # element id of the page's hidden undo button; "" for none


class SavedLink(TypedDict):
    """A saved view in the sidebar."""

    name: str
    href: str
    place: str  # what a page passes as `active`
    count: str  # "12", "999+"


NOT_ME: Me = {
    "id": 0, "name": "", "first_name": "", "initials": "", "tone": "a1", "email": "", "role": "", "staff": False,
    "mailbox": False, "zone": "", "locale": "", "theme": "", "density": "", "single_keys": True, "look": "",
}  # fmt: skip


class AppState(rx.State):
    """Feature states inherit from this one, which gives them `me`, `_toast` and `_tell`."""

    me: Me = NOT_ME
    toasts: list[Toast] = []
    counts: dict[str, int] = {}
    signed_out: bool = False
    saved_views: list[SavedLink] = []

    @rx.event
    @allow()
    async def enter(self):
        """First in every page's `on_load`: who is here, and the sidebar's counts."""
        live.watch()
        self._follow_queue()
        seen = await attempt(sessions.me, me())
        if isinstance(seen, Failure):
            self._tell(seen)
            return
        self.me = _me_row(seen)
        await self._count()

    @rx.event
    @allow()
    async def catch_up(self):
        """Something changed: what the page and its frame show of it is read again, in one event (see `live`)."""
        return await live.catch_up(self)

    @rx.event
    @allow()
    async def refresh_counts(self):
        """Something changed somewhere: only the counts are read again."""
        await self._count()

    @rx.event
    @allow()
    async def dismiss_toast(self, toast_id: str):
        self.toasts = [toast for toast in self.toasts if toast["id"] != toast_id]

    @rx.event
    @allow()
    async def search(self, form: dict[str, str]):
        """The top bar's search: staff look through the queue, everybody else through their own requests."""
        words = str(form.get("q", "")).strip()[:200]
        if not words:
            return None
        place = "/queue" if me().role in STAFF_ROLES else "/my"
        return go_to(place + query(view="all" if place == "/queue" else None, q=words))

    @rx.event
    @allow()
    async def crashed(self, reference: str):
        """A handler failed unexpectedly; the reference stands in the log."""
        if re.fullmatch(r"[0-9A-F-]{4,12}", str(reference)):
            self._toast("bad", f"Something went wrong, and nothing was changed. Try again. Code {reference}")

    def _toast(self, kind: str, text: str, undo: str = "") -> None:
        """Say what finished ("ok"), failed ("bad") or happened ("info").

        Args:
            undo: element id of a hidden button on the page that takes it back.
        """
        row: Toast = {"id": secrets.token_hex(4), "kind": kind, "text": text[:300], "undo": undo}
        # a page can take back its last change only: an older toast no longer offers it
        older: list[Toast] = [
            {**one, "undo": ""} if undo and one["undo"] == undo else one for one in self.toasts
        ]
        self.toasts = [*older, row][-_MAX_TOASTS:]

    def _tell(self, failure: Failure) -> None:
        """Say a refusal, unless it stands at the fields already."""
        if failure.status == 401:
            self.signed_out = True
        else:
            self._toast("bad", failure.message)

    def _like(self, seen: MeView | ProfileView) -> None:
        """How the person likes it: the frame hands it to the browser's scripts."""
        self.me = {**self.me, **_likes(seen)}

    def _follow_queue(self) -> None:
        """Hear of the tickets in the person's scope as it is now."""
        if me().role in STAFF_ROLES:
            # a saved view may look for anything, words of a conversation too
            topics = followed(me(), QUEUE if self.saved_views else COUNTS)
            live.watch(*topics, refresh=AppState.refresh_counts, frame=True)

    async def _count(self) -> None:
        actor = me()
        if actor.role not in STAFF_ROLES:
            return
        counted = await attempt_together(alone(actor), _counted, actor)
        if not isinstance(counted, Failure):
            counts, views = counted
            self.counts = dict(dataclasses.asdict(counts))
            self.saved_views = [_saved_link(one) for one in views]
        self._follow_queue()


def go_to(path: str, *, replace: bool = False) -> rx.event.EventSpec:
    """The one door for redirects: to a page of the app, made from literals and ids, never from what people typed.

    Raises:
        ValueError: the path leads elsewhere, or holds characters that a path of ours never has.
    """
    if not _SAFE_PATH.match(path):
        raise ValueError("not a path of the app")
    return rx.redirect(path, replace=replace)


def put_into(element_id: str, value: str) -> rx.event.EventSpec:
    """Write a value of our own into a field of the page, so that no State keeps it: a secret that shows once.

    Raises:
        ValueError: it is none that we make.
    """
    if not _OWN_VALUE.fullmatch(value):
        raise ValueError("not a value of our own")
    return rx.set_value(element_id, value)


def query(**params: str | int | None) -> str:
    """A query string of what is set, percent-encoded, in the given order; "" when nothing is."""
    pairs = [
        f"{key}={quote(str(value), safe='', errors='replace')}"
        for key, value in params.items()
        if value not in (None, "")
    ]
    return "?" + "&".join(pairs) if pairs else ""


def _counted(actor: Actor) -> tuple[QueueCounts, tuple[ViewCount, ...]]:
    """What the sidebar counts, one read after the other in one thread."""
    return tickets.queue_counts(actor), tuple(saved_views.view_counts(actor))


def _saved_link(view: ViewCount) -> SavedLink:
    return {
        "name": view.name,
        "href": f"/queue?view={view.id}",
        "place": f"queue.{view.id}",
        "count": f"{view.count - 1}+" if view.capped else str(view.count),
    }


def _me_row(seen: MeView) -> Me:
    return {
        "id": seen.id,
        "name": seen.name,
        "first_name": seen.name.split()[0] if seen.name.split() else seen.name,
        "initials": initials(seen.name),
        "tone": tone(seen.id),
        "email": seen.email,
        "role": seen.role,
        "staff": Role(seen.role) in STAFF_ROLES,
        "mailbox": not get_settings().production,
        **_likes(seen),
    }


def _likes(seen: MeView | ProfileView) -> Likes:
    keys = "on" if seen.single_keys else "off"
    return {
        "zone": seen.time_zone or "",
        "locale": seen.locale or "",
        "theme": seen.theme or "",
        "density": seen.density or "",
        "single_keys": seen.single_keys,
        "look": f"{seen.theme or '-'} {seen.density or '-'} {keys}",
    }


__all__ = ["NOT_ME", "AppState", "Me", "Toast", "go_to", "put_into", "query"]

"""What guards an account: the password, and where one is signed in."""

from __future__ import annotations

import re
from typing import Any, TypedDict

import reflex as rx

from helpdesk.services import profile, sessions
from helpdesk.services.views import OwnSession
from helpdesk.ui.app_state import AppState
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.rows import iso

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


class SignedIn(TypedDict):
    id: str
    words: str
    glyph: str
    ip: str
    seen: str
    since: str
    current: bool


class PasswordState(AppState):
    saving: bool = False
    errors: dict[str, str] = {}
    done: int = 0  # a new form after each change: nothing of the old one stays in it

    @rx.event
    @allow()
    async def change(self, form: dict[str, Any]):
        """Change the password. Neither the old nor the new one is kept in a var."""
        self.errors = {}
        if form.get("new_password") != form.get("again"):
            self.errors = {"again": "This is not the same as above."}
            return
        self.saving = True
        yield
        changed = await attempt(
            sessions.change_password, me(), form.get("current_password"), form.get("new_password")
        )
        self.saving = False
        if isinstance(changed, Failure):
            self.errors = changed.fields
            if not changed.fields:
                self._tell(changed)
            return
        self.done += 1
        self._toast("ok", "Your password is changed. All other sessions and your tokens have ended.")
        yield [SessionState.look, _look_at_tokens()]


class SessionState(AppState):
    read: bool = False
    rows: list[SignedIn] = []

    @rx.event
    @allow()
    async def look(self):
        """Read where one is signed in."""
        found = await attempt(profile.list_sessions, me())
        if isinstance(found, Failure):
            self._tell(found)
            return
        self.rows, self.read = [_row(one) for one in found], True

    @rx.event
    @allow()
    async def end(self, session_id: str):
        ended = await attempt(profile.end_session, me(), session_id)
        if isinstance(ended, Failure):
            self._tell(ended)
        else:
            self._toast("ok", "That session has ended.")
        return SessionState.look

    @rx.event
    @allow()
    async def end_others(self):
        ended = await attempt(profile.end_other_sessions, me())
        if isinstance(ended, Failure):
            self._tell(ended)
            return None
        words = "One session has ended." if ended == 1 else f"{ended} sessions have ended."
        self._toast("ok", words if ended else "There was no other session.")
        return SessionState.look


def _look_at_tokens() -> Any:
    from helpdesk.ui.profile.token_state import TokenState

    return TokenState.look


def _row(one: OwnSession) -> SignedIn:
    return {
        "id": one.id,
        "words": program(one.user_agent or "") if one.kind == "browser" else "A program, through the API",
        "glyph": "code"
        if one.kind == "api"
        else "smartphone"
        if _is_phone(one.user_agent or "")
        else "monitor",
        "ip": one.ip or "",
        "seen": iso(one.last_seen_at),
        "since": iso(one.created_at),
        "current": one.current,
    }


def program(user_agent: str) -> str:
    """ "Firefox on Linux", from what a browser says of itself."""
    browser = next((words for mark, words in _BROWSERS if mark in user_agent), "A browser")
    system = next((words for mark, words in _SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser


def _is_phone(user_agent: str) -> bool:
    return bool(re.search("Android|iPhone|Mobile", user_agent))

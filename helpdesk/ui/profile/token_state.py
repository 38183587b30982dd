"""Personal API tokens. The value of a new one goes to a field of the page; no State ever holds it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict

import reflex as rx

from helpdesk.services import tokens
from helpdesk.services.views import TokenView
from helpdesk.ui.app_state import AppState, put_into
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.rows import iso

DAYS = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "A year"}
VALUE_FIELD = "new-token"
"""The field that shows a new one."""
SCOPES = {"read": "Read", "write": "Write", "admin": "Administer"}


class Token(TypedDict):
    id: int
    name: str
    scopes: str
    until: str
    used: str
    expired: bool


class TokenState(AppState):
    read: bool = False
    rows: list[Token] = []
    asking: bool = False
    opened: int = 0
    errors: dict[str, str] = {}
    saving: bool = False
    made: bool = False  # the dialog shows a new one
    doomed: Token = {"id": 0, "name": "", "scopes": "", "until": "", "used": "", "expired": False}
    revoking: bool = False

    @rx.event
    @allow()
    async def look(self):
        """Read one's tokens."""
        self.made = False
        found = await attempt(tokens.list_tokens, me())
        if isinstance(found, Failure):
            self._tell(found)
            return
        self.rows, self.read = [_row(one) for one in found], True

    @rx.event
    @allow()
    async def begin(self):
        """Open the dialog, empty."""
        self.errors, self.made, self.saving = {}, False, False
        self.opened, self.asking = self.opened + 1, True
        return put_into(VALUE_FIELD, "")

    @rx.event
    @allow()
    async def close(self):
        self.asking, self.made, self.revoking = False, False, False
        return put_into(VALUE_FIELD, "")

    @rx.event
    @allow()
    async def create(self, form: dict[str, Any]):
        """Make a token. Its value goes into the dialog's field, once."""
        self.errors, self.saving = {}, True
        yield
        days = str(form.get("days"))
        until = datetime.now(UTC) + timedelta(days=int(days) if days in DAYS else 0)
        chosen = [name for name in SCOPES if form.get(name)]
        made = await attempt(tokens.create, me(), form.get("name"), chosen, until)
        self.saving = False
        if isinstance(made, Failure):
            self.errors = made.fields
            if not made.fields:
                self._tell(made)
            return
        self.rows = [_row(made.token), *self.rows]
        self.made = True
        yield put_into(VALUE_FIELD, made.value)

    @rx.event
    @allow()
    async def ask(self, token_id: int):
        """Ask before one is revoked."""
        found = next((row for row in self.rows if row["id"] == token_id), None)
        if found is not None:
            self.doomed, self.revoking = found, True

    @rx.event
    @allow()
    async def revoke(self):
        ended = await attempt(tokens.revoke, me(), self.doomed["id"])
        self.revoking = False
        if isinstance(ended, Failure):
            self._tell(ended)
        else:
            self._toast("ok", "The token is revoked. Programs that use it stop at once.")
        return TokenState.look


def _row(one: TokenView) -> Token:
    return {
        "id": one.id,
        "name": one.name,
        "scopes": ", ".join(SCOPES[scope] for scope in one.scopes),
        "until": iso(one.expires_at),
        "used": iso(one.last_used_at),
        "expired": one.expired,
    }

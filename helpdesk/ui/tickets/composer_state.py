"""Writing on a ticket. A reply and an internal note are two forms with a draft each: neither turns into the other."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any, TypedDict

import reflex as rx

from helpdesk.domain.enums import Role
from helpdesk.services import attachments, comments, drafts
from helpdesk.services.idempotency import Idempotency
from helpdesk.ui.app_state import go_to
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.rows import iso
from helpdesk.ui.tickets.held import NOT_HELD, Held, held, seen_of
from helpdesk.ui.tickets.state import TicketState
from helpdesk.ui.tickets.words import size

_MODES = ("reply", "note")
_LONGEST = 25_000


class Attached(TypedDict):
    id: str
    name: str
    size: str


class ComposerState(TicketState):
    mode: str = "reply"
    box: str = ""
    draft: str = ""
    attached: list[Attached] = []
    saved_at: str = ""
    sending: bool = False
    wrong: str = ""
    focused: bool = False
    held: Held = NOT_HELD
    _of: int = 0
    _begun: int | None = None
    """The last public message when the reply was begun; 0: there was none. None: nothing is written yet."""
    _texts: dict[str, str] = {}
    _uploads: dict[str, list[int]] = {}

    @rx.event
    @allow()
    async def open(self):
        """Begin on this ticket: replying, with the drafts that were kept for it."""
        if self.missing or not self.ticket["id"] or self._of == self.ticket["id"]:
            return
        self._of, self._texts, self._uploads, self._begun = self.ticket["id"], {}, {}, None
        modes = _MODES if self.can["note"] else _MODES[:1]
        for mode in modes:
            kept = await attempt(drafts.load, me(), self._place(mode))
            if not isinstance(kept, Failure) and kept.body:
                self._texts[mode] = str(kept.body.get("message", ""))
                files = kept.body.get("files", [])
                self._uploads[mode] = [int(one) for one in files if isinstance(one, int)]
                if mode == "reply" and isinstance(kept.body.get("seen"), int):
                    self._begun = kept.body["seen"]
        self.focused, self.saved_at = False, ""
        await self._turn("note" if self.can["note"] and not self.can["reply"] else "reply")

    @rx.event
    @allow()
    async def keep(self, mode: str, box: str, text: str):
        """What was typed, kept at once; what comes late for a box that was sent already is not."""
        if mode in _MODES and box == self.box and mode == self.mode:
            await self._save(mode, str(text)[:_LONGEST])

    @rx.event
    @allow()
    async def keep_files(self, mode: str, box: str, ids: str):
        """The uploads of this box, as it reports them."""
        if mode in _MODES and box == self.box and mode == self.mode:
            mine = [int(one["id"]) for one in self.attached]
            new = [int(one) for one in str(ids).split(",") if one.isdigit() and len(one) < 19]
            self._uploads[mode] = [*mine, *new]
            await self._save(mode, self._texts.get(mode, ""))

    @rx.event
    @allow()
    async def drop_file(self, upload_id: str):
        """Remove a file that was attached before."""
        number = int(upload_id) if str(upload_id).isdigit() else 0
        self.attached = [one for one in self.attached if one["id"] != upload_id]
        self._uploads[self.mode] = [one for one in self._uploads.get(self.mode, []) if one != number]
        await attempt(attachments.discard_upload, me(), number)
        await self._save(self.mode, self._texts.get(self.mode, ""))

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def set_mode(self, mode: str):
        """Write a reply, or an internal note; each keeps what was typed in it."""
        if mode in _MODES and self.can[mode] and mode != self.mode:
            self.focused = True
            await self._turn(mode)

    @rx.event
    @allow()
    async def read_first(self):
        """Rather read what was written meanwhile; the reply waits as it is, and knows of it from now on."""
        if not self.held["seen"]:
            return None
        self._begun, self.held = int(self.held["seen"]), NOT_HELD
        await self._save(self.mode, self._texts.get(self.mode, ""))
        return go_to(f"/tickets/{self.ticket['number']}", replace=True) if self.tab != "all" else None

    @rx.event
    @allow()
    async def send_reply(self, form: dict[str, Any]):
        self.sending = True
        yield
        await self._send(form, internal=False)
        self.sending = False

    @rx.event
    @allow(Role.AGENT, Role.ADMIN)
    async def send_note(self, form: dict[str, Any]):
        self.sending = True
        yield
        await self._send(form, internal=True)
        self.sending = False

    # ---- parts

    def _place(self, mode: str) -> str:
        return f"ticket:{self._of}:{mode}"

    async def _turn(self, mode: str) -> None:
        """Show a mode's form with its draft; uploads that are still waiting become rows of it."""
        wanted = set(self._uploads.get(mode, []))
        self.attached = []
        if wanted:
            waiting = await attempt(attachments.waiting_uploads, me())
            if not isinstance(waiting, Failure):
                self.attached = [
                    {"id": str(one.id), "name": one.filename, "size": size(one.size)}
                    for one in waiting
                    if one.id in wanted
                ]
        self._uploads[mode] = [int(one["id"]) for one in self.attached]
        self.mode, self.draft, self.wrong, self.held = mode, self._texts.get(mode, ""), "", NOT_HELD
        self.box = secrets.token_hex(4)

    async def _save(self, mode: str, text: str) -> None:
        self._texts[mode] = self.draft = text
        body: dict[str, Any] = {"message": text, "files": list(self._uploads.get(mode, []))}
        empty = not text.strip() and not body["files"]
        if mode == "reply":
            self._begun = None if empty else self._last_public if self._begun is None else self._begun
            body["seen"] = self._begun
        if empty:
            await attempt(drafts.discard, me(), self._place(mode))
            self.saved_at = ""
            return
        kept = await attempt(drafts.save, me(), self._place(mode), body)
        self.saved_at = "" if isinstance(kept, Failure) else iso(kept.updated_at)

    async def _send(self, form: dict[str, Any], *, internal: bool) -> None:
        """Sent twice, as after a lost connection, it is written once. A refusal leaves everything as it was typed."""
        mode = _MODES[internal]
        if self._of != self.ticket["id"] or mode != self.mode:
            return
        text = str(form.get("message", ""))[:_LONGEST]
        uploads = list(self._uploads.get(mode, []))
        written = await attempt(
            comments.add,
            me(),
            self._of,
            text,
            internal,
            uploads,
            None if internal else seen_of(form.get("seen", ""), self._begun, self._last_public),
            idempotency=self._once(text, uploads),
        )
        if isinstance(written, Failure):
            await self._save(mode, text)
            await self._refused(written)
            return
        self._begun = None if mode == "reply" else self._begun
        self._texts.pop(mode, None)
        self._uploads.pop(mode, None)
        self.saved_at, self.focused = "", True
        await attempt(drafts.discard, me(), self._place(mode))
        await self._turn(mode)
        await self._reread()

    async def _refused(self, failure: Failure) -> None:
        """Held because of what others wrote: that is shown, and asked about; else why it was not sent."""
        self.wrong, self.held = "", NOT_HELD
        if failure.code == "newer_comments":
            self.held = held(failure.extra["newer"])
            await self._reread()
            return
        self.wrong = next(iter(failure.fields.values()), failure.message)
        if not failure.fields:
            self._tell(failure)

    async def _reread(self) -> None:
        """With the end of the timeline, where what was written stands."""
        self._before = ""
        seen = await self._read(self._of)
        if not isinstance(seen, Failure):
            await self._show(seen)

    def _once(self, text: str, uploads: list[int]) -> Idempotency:
        body = json.dumps([self._of, self.mode, text, uploads]).encode("utf-8", "replace")
        digest = hashlib.sha256(body).digest()
        return Idempotency(f"composer:{self.box}:{digest.hex()[:16]}", digest)

"""What the wizard holds. Its steps stand in the URL; what was typed is kept as a draft on the server."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

import reflex as rx

from helpdesk.services import attachments, drafts, limits, sla, tickets, tree
from helpdesk.services.idempotency import Idempotency
from helpdesk.services.views import NewTicket, TicketDetail
from helpdesk.ui.app_state import AppState, go_to
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.rows import NOBODY, Person, iso
from helpdesk.ui.wizard import places, rows
from helpdesk.ui.wizard.places import Tab, Tile

PLACE = "wizard"
# "How much does it hold you up?" is urgency; its effect on others is impact
HOLD_UP = {"little": (3, 3), "lot": (2, 2), "stuck": (2, 1)}
HOLD_UP_WORDS = {"little": "A little", "lot": "A lot", "stuck": "I can't work"}


class WizardState(AppState):
    ready: bool = False
    step: str = ""
    tabs: list[Tab] = []
    tiles: list[Tile] = []
    found: list[Tile] = []
    words: str = ""
    path: list[str] = []
    links: dict[str, str] = {}
    title: str = ""
    description: str = ""
    hold_up: str = ""
    files: list[rows.Uploaded] = []
    requested_for: Person = NOBODY
    watchers: list[Person] = []
    promise: rows.Promise = rows.NO_PROMISE
    similar: list[rows.Similar] = []
    errors: dict[str, str] = {}
    saved_at: str = ""
    sending: bool = False
    box: str = ""
    _place: tuple[int, int | None, int | None] = (0, None, None)
    _new_ids: list[int] = []
    _request_key: str = ""
    _filed: str = ""  # where the last one went, for an event that comes twice

    @rx.event
    @allow()
    async def load(self):
        """Read the step and the place from the URL, and what was typed from the draft."""
        groups = await attempt(tree.choosable, me())
        if isinstance(groups, Failure):
            return self._tell(groups)
        choice = places.read_address(groups, self.router.url.query_parameters)
        if not self.ready:
            await self._restore()
        if choice.step == "review" and not self.title.strip():
            return go_to(choice.href("details"), replace=True)
        await self._settle_files()
        self.tabs, self.path = places.tabs(groups, choice.group), choice.names
        self.links = rows.links(choice)
        self._place = rows.ids(choice)
        self.found, self.words = [], ""
        if choice.step in {"topic", "type"}:
            self.tiles = places.tiles(choice, await rows.attempt_etas(me(), choice))
        else:
            await self._foresee()
        self.step, self.ready = choice.step, True
        return None

    @rx.event
    @allow()
    async def find(self, words: str):
        """Look for a topic by words, over the whole tree."""
        self.words = str(words)[:100]
        if not self.words.strip():
            self.found = []
            return
        groups = await attempt(tree.choosable, me())
        if not isinstance(groups, Failure):
            self.found = places.find(groups, self.words)

    @rx.event
    @allow()
    async def keep(self, name: str, value: str):
        """What was typed in a field, kept at once."""
        if name not in {"title", "description", "hold_up"}:
            return
        setattr(self, str(name), str(value)[:25_000])
        self.errors = {field: words for field, words in self.errors.items() if field != name}
        await self._save()
        if name == "title":
            await self._look_for_similar()
        if name == "hold_up":
            await self._foresee()

    @rx.event
    @allow()
    async def keep_files(self, ids: str):
        """The uploads of this page's box, as it reports them."""
        self._new_ids = [int(one) for one in str(ids).split(",") if one.isdigit() and len(one) < 19]
        await self._save()

    @rx.event
    @allow()
    async def drop_file(self, upload_id: str):
        """Remove a file that was attached before."""
        self.files = [file for file in self.files if file["id"] != upload_id]
        if str(upload_id).isdigit():
            await attempt(attachments.discard_upload, me(), int(upload_id))
        await self._save()

    @rx.event
    @allow()
    async def review(self, form: dict[str, Any]):
        """On to the last step, with what the form holds now."""
        for name in ("title", "description", "hold_up"):
            setattr(self, name, str(form.get(name, getattr(self, name)))[:25_000])
        await self._save()
        if not self.title.strip():
            self.errors = {"title": "Say in one line what it is about."}
            return None
        self.errors = {}
        return go_to(self.links.get("review", "/new"))

    @rx.event
    @allow()
    async def send(self):
        """File it. The same request sent twice, as after a lost connection, is filed once."""
        if self._filed and not self.title.strip():
            yield go_to(self._filed)
            return
        self.sending = True
        yield
        limited = await attempt(limits.creating, me())
        if isinstance(limited, Failure):
            self.sending = False
            self._tell(limited)
            return
        filed = await attempt(tickets.create, me(), self._new_ticket(), idempotency=self._once())
        self.sending = False
        if isinstance(filed, Failure):
            self.errors = filed.fields
            self._tell(filed)
            if set(filed.fields) & {"title", "description", "priority", "attachments"}:
                yield go_to(self.links.get("details", "/new"))
            return
        await attempt(drafts.discard, me(), PLACE)
        yield self._done(filed)

    @rx.event
    @allow()
    async def start_over(self):
        """Forget what was typed."""
        await attempt(drafts.discard, me(), PLACE)
        self._clear()
        return go_to("/new")

    # ---- parts

    def _done(self, filed: TicketDetail) -> rx.event.EventSpec:
        self._clear()
        self._filed = f"/tickets/{filed.ticket.ticket_no}"
        self._toast("ok", f"{filed.ticket.ticket_no} is filed. You get an e-mail with every answer.")
        return go_to(self._filed)

    def _clear(self) -> None:
        self.title = self.description = self.hold_up = self.saved_at = ""
        self.files, self._new_ids, self.watchers, self.similar = [], [], [], []
        self.requested_for, self.errors = NOBODY, {}
        self._request_key, self.box = "", secrets.token_hex(4)

    async def _restore(self) -> None:
        kept = await attempt(drafts.load, me(), PLACE)
        if isinstance(kept, Failure) or not kept.body:
            return
        body = kept.body
        self.title, self.description = str(body.get("title", "")), str(body.get("description", ""))
        self.hold_up = str(body.get("hold_up", ""))
        self._new_ids = [int(one) for one in body.get("files", []) if isinstance(one, int)]
        self.requested_for = rows.kept_person(body.get("for"))
        kept_watchers = [rows.kept_person(one) for one in body.get("watchers", [])]
        self.watchers = [one for one in kept_watchers if one["id"]]
        self.saved_at = iso(kept.updated_at)

    async def _settle_files(self) -> None:
        """Uploads that are still waiting become rows of the page: the box that sent them may be gone."""
        wanted = {int(file["id"]) for file in self.files} | set(self._new_ids)
        if not wanted:
            return
        waiting = await attempt(attachments.waiting_uploads, me())
        if not isinstance(waiting, Failure):
            self.files = [rows.uploaded(view) for view in waiting if view.id in wanted]
            self._new_ids, self.box = [], secrets.token_hex(4)

    async def _save(self) -> None:
        body = {
            "title": self.title,
            "description": self.description,
            "hold_up": self.hold_up,
            "files": [*(int(file["id"]) for file in self.files), *self._new_ids],
            "for": rows.kept(self.requested_for),
            "watchers": [rows.kept(one) for one in self.watchers],
        }
        kept = await attempt(drafts.save, me(), PLACE, body)
        if not isinstance(kept, Failure):
            self.saved_at = iso(kept.updated_at)

    async def _foresee(self) -> None:
        impact, urgency = HOLD_UP.get(self.hold_up, (None, None))
        group, category, subcategory = self._place
        seen = await attempt(
            sla.expectation,
            me(),
            group,
            category,
            subcategory,
            impact=impact,
            urgency=urgency,
            requested_for=self.requested_for["id"] or None,
        )
        self.promise = rows.NO_PROMISE if isinstance(seen, Failure) else rows.promise(seen)

    async def _look_for_similar(self) -> None:
        seen = await attempt(tickets.similar, me(), self.title)
        if not isinstance(seen, Failure):
            self.similar = [{"number": r.ticket_no, "title": r.title, "status": r.status} for r in seen]

    def _new_ticket(self) -> NewTicket:
        impact, urgency = HOLD_UP.get(self.hold_up, (None, None))
        group, category, subcategory = self._place
        return NewTicket(
            group_id=group,
            category_id=category,
            subcategory_id=subcategory,
            title=self.title,
            description=self.description,
            impact=impact,
            urgency=urgency,
            requested_for=self.requested_for["id"] or None,
            watchers=tuple(watcher["id"] for watcher in self.watchers),
            upload_ids=(*(int(file["id"]) for file in self.files), *self._new_ids),
        )

    def _once(self) -> Idempotency:
        """A key for this very request: what was changed after a refusal is another one."""
        body = json.dumps(repr(self._new_ticket())).encode("utf-8", "replace")
        self._request_key = self._request_key or secrets.token_urlsafe(18)
        digest = hashlib.sha256(body).digest()
        return Idempotency(f"wizard:{self._request_key}:{digest.hex()[:16]}", digest)

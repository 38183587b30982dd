"""An edit as data: so that one refused for its version can be judged, sent again or taken back. No State here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypedDict

from helpdesk.services import tickets
from helpdesk.services.views import TicketDetail
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import me
from helpdesk.ui.tickets.rows import Ticket


class Edit(NamedTuple):
    """`kind` is a key of `TOUCHES`, `args` the service's, `words` what is chosen, `done` what the toast says."""

    kind: str
    args: Mapping[str, Any]
    words: str = ""
    done: str = ""
    undo: tuple[str, Mapping[str, Any]] | None = None


class Conflict(TypedDict):
    text: str
    again: str
    kind: str


NO_CONFLICT: Conflict = {"text": "", "again": "", "kind": ""}

# What an edit decides: where somebody else decided the same meanwhile, a person has to choose.
TOUCHES: dict[str, frozenset[str]] = {
    "priority": frozenset({"priority"}),
    "place": frozenset({"topic"}),
    "title": frozenset({"title"}),
    "assign": frozenset({"assignee"}),
    "status": frozenset({"status"}),
    "hold": frozenset({"hold", "status"}),
}
_FIELD_OF = {
    "priority": {"priority"},
    "status": {"status"},
    "assignee": {"assigned_to"},
    "title": {"title"},
    "topic": {"group_id", "category_id", "subcategory_id"},
    "hold": {"hold"},
}


async def perform(ticket_id: int, edit: Edit, version: int) -> TicketDetail | Failure:
    """Ask the service for it, against the version that its person saw."""
    args = edit.args
    if edit.kind == "assign":
        return await attempt(tickets.assign, me(), ticket_id, args["person"], version=version)
    if edit.kind == "status":
        return await attempt(
            tickets.set_status,
            me(),
            ticket_id,
            args["status"],
            resolution_code=args.get("code"),
            resolution_text=args.get("text"),
            version=version,
        )
    if edit.kind == "hold":
        return await attempt(tickets.hold, me(), ticket_id, args["reason"], args["until"], version=version)
    return await attempt(tickets.update, me(), ticket_id, dict(args), version)


def shown_facts(ticket: Ticket) -> dict[str, str]:
    """What an edit can collide about, in the words of the page."""
    above = f"{ticket['above']} › " if ticket["above"] else ""
    return {
        "priority": ticket["priority"],
        "status": ticket["status"],
        "assignee": ticket["assignee"]["name"] or "nobody",
        "title": ticket["title"],
        "topic": f"{above}{ticket['topic']}",
        "hold": ticket["hold"] or "not on hold",
    }


def collision(edit: Edit, before: Ticket, after: Ticket, current: TicketDetail) -> Conflict | None:
    """What somebody else decided about the same thing; None where the edit can be sent again as it is."""
    old, new = shown_facts(before), shown_facts(after)
    changed = [name for name in old if name in TOUCHES[edit.kind] and old[name] != new[name]]
    if not changed:
        return None
    told = [f"{_who(name, current)} changed the {name} to {new[name]}" for name in changed]
    chosen = f" You chose {edit.words}." if edit.words else ""
    return {
        "text": f"{', '.join(told)} meanwhile.{chosen} Your change is kept, not saved.",
        "again": f"Set {edit.words}" if edit.words else "Do it anyway",
        "kind": edit.kind,
    }


def _who(name: str, current: TicketDetail) -> str:
    for row in reversed(current.history):
        if row.field_name in _FIELD_OF[name]:
            return row.changed_by.name
    return "Somebody"

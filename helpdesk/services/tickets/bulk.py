"""The same change for many tickets, each its own success or failure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from helpdesk.core.db import transaction
from helpdesk.core.errors import DomainError, Invalid
from helpdesk.domain.access import Actor, require_worker
from helpdesk.domain.enums import BulkAction
from helpdesk.services import _text
from helpdesk.services._lock import LockedTicket, lock
from helpdesk.services._record import savepoint
from helpdesk.services.tickets.edits import apply_update, cleaned_changes
from helpdesk.services.tickets.holds import apply_hold, cleaned_hold
from helpdesk.services.tickets.moves import apply_assign, apply_status, cleaned_status
from helpdesk.services.views import BulkResult

MAX_TICKETS = 200
_Change = Callable[[Session, Actor, LockedTicket], bool]
_ARGUMENTS: dict[BulkAction, frozenset[str]] = {
    BulkAction.ASSIGN: frozenset({"assigned_to"}),
    BulkAction.STATUS: frozenset({"status", "resolution_code", "resolution_text"}),
    BulkAction.PRIORITY: frozenset({"priority"}),
    BulkAction.CATEGORY: frozenset({"group_id", "category_id", "subcategory_id"}),
    BulkAction.HOLD: frozenset({"reason", "until"}),
}


def bulk(actor: Actor, ids: Sequence[int], action: str, args: Mapping[str, Any]) -> list[BulkResult]:
    """Do `action` to up to 200 tickets, in one transaction with a savepoint for each; results in the order given.

    What changes together shares one mail per person. A ticket that can't be changed, or that the actor can't see,
    says so in its own result and holds up no other.

    Raises:
        Forbidden (no agent or admin), Invalid (too many, unknown action, bad arguments).
    """
    require_worker(actor)
    wanted = _text.clean_ids("ids", ids, MAX_TICKETS)
    if not wanted:
        raise Invalid.at("ids", "Choose at least one ticket.")
    kind = _text.clean_enum("action", action, BulkAction)
    change = _change(kind, args)
    results: dict[int, BulkResult] = {}
    with transaction() as s:
        for ticket_id in sorted(wanted):  # one order for everybody, so that two bulk changes can't deadlock
            results[ticket_id] = _one(s, actor, ticket_id, change)
    return [results[ticket_id] for ticket_id in wanted]


def _one(s: Session, actor: Actor, ticket_id: int, change: _Change) -> BulkResult:
    try:
        with savepoint(s):
            locked = lock(s, actor, ticket_id)
            locked.require_staff_view()
            changed = change(s, actor, locked)
            return BulkResult(ticket_id, ok=True, changed=changed, ticket_no=locked.row["ticket_no"])
    except DomainError as error:
        return BulkResult(ticket_id, ok=False, error=error.message)


def _change(kind: BulkAction, args: Mapping[str, Any]) -> _Change:
    """The change with its arguments checked once for all tickets."""
    for name in args:
        if name not in _ARGUMENTS[kind]:
            raise Invalid.at(str(name), f"The action `{kind}` takes {', '.join(sorted(_ARGUMENTS[kind]))}.")
    if kind is BulkAction.ASSIGN:
        if "assigned_to" not in args:
            raise Invalid.at("assigned_to", "Say to whom; null puts the tickets back.")
        assignee = _text.clean_optional_id("assigned_to", args["assigned_to"])
        return lambda s, actor, locked: apply_assign(s, actor, locked, assignee)
    if kind is BulkAction.STATUS:
        target, code, text = cleaned_status(
            args.get("status"), args.get("resolution_code"), args.get("resolution_text")
        )
        return lambda s, actor, locked: apply_status(s, actor, locked, target, code, text)
    if kind is BulkAction.HOLD:
        reason, until = cleaned_hold(args.get("reason"), args.get("until"))
        return lambda s, actor, locked: apply_hold(s, actor, locked, reason, until)
    changes = cleaned_changes(args)
    if not changes:
        raise Invalid.at(min(_ARGUMENTS[kind]), "Say what to change.")
    return lambda s, actor, locked: apply_update(s, actor, locked, changes)

"""The same change for many tickets, each its own success or failure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from helpdesk.core.db import is_held, transaction
from helpdesk.core.errors import DomainError, Invalid, StaleVersion
from helpdesk.domain.access import Actor, require_worker
from helpdesk.domain.enums import BulkAction
from helpdesk.services import _text
from helpdesk.services._lock import LockedTicket, lock
from helpdesk.services._record import savepoint
from helpdesk.services._stale import is_current
from helpdesk.services.tickets.edits import apply_update, cleaned_changes
from helpdesk.services.tickets.holds import apply_hold, cleaned_hold
from helpdesk.services.tickets.moves import apply_assign, apply_status, cleaned_status
from helpdesk.services.views import BulkResult

MAX_TICKETS = 200
_BUSY = "Somebody else is changing this ticket just now. Try again."
# One held ticket may cost the usual wait, further ones hardly any: 200 of them must not take a quarter of an hour.
_SHORT_WAIT = text("SET LOCAL lock_timeout = '250ms'")
Change = Callable[[Session, Actor, LockedTicket], bool]
_ARGUMENTS: dict[BulkAction, frozenset[str]] = {
    BulkAction.ASSIGN: frozenset({"assigned_to"}),
    BulkAction.STATUS: frozenset({"status", "resolution_code", "resolution_text"}),
    BulkAction.PRIORITY: frozenset({"priority"}),
    BulkAction.CATEGORY: frozenset({"group_id", "category_id", "subcategory_id"}),
    BulkAction.HOLD: frozenset({"reason", "until"}),
}


def bulk(
    actor: Actor,
    ids: Sequence[int],
    action: str,
    args: Mapping[str, Any],
    *,
    versions: Sequence[int] | None = None,
) -> list[BulkResult]:
    """Do `action` to up to 200 tickets, in one transaction with a savepoint for each; results in the order given.

    What changes together shares one mail per person. A ticket that can't be changed, that the actor can't see or that
    somebody else is holding says so in its own result and holds up no other.

    Args:
        versions: the ones that the actor saw, in the order of `ids`; a ticket with another one is refused.

    Raises:
        Forbidden (no agent or admin), Invalid (too many, unknown action, bad arguments).
    """
    require_worker(actor)
    wanted = _text.clean_ids("ids", ids, MAX_TICKETS)
    if not wanted:
        raise Invalid.at("ids", "Choose at least one ticket.")
    seen = _seen(ids, versions)
    kind = _text.clean_enum("action", action, BulkAction)
    change = cleaned_change(kind, args)
    results: dict[int, BulkResult] = {}
    with transaction() as s:
        for ticket_id in sorted(wanted):  # one order for everybody, so that two bulk changes can't deadlock
            results[ticket_id] = change_one(s, actor, ticket_id, change, seen.get(ticket_id))
    return [results[ticket_id] for ticket_id in wanted]


def _seen(ids: Sequence[int], versions: Sequence[int] | None) -> dict[int, int]:
    if versions is None:
        return {}
    if isinstance(versions, str | bytes) or len(versions) != len(ids):
        raise Invalid.at("versions", "One version per ticket is needed here.")
    return {
        one: _text.clean_number("versions", version, 0, 2**31 - 1)
        for one, version in zip(ids, versions, strict=True)
    }


def change_one(
    s: Session, actor: Actor, ticket_id: int, change: Change, version: int | None = None
) -> BulkResult:
    """Do it to one ticket, in a savepoint of its own; a refusal is a result."""
    try:
        with savepoint(s):
            locked = lock(s, actor, ticket_id)
            locked.require_staff_view()
            stale = not is_current(locked, version)
            changed = change(s, actor, locked)
            if changed and stale:  # only now: the state that it has already is no conflict
                raise StaleVersion("Somebody changed this ticket meanwhile.")
            row = locked.row
            return BulkResult(
                ticket_id, ok=True, changed=changed, ticket_no=row["ticket_no"], version=row["version"]
            )
    except DomainError as error:
        return BulkResult(ticket_id, ok=False, error=error.message)
    except OperationalError as error:
        if not is_held(error):
            raise
        s.execute(_SHORT_WAIT)
        return BulkResult(ticket_id, ok=False, error=_BUSY)


def cleaned_change(kind: BulkAction, args: Mapping[str, Any]) -> Change:
    """The change with its arguments checked once for all tickets.

    Raises:
        Invalid: an argument that the action does not take, or a bad one.
    """
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

"""All tickets of a list, row by row, however many there are."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Result, Select, and_, func, select
from sqlalchemy.orm import Session

from helpdesk.core.db import snapshot, transaction
from helpdesk.core.errors import Conflict
from helpdesk.domain.access import Actor, require_role
from helpdesk.domain.enums import ClockKind, Role, View
from helpdesk.models.person import users
from helpdesk.models.sla import ticket_clocks
from helpdesk.models.ticket import tickets
from helpdesk.models.tree import categories, groups, subcategories
from helpdesk.services._audit import audit
from helpdesk.services._filters import cleaned_query, condition
from helpdesk.services._keyset import Keyset
from helpdesk.services._placed import PLACED
from helpdesk.services._scope import in_staff_scope
from helpdesk.services.views import Cell, TicketQuery

COLUMNS = (
    "id", "ticket_no", "title", "status", "priority", "group", "category", "subcategory", "requested_for",
    "requested_for_email", "created_by", "assigned_to", "created_at", "updated_at", "resolved_at", "closed_at",
    "resolution_code", "reopen_count", "rating", "first_response_due_at", "first_response_met_at", "resolution_due_at",
    "resolution_met_at", "breached",
)  # fmt: skip
_PLACE = frozenset({"sort", "page", "page_size", "cursor"})
_AT_ONCE = 500
_ONE_AT_A_TIME = 7_238_002  # with the person's id: one export of theirs at a time


class Export:
    """The rows of an export, in the order of `COLUMNS`, each batch read when it is asked for.

    It holds a connection and a read-only snapshot until `close`, which may be called at any time and twice. Nobody
    waits for it: it locks no row. A reader that takes nothing for a minute loses it.
    """

    def __init__(self, actor: Actor, statement: Select[*tuple[Any, ...]]) -> None:
        self._snapshot = snapshot(idle_s=60)
        self._found: Result[*tuple[Any, ...]] | None = None
        try:
            self._found = _begin(self._snapshot.session, actor, statement)
        except BaseException:
            self.close()
            raise

    def batches(self) -> Iterator[list[tuple[Cell, ...]]]:
        for batch in self._found.partitions() if self._found is not None else ():
            yield [tuple(_cell(value) for value in row) for row in batch]

    def close(self) -> None:
        if self._found is not None:
            self._found.close()
        self._snapshot.close()


def export(actor: Actor, query: TicketQuery) -> Export:
    """Everything that `list_queue` would show over all its pages, as of one moment. Whoever calls closes it.

    Written down in the audit log before the first row leaves.

    Raises:
        Forbidden: neither manager nor admin.
        Invalid: as `list_queue`; a page or cursor has no place here.
        Conflict: an export of the actor's is still running.
    """
    require_role(actor, Role.MANAGER, Role.ADMIN)
    chosen = cleaned_query(actor, query, View.STAFF)
    with transaction() as s:
        audit(s, actor, "tickets.export", "tickets", data={"filter": asked(query)})
    where = and_(in_staff_scope(actor), condition(actor, chosen))
    order = Keyset(chosen, staff=True).order(reverse=False)
    return Export(actor, _statement().where(where).order_by(*order))


def _begin(s: Session, actor: Actor, statement: Select[*tuple[Any, ...]]) -> Result[*tuple[Any, ...]]:
    if not s.scalar(select(func.pg_try_advisory_xact_lock(_ONE_AT_A_TIME, actor.user_id % 2**31))):
        raise Conflict("An export of yours is still running. Wait until it is there, or stop it.")
    return s.execute(statement, execution_options={"yield_per": _AT_ONCE})


def asked(query: TicketQuery) -> dict[str, Any]:
    """What a query filters by, as JSON: only what is set; neither order nor page, which select nothing."""
    plain = {
        field.name: getattr(query, field.name)
        for field in dataclasses.fields(query)
        if field.name not in _PLACE and getattr(query, field.name) != field.default
    }
    found: dict[str, Any] = json.loads(json.dumps(plain, default=datetime.isoformat))
    return found


def _statement() -> Select[*tuple[Any, ...]]:
    t = tickets.c
    requester, creator, assignee = (users.alias(name) for name in ("requester", "creator", "assignee"))
    first, resolution = (
        ticket_clocks.alias(str(kind)) for kind in (ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION)
    )
    return (
        select(
            t.id, t.ticket_no, t.title, t.status, t.priority, groups.c.name, categories.c.name, subcategories.c.name,
            requester.c.name, requester.c.email, creator.c.name, assignee.c.name, t.created_at, t.staff_updated_at,
            t.resolved_at, t.closed_at, t.resolution_code, t.reopen_count, t.rating, first.c.due_at, first.c.met_at,
            resolution.c.due_at, resolution.c.met_at, (t.breached_at.is_not(None) | (t.due_at < func.now())),
        )
        .select_from(PLACED)
        .join(requester, requester.c.id == t.requested_for)
        .join(creator, creator.c.id == t.created_by)
        .outerjoin(assignee, assignee.c.id == t.assigned_to)
        .outerjoin(first, and_(first.c.ticket_id == t.id, first.c.kind == str(ClockKind.FIRST_RESPONSE)))
        .outerjoin(
            resolution, and_(resolution.c.ticket_id == t.id, resolution.c.kind == str(ClockKind.RESOLUTION))
        )
    )  # fmt: skip


def _cell(value: Any) -> Cell:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, bool) or value is None:
        return "yes" if value else "no" if value is False else None
    return value

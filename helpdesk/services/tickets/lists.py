"""Lists of tickets: my requests, the queue, its counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, BindParameter, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from helpdesk.core.db import transaction
from helpdesk.domain.access import Actor, require_staff
from helpdesk.domain.enums import UNSOLVED, Priority, Role, Status, View
from helpdesk.models.ticket import tickets
from helpdesk.services import _rows, _text
from helpdesk.services._filters import (
    ANYBODY,
    MAX_DEPTH,
    MAX_PAGE_SIZE,
    Filter,
    asker_params,
    cleaned_query,
    condition_as,
    is_at_risk,
    is_held,
    is_late,
    narrowing,
)
from helpdesk.services._keyset import Keyset, Listing, read_page
from helpdesk.services._lock import MAX_ID
from helpdesk.services._results import read_results
from helpdesk.services._scope import (
    counted_in_staff_scope_as,
    in_staff_scope,
    in_staff_scope_as,
    requested_as,
    requested_by,
    scope_params,
)
from helpdesk.services._search import Field
from helpdesk.services._words import MAX_SEARCH
from helpdesk.services.views import OwnLists, Page, QueueCounts, TicketQuery, TicketRow

_SIMILAR, _SIMILAR_FROM = 0.25, 4
_LISTS_KEPT = 256  # whose statements need not be built again
_LIVE = tuple(str(status) for status in Status if status in UNSOLVED)


def list_mine(actor: Actor, query: TicketQuery) -> Page[TicketRow]:
    """The tickets that the actor filed, that were filed for them or that they watch, as any requester sees them.

    Raises:
        Invalid: a bad filter, order, page or cursor.
    """
    with transaction() as s:
        return _list(s, actor, cleaned_query(actor, query, View.REQUESTER), View.REQUESTER)


def list_mine_together(
    actor: Actor, lists: Sequence[TicketQuery], counted: Sequence[TicketQuery] = ()
) -> OwnLists:
    """Several lists of `list_mine` for one page, and how many tickets others have; what rows need is read once for all.

    Args:
        counted: their pages and cursors don't count.

    Raises:
        Invalid: a bad filter, order, page or cursor of any of them.
    """
    with transaction() as s:
        chosen = [cleaned_query(actor, query, View.REQUESTER) for query in (*lists, *counted)]
        found = [_page(s, actor, one, View.REQUESTER) for one in chosen[: len(lists)]]
        totals = tuple(_total(s, actor, one) for one in chosen[len(lists) :])
        ids = list(dict.fromkeys(ticket_id for page in found for ticket_id in page.items))
        rows = {row.id: row for row in _rows.ticket_rows(s, actor, ids, View.REQUESTER)}
    return OwnLists(tuple(_with_rows(page, rows) for page in found), totals)


def list_queue(actor: Actor, query: TicketQuery) -> Page[TicketRow]:
    """All tickets in the actor's scope as staff.

    Raises:
        Forbidden (a client), Invalid.
    """
    require_staff(actor)
    with transaction() as s:
        return _list(s, actor, cleaned_query(actor, query, View.STAFF), View.STAFF)


def _list(s: Session, actor: Actor, chosen: Filter, view: View) -> Page[TicketRow]:
    page = _page(s, actor, chosen, view)
    return _with_rows(page, {row.id: row for row in _rows.ticket_rows(s, actor, page.items, view)})


def _page(s: Session, actor: Actor, chosen: Filter, view: View) -> Page[int]:
    staff = view is View.STAFF
    keyset = Keyset(chosen, staff=staff)
    if chosen.asked is None:
        return read_page(s, keyset, _listing(actor.role, view, _standing(chosen)), _params(actor))
    scope = in_staff_scope(actor) if staff else requested_by(actor)
    return read_results(
        s, keyset, chosen.asked, Field(scope, narrowing(actor, chosen), staff, chosen.unclosed)
    )


def _total(s: Session, actor: Actor, chosen: Filter) -> int:
    """The `total` of the requester's page, without reading one where its number alone can be asked for."""
    if chosen.asked is None:
        listing = _listing(actor.role, View.REQUESTER, _standing(chosen))
        return min(listing.count(s, _params(actor)), MAX_DEPTH)
    return _page(s, actor, _standing(chosen), View.REQUESTER).total


def _standing(chosen: Filter) -> Filter:
    """Without its place in the list: what all its pages share."""
    return replace(chosen, query=replace(chosen.query, page=1, page_size=1, cursor=None))


@lru_cache(maxsize=_LISTS_KEPT)
def _listing(role: Role, view: View, standing: Filter) -> Listing:
    """Built once for everybody of a role who looks at this list; pages that are open read it again and again."""
    keyset, wanted = Keyset(standing, staff=view is View.STAFF), condition_as(standing)
    if view is not View.STAFF:
        return Listing(keyset, and_(requested_as(), wanted))
    return Listing(
        keyset, and_(in_staff_scope_as(role), wanted), and_(counted_in_staff_scope_as(role), wanted)
    )


def _params(actor: Actor) -> dict[str, Any]:
    return asker_params(actor) | scope_params(actor)


def _with_rows(page: Page[int], rows: Mapping[int, TicketRow]) -> Page[TicketRow]:
    return Page(
        items=tuple(rows[ticket_id] for ticket_id in page.items if ticket_id in rows),
        total=page.total,
        page=page.page,
        page_size=page.page_size,
        next_cursor=page.next_cursor,
        total_capped=page.total_capped,
        prev_cursor=page.prev_cursor,
        corrected_q=page.corrected_q,
    )


def similar(actor: Actor, title: str) -> list[TicketRow]:
    """Up to three unsolved requests of the actor whose titles resemble `title`: to follow one instead of filing again.

    Raises:
        Invalid: not a line of text.
    """
    words = _text.clean_line("title", title, MAX_SEARCH, required=False)
    if len(words.strip()) < _SIMILAR_FROM:
        return []
    t = tickets.c
    closeness = func.similarity(t.title, words)
    statement = (
        select(t.id)
        .where(requested_by(actor), t.status.in_(_LIVE), closeness > _SIMILAR)
        .order_by(closeness.desc(), t.id.desc())
        .limit(3)
    )
    with transaction() as s:
        return _rows.ticket_rows(s, actor, s.scalars(statement).all(), View.REQUESTER)


def queue_counts(actor: Actor) -> QueueCounts:
    """How many tickets each quick filter of the queue holds, within the actor's scope.

    Raises:
        Forbidden: a client.
    """
    require_staff(actor)
    with transaction() as s:
        row = s.execute(_counts(actor.role), _params(actor)).mappings().one()
    return QueueCounts(**row)


@cache
def _counts(role: Role) -> Select[*tuple[Any, ...]]:
    t = tickets.c
    counts = {
        "mine": t.assigned_to == ANYBODY.user_id,
        "unassigned": t.assigned_to.is_(None),
        "high_priority": t.priority_rank >= Priority.HIGH.rank,
        "breaching_soon": is_at_risk(ANYBODY.moment),
        "breached": is_late(ANYBODY.moment),
        "waiting": is_held(ANYBODY.moment),
        "my_groups": t.group_id.in_(ANYBODY.group_ids),
    }
    # all of one index, which has what is not closed (`tickets_facts`)
    unsolved = t.status.in_(_LIVE)
    return select(
        func.count().label("all"),
        *(func.count().filter(rule, unsolved).label(name) for name, rule in counts.items()),
    ).where(t.status != str(Status.CLOSED), counted_in_staff_scope_as(role))


def listed(actor: Actor, ids: Sequence[object]) -> list[TicketRow]:
    """Up to 100 tickets as the queue shows them, for an open page whose list has them no more.

    What is out of the actor's sight as staff is left out, also what is no id.

    Raises:
        Forbidden: a client.
    """
    require_staff(actor)
    wanted = [
        one
        for one in list(ids)[:MAX_PAGE_SIZE]
        if isinstance(one, int) and not isinstance(one, bool) and 0 < one <= MAX_ID
    ]
    with transaction() as s:
        seen = s.scalars(_in_sight(actor.role), {"ids": wanted, **scope_params(actor)}).all()
        return _rows.ticket_rows(s, actor, seen, View.STAFF)


@cache
def _in_sight(role: Role) -> Select[int]:
    ids: BindParameter[Any] = bindparam("ids", type_=ARRAY(BigInteger))
    return select(tickets.c.id).where(tickets.c.id == func.any(ids), in_staff_scope_as(role))

"""Recomputing stored clocks: what the cache says has to be what the events say (product rules §4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from helpdesk.domain.enums import ClockKind
from helpdesk.domain.sla import compute
from helpdesk.models.sla import ticket_clock_steps, ticket_clocks
from helpdesk.models.ticket import ticket_events, tickets
from helpdesk.services import _clocks
from helpdesk.services._lock import MAX_ID

_BATCH = 500
_LIST_COLUMNS = ("due_at", "risk_at", "breached_at")


def differences(s: Session, first: int = 0, last: int = MAX_ID) -> Iterator[str]:
    """One sentence per stored clock, or due time of a ticket's list row, that its events don't give.

    Of the tickets with ids from `first` to `last`; some hundreds are in memory at once.
    """
    after = first - 1
    while True:
        batch = s.execute(
            select(tickets.c.id, tickets.c.ticket_no, *(tickets.c[name] for name in _LIST_COLUMNS))
            .where(tickets.c.id > after, tickets.c.id <= last)
            .order_by(tickets.c.id)
            .limit(_BATCH)
        ).mappings()
        rows = batch.all()
        if not rows:
            return
        yield from _compare(s, rows)
        after = rows[-1]["id"]


def _compare(s: Session, rows: Sequence[RowMapping]) -> Iterator[str]:
    ids = [row["id"] for row in rows]
    events = _by_ticket(
        s,
        select(ticket_events.c.ticket_id, *_clocks.EVENT_COLUMNS).where(ticket_events.c.ticket_id.in_(ids)),
        ticket_events.c.seq,
    )
    stored = _by_ticket(
        s, select(ticket_clocks).where(ticket_clocks.c.ticket_id.in_(ids)), ticket_clocks.c.kind
    )
    fired = _by_ticket(
        s,
        select(ticket_clock_steps).where(ticket_clock_steps.c.ticket_id.in_(ids)),
        ticket_clock_steps.c.step,
    )
    for row in rows:
        ticket_id, name = row["id"], row["ticket_no"]
        clocks = stored[ticket_id]
        moments = {clock["as_of"] for clock in clocks}
        if len(moments) > 1:
            yield f"{name}: its clocks were stored at different moments"
            continue
        as_of = max(moments, default=events[ticket_id][-1]["at"] if events[ticket_id] else None)
        if as_of is None:
            yield f"{name}: has no events"
            continue
        try:
            known = _clocks.clock_events(event for event in events[ticket_id] if event["at"] <= as_of)
            policies = _clocks.policy_versions(s, {event.policy_version_id for event in known})
            computed = compute(known, policies, as_of)
            done = frozenset((one["kind"], one["run"], one["step"]) for one in fired[ticket_id])
            expected = _clocks.clock_rows(policies, ticket_id, computed, as_of, done)
            lists = _clocks.list_columns(policies, known, computed)
        except (ValueError, KeyError) as error:
            yield f"{name}: its clocks can't be computed: {error}"
            continue
        yield from (f"{name}: {problem}" for problem in _problems(row, clocks, expected, lists))


def _problems(
    row: RowMapping,
    stored: Sequence[RowMapping],
    expected: Sequence[dict[str, Any]],
    lists: Mapping[str, datetime | None],
) -> Iterator[str]:
    kept = {clock["kind"]: clock for clock in stored}
    wanted = {clock["kind"]: clock for clock in expected}
    for kind in ClockKind:
        have, want = kept.get(kind), wanted.get(kind)
        if have is None or want is None:
            if have is not want:
                yield f"the {kind} clock is {'missing' if have is None else 'one too many'}"
            continue
        differing = [name for name, value in want.items() if have[name] != value]
        if differing:
            yield f"the {kind} clock differs in {', '.join(differing)}"
    differing = [name for name in _LIST_COLUMNS if row[name] != lists[name]]
    if differing:
        yield f"the list shows another {', '.join(differing)}"


def _by_ticket(s: Session, statement: Any, order: Any) -> dict[int, list[RowMapping]]:
    found: dict[int, list[RowMapping]] = defaultdict(list)
    for row in s.execute(statement.order_by("ticket_id", order)).mappings():
        found[row["ticket_id"]].append(row)
    return found

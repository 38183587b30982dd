"""The filters of ticket lists: checked, then compiled to SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    DateTime,
    and_,
    bindparam,
    exists,
    false,
    or_,
    select,
    true,
)

from helpdesk.core.clock import now
from helpdesk.core.errors import Invalid
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import HOLDABLE, HoldReason, Priority, Status, View
from helpdesk.models.ticket import ticket_holds, ticket_tags, ticket_watchers, tickets
from helpdesk.services import _text, _words
from helpdesk.services._words import Asked
from helpdesk.services.views import TicketQuery

MAX_VALUES, MAX_PAGE_SIZE, MAX_DEPTH = 100, 100, 10_000
SORTS = ("created_at", "updated_at", "priority", "due_at", "ticket_no")
RELEVANCE = "relevance"
_STAFF_ONLY = ("assigned_to", "created_by", "requested_for", "sla", "tag")
_NOT_CLOSED = frozenset(str(status) for status in Status if status is not Status.CLOSED)
_SLA_STATES = ("breached", "at_risk")


Moment = datetime | BindParameter[datetime]


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who asks and when: values, or parameters of a statement that is built once."""

    user_id: int | BindParameter[int]
    group_ids: list[int] | BindParameter[int]
    moment: Moment


ANYBODY = _Asker(
    bindparam("asker", type_=BigInteger),
    bindparam("asker_groups", type_=BigInteger, expanding=True),
    bindparam("moment", type_=DateTime(timezone=True)),
)
"""Whomever `asker_params` names."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A checked query."""

    query: TicketQuery
    statuses: tuple[str, ...]
    priorities: tuple[str, ...]
    assignees: tuple[int | None, ...]
    tags: tuple[str, ...]
    asked: Asked | None
    sort: str
    descending: bool

    @property
    def unclosed(self) -> bool:
        """Whether it leaves nothing that is closed."""
        return bool(self.statuses) and str(Status.CLOSED) not in self.statuses


def cleaned_query(actor: Actor, query: TicketQuery, view: View) -> Filter:
    """Check every part of a query.

    Raises:
        Invalid: names the parameter; also a depth of more than 10,000 rows, which needs `cursor`.
    """
    if view is View.REQUESTER:
        for name in _STAFF_ONLY:
            if getattr(query, name):
                raise Invalid.at(name, "Your own requests can't be filtered by this.")
    for name in ("group_id", "category_id", "subcategory_id", "created_by", "requested_for"):
        _text.clean_ids(name, getattr(query, name), MAX_VALUES)
    for name in ("created_from", "created_to", "resolved_from", "resolved_to"):
        if getattr(query, name) is not None:
            _text.clean_when(name, getattr(query, name))
    for name in ("status", "priority", "assigned_to", "sla", "tag"):
        if len(getattr(query, name)) > MAX_VALUES:
            raise Invalid.at(name, f"At most {MAX_VALUES} are possible here.")
    size = _text.clean_number("page_size", query.page_size, 1, MAX_PAGE_SIZE)
    page = _text.clean_number("page", query.page, 1, 2**31 - 1)
    if query.cursor is None and page * size > MAX_DEPTH:
        raise Invalid.at("page", f"Beyond {MAX_DEPTH} rows go on with `cursor`.")
    for state in query.sla:
        if state not in _SLA_STATES:
            raise Invalid.at("sla", f"One of {', '.join(_SLA_STATES)}.")
    asked = _words.asked(query.q)
    sort, descending = _order(query.sort, asked)
    return Filter(
        query=query,
        statuses=tuple(str(_text.clean_enum("status", one, Status)) for one in query.status),
        priorities=tuple(str(_text.clean_enum("priority", one, Priority)) for one in query.priority),
        assignees=tuple(_assignee(actor, one) for one in query.assigned_to),
        tags=tuple(_text.clean_tag("tag", one) for one in query.tag),
        asked=asked,
        sort=sort,
        descending=descending,
    )


def _order(value: object, asked: Asked | None) -> tuple[str, bool]:
    if value is None:
        value = "-created_at" if asked is None else RELEVANCE
    if value == RELEVANCE:
        if asked is None:
            raise Invalid.at("sort", "Only a search (`q`) has an order of relevance.")
        return RELEVANCE, True
    sort = value.removeprefix("-") if isinstance(value, str) else ""
    if sort not in SORTS:
        raise Invalid.at(
            "sort", f"One of {', '.join(SORTS)}, with - in front for descending; {RELEVANCE} with `q`."
        )
    return sort, value != sort


def _assignee(actor: Actor, value: object) -> int | None:
    if value == "none":
        return None
    if value == "me":
        return actor.user_id
    text = str(value)
    if not (text.isascii() and text.isdigit()):
        raise Invalid.at("assigned_to", "A person's id, `me` or `none`.")
    return _text.clean_id("assigned_to", int(text))


def condition(actor: Actor, chosen: Filter) -> ColumnElement[bool]:
    """What `chosen` selects, without the scope; a search selects all that staff find (see `_words.every_match`)."""
    found = [] if chosen.asked is None else [_words.every_match(chosen.asked)]
    return and_(true(), *narrowing(actor, chosen), *found)


def narrowing(actor: Actor, chosen: Filter) -> list[ColumnElement[bool]]:
    """The filters beside the search."""
    return [*_columns(chosen), *_around(_Asker(actor.user_id, sorted(actor.group_ids), now()), chosen)]


def condition_as(chosen: Filter) -> ColumnElement[bool]:
    """`condition` without a search for whomever `asker_params` names, in a statement that is built once."""
    return and_(true(), *_columns(chosen), *_around(ANYBODY, chosen))


def asker_params(actor: Actor) -> dict[str, Any]:
    return {"asker": actor.user_id, "asker_groups": sorted(actor.group_ids), "moment": now()}


def _columns(chosen: Filter) -> Iterator[ColumnElement[bool]]:
    """The filters on the ticket row itself."""
    t, query = tickets.c, chosen.query
    statuses = frozenset(chosen.statuses)
    if query.on_hold and statuses and chosen.asked is None:
        # nothing else can be on hold, and to ask for more would mislead the planner about how many there are
        possible = [status for status in chosen.statuses if status in HOLDABLE]
        if not statuses >= HOLDABLE:
            yield t.status.in_(possible) if possible else false()
    elif statuses == _NOT_CLOSED:
        yield t.status != str(Status.CLOSED)  # as indexes have it: nothing is left to be compared
    elif statuses:
        yield t.status.in_(chosen.statuses)
    if chosen.priorities:
        yield t.priority_rank.in_(sorted({Priority(one).rank for one in chosen.priorities}))
    for name in ("group_id", "category_id", "subcategory_id", "created_by", "requested_for"):
        if values := getattr(query, name):
            yield t[name].in_(values)
    for column in ("created", "resolved"):
        since, before = getattr(query, f"{column}_from"), getattr(query, f"{column}_to")
        if since is not None:
            yield t[f"{column}_at"] >= since
        if before is not None:
            yield t[f"{column}_at"] < before
    if chosen.assignees:
        ids = [one for one in chosen.assignees if one is not None]
        yield or_(t.assigned_to.in_(ids), *([t.assigned_to.is_(None)] if None in chosen.assignees else []))


def _around(asker: _Asker, chosen: Filter) -> Iterator[ColumnElement[bool]]:
    """The filters that look beyond it, or at who asks."""
    t, query = tickets.c, chosen.query
    if query.sla:
        yield or_(*(_sla(state, asker.moment) for state in query.sla))
    if query.on_hold is not None:
        held = is_held(asker.moment)
        yield held if query.on_hold else or_(t.held_until.is_(None), ~held)
    if chosen.tags:
        tagged = select(ticket_tags.c.ticket_id).where(ticket_tags.c.name.in_(chosen.tags))
        yield t.id.in_(tagged)
    if query.mine_groups:
        yield t.group_id.in_(asker.group_ids)
    if query.needs_me is not None:
        needed = or_(
            t.status == str(Status.RESOLVED),
            exists().where(ticket_holds.c.ticket_id == t.id, _asks(asker.moment)),
        )
        yield needed if query.needs_me else ~needed
    if query.watching is not None:
        yield _watching(asker, query.watching)


def is_held(moment: Moment) -> ColumnElement[bool]:
    """A ticket on hold at `moment`: a hold that ran out is over, whether or not the sweep has written so."""
    return tickets.c.held_until > moment


def _asks(moment: Moment) -> ColumnElement[bool]:
    """An open hold that waits for the requester."""
    h = ticket_holds.c
    return and_(
        h.ended_at.is_(None), or_(h.until.is_(None), h.until > moment), h.reason == str(HoldReason.REQUESTER)
    )


def is_late(moment: Moment) -> ColumnElement[bool]:
    """A ticket with a clock that is or was past its due time."""
    return or_(tickets.c.breached_at.is_not(None), tickets.c.due_at < moment)


def is_at_risk(moment: Moment) -> ColumnElement[bool]:
    """An unsolved ticket with a clock near its due time, and none past it."""
    return and_(tickets.c.risk_at <= moment, ~is_late(moment))


def _sla(state: str, moment: Moment) -> ColumnElement[bool]:
    """At risk or breached, as the clocks of an unsolved ticket show it; a solved one keeps its breach."""
    return is_late(moment) if state == "breached" else is_at_risk(moment)


def _watching(asker: _Asker, only: bool) -> ColumnElement[bool]:
    t = tickets.c
    own = or_(t.requested_for == asker.user_id, t.created_by == asker.user_id)
    watched = exists().where(ticket_watchers.c.ticket_id == t.id, ticket_watchers.c.user_id == asker.user_id)
    return and_(watched, t.requested_for != asker.user_id) if only else own

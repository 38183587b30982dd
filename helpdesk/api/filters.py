"""The query parameters of ticket lists, as what the services take. Async, so that no thread is taken for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Query

from helpdesk.api.queries import (
    Assignees,
    Cursor,
    From,
    IdFilter,
    OnlyMyGroups,
    PageNumber,
    PageSize,
    PriorityFilter,
    SlaFilter,
    StatusFilter,
    TagFilter,
    TicketSort,
    To,
    Words,
    only_given,
)
from helpdesk.services.views import TicketQuery


async def _filters(
    status: StatusFilter = [],  # noqa: B006 (never changed)
    priority: PriorityFilter = [],  # noqa: B006
    group_id: IdFilter = [],  # noqa: B006
    category_id: IdFilter = [],  # noqa: B006
    subcategory_id: IdFilter = [],  # noqa: B006
    q: Words = None,
    created_from: From = None,
    created_to: To = None,
    sort: TicketSort = None,
) -> TicketQuery:
    return TicketQuery(**only_given(locals()))


async def _own(
    query: Annotated[TicketQuery, Depends(_filters)],
    watching: Annotated[bool | None, Query(description="Only those watched, or none of them.")] = None,
    needs_me: Annotated[
        bool | None, Query(description="Only those where the requester has the next move, or none of them.")
    ] = None,
) -> TicketQuery:
    return replace(query, watching=watching, needs_me=needs_me)


async def _queue(
    query: Annotated[TicketQuery, Depends(_filters)],
    resolved_from: From = None,
    resolved_to: To = None,
    assigned_to: Assignees = [],  # noqa: B006
    created_by: IdFilter = [],  # noqa: B006
    requested_for: IdFilter = [],  # noqa: B006
    sla: SlaFilter = [],  # noqa: B006
    on_hold: bool | None = None,
    tag: TagFilter = [],  # noqa: B006
    mine_groups: OnlyMyGroups = False,
) -> TicketQuery:
    given = {name: value for name, value in locals().items() if name != "query"}
    return replace(query, **only_given(given))


async def _own_page(
    query: Annotated[TicketQuery, Depends(_own)],
    page: PageNumber = 1,
    page_size: PageSize = 25,
    cursor: Cursor = None,
) -> TicketQuery:
    return replace(query, page=page, page_size=page_size, cursor=cursor)


async def _queue_page(
    query: Annotated[TicketQuery, Depends(_queue)],
    page: PageNumber = 1,
    page_size: PageSize = 25,
    cursor: Cursor = None,
) -> TicketQuery:
    return replace(query, page=page, page_size=page_size, cursor=cursor)


OwnPage = Annotated[TicketQuery, Depends(_own_page)]
"""A page of the caller's own tickets."""

QueueList = Annotated[TicketQuery, Depends(_queue)]
"""Filters and order of the staff's list."""

QueuePage = Annotated[TicketQuery, Depends(_queue_page)]
"""A page of it."""

"""Query parameters that several routes share."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BeforeValidator

from helpdesk.api.bodies import instant
from helpdesk.api.shapes import PriorityName, StatusName

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOST = 100


def _from(value: object) -> object:
    return _day(value, timedelta()) or instant(value)


def _to(value: object) -> object:
    return _day(value, timedelta(days=1)) or instant(value)


def _day(value: object, more: timedelta) -> datetime | None:
    """A date means its whole day, in UTC."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC) + more
    except (ValueError, OverflowError):
        raise ValueError("There is no such day.") from None


Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
TicketKey = Annotated[
    str,
    Path(
        description="The ticket's id or number (`HD-1042`).",
        min_length=1,
        max_length=50,
        # said, not enforced here: what is neither is 404, an id out of range 422
        json_schema_extra={"pattern": "^([1-9][0-9]{0,17}|[A-Za-z][A-Za-z0-9]{0,9}-[1-9][0-9]{0,17})$"},
    ),
]
IdFilter = Annotated[list[Annotated[int, Query(ge=1, le=2**63 - 1)]], Query(max_length=_MOST)]
StatusFilter = Annotated[list[StatusName], Query(max_length=_MOST)]
PriorityFilter = Annotated[list[PriorityName], Query(max_length=_MOST)]
Words = Annotated[
    str | None,
    Query(max_length=200, description='Words, a "phrase", a ticket number or its beginning.'),
]
From = Annotated[
    datetime | None,
    BeforeValidator(_from),
    Query(description="From this moment, or this day in UTC, on."),
]
To = Annotated[
    datetime | None,
    BeforeValidator(_to),
    Query(description="Before this moment, or up to the end of this day in UTC."),
]
Assignees = Annotated[list[str], Query(max_length=_MOST, description="Ids, `me`, `none`.")]
SlaFilter = Annotated[list[Literal["breached", "at_risk"]], Query(max_length=2)]
TagFilter = Annotated[list[Annotated[str, Query(max_length=50)]], Query(max_length=_MOST)]
OnlyMyGroups = Annotated[bool, Query(description="Only the groups that the caller belongs to.")]
PeriodStart = Annotated[
    datetime | None,
    BeforeValidator(_from),
    Query(alias="from", description="The first day (UTC), or a moment; without it 30 days before `to`."),
]
PeriodEnd = Annotated[
    datetime | None,
    BeforeValidator(_to),
    Query(alias="to", description="The last day (UTC), or a moment before which it ends; without it today."),
]
HoursZone = Annotated[
    str,
    Query(max_length=64, description="The IANA time zone in which the hours of `arrivals` are told."),
]
Sort = Annotated[str, Query(max_length=40, description="A field, with `-` in front for descending.")]
TicketSort = Annotated[
    str | None,
    Query(
        max_length=40,
        description="A field, with `-` in front for descending, or `relevance`, which needs `q`."
        " Without it: `relevance` for a search, else `-created_at`.",
    ),
]
PageNumber = Annotated[int, Query(ge=1, le=2**31 - 1)]
PageSize = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(max_length=2000, description="`next_cursor` of the page before.")]


def only_given(values: dict[str, Any]) -> dict[str, Any]:
    """Lists as the services take them."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}

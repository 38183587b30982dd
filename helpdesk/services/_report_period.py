"""What a report is asked for, checked: the period, the groups within the actor's scope, the steps of its charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from helpdesk.core.errors import Invalid
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Role
from helpdesk.models.tree import groups
from helpdesk.services import _lock, _text
from helpdesk.services._record import savepoint
from helpdesk.services.views import ReportQuery

LONGEST = timedelta(days=400)
USUAL = timedelta(days=30)
_DAILY_UP_TO = timedelta(days=14)
_MAX_VALUES = 100
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """`since` ≤ moment < `before`; `groups` None: every group."""

    since: datetime
    before: datetime
    now: datetime
    groups: tuple[int, ...] | None
    categories: tuple[int, ...] | None
    zone: str

    @property
    def step(self) -> str:
        """How its charts count: by day up to two weeks, by week (from Monday) beyond. Days are UTC."""
        return "day" if self.before - self.since <= _DAILY_UP_TO else "week"

    @property
    def params(self) -> dict[str, Any]:
        """What the statements of `_report_rows` bind."""
        return {
            "since": self.since,
            "before": self.before,
            "now": self.now,
            "step": self.step,
            "groups": None if self.groups is None else list(self.groups),
            "categories": None if self.categories is None else list(self.categories),
            "zone": self.zone,
        }

    def buckets(self) -> list[date]:
        """The first day of each step, also of those in which nothing happened."""
        first, last = self.since.date(), (self.before - timedelta(microseconds=1)).date()
        days = 1 if self.step == "day" else 7
        if days == 7:
            first -= timedelta(days=first.weekday())
        return [first + timedelta(days=n) for n in range(0, (last - first).days + 1, days)]

    def earlier(self) -> Period:
        """The period of the same length right before."""
        return replace(self, since=self.since - (self.before - self.since), before=self.since)


def cleaned(query: ReportQuery, moment: datetime) -> tuple[datetime, datetime]:
    """From when, and before when. Without an end it is the end of today, without a beginning 30 days before that.

    Raises:
        Invalid: the wrong way round, longer than 400 days, or not a time.
    """
    today = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    before = today + timedelta(days=1)
    if query.before is not None:
        before = _text.clean_when("to", query.before)
    # checked before anything is subtracted from it
    if not _EARLIEST <= before <= _LATEST:
        raise Invalid.at("to", "The period has to lie between the years 2000 and 2200.")
    since = before - USUAL if query.since is None else _text.clean_when("from", query.since)
    if not _EARLIEST <= since <= _LATEST:
        raise Invalid.at("from", "The period has to lie between the years 2000 and 2200.")
    if since >= before:
        raise Invalid.at("from", "The period has to begin before it ends.")
    if before - since > LONGEST:
        raise Invalid.at("from", f"A period has at most {LONGEST.days} days.")
    return since, before


def period(s: Session, actor: Actor, query: ReportQuery) -> Period:
    """The checked query within the actor's scope.

    A group that the actor does not see selects nothing, like one that does not exist.

    Raises:
        Invalid: see `cleaned`; ids that are none; no time zone.
    """
    moment = _lock.moment(s)
    since, before = cleaned(query, moment)
    wanted = _text.clean_ids("group_id", query.group_id, _MAX_VALUES)
    categories = _text.clean_ids("category_id", query.category_id, _MAX_VALUES)
    zone = _zone(s, query.zone)
    return Period(since, before, moment, _groups(s, actor, wanted), tuple(categories) or None, zone)


def _zone(s: Session, value: object) -> str:
    """A zone that the database knows too: its tables may be older or newer than Python's."""
    name = _text.clean_zone("zone", value)
    try:
        with savepoint(s):
            s.execute(select(func.timezone(name, func.now())))
    except DataError:
        raise Invalid.at("zone", "The database does not know this time zone.") from None
    return name


def _groups(s: Session, actor: Actor, wanted: Sequence[int]) -> tuple[int, ...] | None:
    if actor.role in {Role.ADMIN, Role.SYSTEM}:
        return tuple(wanted) or None
    seen = s.scalars(
        select(groups.c.id).where(or_(~groups.c.restricted, groups.c.id.in_(sorted(actor.group_ids))))
    ).all()
    return tuple(one for one in seen if not wanted or one in wanted)

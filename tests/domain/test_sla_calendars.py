"""Business calendars: wall time, holidays, half days, and the days when the clocks change."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.errors import Invalid
from helpdesk.domain.calendars import WEEKDAYS, BusinessCalendar, Holiday
from helpdesk.domain.working_time import ALWAYS, Closure

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = (((9 * 60, 12 * 60), (13 * 60, 17 * 60 + 30)),) * 5 + ((), ())
ALL_DAY = (((0, 1440),),) * 7


def berlin(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).astimezone(UTC)


def office(**holidays: Holiday) -> BusinessCalendar:
    days = {date.fromisoformat(name.strip("_").replace("_", "-")): day for name, day in holidays.items()}
    return BusinessCalendar("Europe/Berlin", OFFICE, days, "Office")


def nights(start: int, end: int, zone: str = "Europe/Berlin") -> BusinessCalendar:
    return BusinessCalendar(zone, (((start, end),),) * 7)


def test_a_result_is_the_earliest_instant_that_has_seen_the_time() -> None:
    friday_evening = berlin("2026-09-04 17:30")
    assert office().add(berlin("2026-09-04 16:30"), 3600) == friday_evening
    assert office().add(friday_evening, 0) == friday_evening
    assert office().add(friday_evening, 1) == berlin("2026-09-07 09:00:01")


def test_a_half_day_counts_its_own_hours() -> None:
    calendar = office(
        _2026_12_24=Holiday("Christmas Eve", ((9 * 60, 12 * 60),)), _2026_12_25=Holiday("Christmas")
    )
    assert calendar.add(berlin("2026-12-24 11:00"), 2 * 3600) == berlin("2026-12-28 10:00")
    assert calendar.between(berlin("2026-12-24 00:00"), berlin("2026-12-26 00:00")) == 3 * 3600


def test_a_half_day_can_open_a_weekend() -> None:
    calendar = office(_2026_09_05=Holiday("Stocktaking", ((600, 720),)))
    assert calendar.between(berlin("2026-09-05 00:00"), berlin("2026-09-06 00:00")) == 2 * 3600


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        ("2026-03-29", 23),  # spring: 02:00 to 03:00 does not exist
        ("2026-10-25", 25),  # autumn: 02:00 to 03:00 comes twice
        ("2026-06-01", 24),
    ],
)
def test_a_day_has_its_real_length(day: str, hours: int) -> None:
    calendar = BusinessCalendar("Europe/Berlin", ALL_DAY)
    midnight = datetime.fromisoformat(day).replace(tzinfo=BERLIN)
    assert calendar.between(midnight, midnight + timedelta(days=1)) == hours * 3600


def test_autumn_night_shift_counts_the_repeated_hour() -> None:
    calendar = nights(60, 300)  # 01:00 to 05:00
    assert calendar.between(berlin("2026-10-25 00:00"), berlin("2026-10-25 12:00")) == 5 * 3600
    assert calendar.add(berlin("2026-10-25 01:00"), 2 * 3600) == datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    assert calendar.add(berlin("2026-10-25 01:00"), 2 * 3600) == berlin("2026-10-25 02:00", fold=1)


def test_spring_interval_that_begins_in_the_gap_begins_at_the_jump() -> None:
    calendar = nights(150, 240)  # 02:30 to 04:00; on the day of the jump 03:00 to 04:00
    assert list(calendar.intervals(berlin("2026-03-29 00:00"), berlin("2026-03-29 12:00"))) == [
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(2026, 3, 29, 2, 0, tzinfo=UTC))
    ]


def test_spring_interval_inside_the_gap_does_not_exist_that_day() -> None:
    calendar = nights(125, 175)
    assert calendar.between(berlin("2026-03-29 00:00"), berlin("2026-03-30 00:00")) == 0
    assert calendar.add(berlin("2026-03-29 00:30"), 60) == berlin("2026-03-30 02:06")


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Santiago", date(2026, 9, 6), 23),  # the jump is at midnight: the day begins at 01:00
        ("America/Havana", date(2026, 11, 1), 25),  # the hour after midnight comes twice
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),  # a jump of half an hour
        ("Pacific/Apia", date(2011, 12, 30), 0),  # a day that was skipped
    ],
)
def test_odd_zones(zone: str, day: date, hours: float) -> None:
    calendar = BusinessCalendar(zone, ALL_DAY)
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    opened = calendar.between(noon - timedelta(days=3), noon + timedelta(days=3))
    assert opened == 6 * 24 * 3600  # always open: no instant lost or counted twice
    openings = [b - a for a, b in calendar._openings(day)]
    assert sum(openings, timedelta()) == timedelta(hours=hours)


def test_datetimes_of_another_zone_are_the_same_instants() -> None:
    tokyo = berlin("2026-03-28 12:00").astimezone(ZoneInfo("Asia/Tokyo"))
    assert office().add(tokyo, 3600) == office().add(berlin("2026-03-28 12:00"), 3600)
    # Two datetimes of one zone subtract by the wall clock; elapsed time must not.
    midnight, morning = (datetime(2026, 3, 29, hour, tzinfo=BERLIN) for hour in (0, 6))
    assert ALWAYS.between(midnight, morning) == 5 * 3600


def test_a_datetime_without_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="time zone"):
        office().add(datetime(2026, 1, 1), 1)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="negative"):
        office().add(berlin("2026-01-01 00:00"), -1)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-09-04 15:00:30", "2026-09-11 15:00:30"),  # Friday to Friday
        ("2026-09-05 11:00", "2026-09-11 11:00"),  # a Saturday is none of the five days
        ("2026-10-23 03:30", "2026-10-30 03:30"),  # the same wall time after the change of the clocks
    ],
)
def test_business_days_keep_the_time_of_day(start: str, end: str) -> None:
    assert office().add_days(berlin(start), 5) == berlin(end)


def test_a_holiday_is_no_business_day_and_a_half_day_is_one() -> None:
    calendar = office(_2026_12_24=Holiday("Christmas Eve", ((540, 720),)), _2026_12_25=Holiday("Christmas"))
    assert calendar.add_days(berlin("2026-12-23 10:00"), 2) == berlin("2026-12-28 10:00")
    assert ALWAYS.add_days(berlin("2026-12-23 10:00"), 2) == berlin("2026-12-25 10:00")


def test_pieces_name_why_time_does_not_count() -> None:
    calendar = office(_2026_09_07=Holiday("Founders' day"))
    pieces = list(calendar.pieces(berlin("2026-09-04 11:00"), berlin("2026-09-08 10:00")))
    closed = [(p.closure, p.label) for p in pieces if p.closure]
    assert closed == [
        (Closure.BREAK, ""),
        (Closure.NIGHT, ""),
        (Closure.WEEKEND, ""),
        (Closure.WEEKEND, ""),
        (Closure.HOLIDAY, "Founders' day"),
        (Closure.NIGHT, ""),
    ]
    assert all(a.end == b.start for a, b in itertools.pairwise(pieces))
    assert sum((p.end - p.start).total_seconds() for p in pieces if not p.closure) == (1 + 4.5 + 1) * 3600


@pytest.mark.parametrize(
    ("zone", "week", "holidays"),
    [
        ("Europe/Atlantis", OFFICE, {}),
        ("../etc/passwd", OFFICE, {}),
        ("", OFFICE, {}),
        ("Europe/Berlin", OFFICE[:6], {}),
        ("Europe/Berlin", ((),) * 7, {}),
        ("Europe/Berlin", ((), *OFFICE[1:]), {date(2026, 1, 1): Holiday("Backwards", ((600, 600),))}),
        ("Europe/Berlin", (((540, 720), (700, 900)),) * 7, {}),
        ("Europe/Berlin", (((720, 540),),) * 7, {}),
        ("Europe/Berlin", (((540, 1441),),) * 7, {}),
        ("Europe/Berlin", (((-1, 60),),) * 7, {}),
        (
            "Europe/Berlin",
            OFFICE,
            {date(2026, 1, 1) + timedelta(days=n): Holiday("Closed") for n in range(380)},
        ),
        (  # open on Mondays alone, and every Monday of a year is a holiday
            "Europe/Berlin",
            (OFFICE[0], *((),) * 6),
            {date(2026, 1, 5) + timedelta(weeks=n): Holiday("Monday") for n in range(54)},
        ),
    ],
)
def test_calendars_that_are_refused(zone: str, week: tuple, holidays: dict) -> None:
    with pytest.raises(Invalid):
        BusinessCalendar(zone, week, holidays)


def test_a_long_closure_below_a_year_is_accepted() -> None:
    closed = {date(2026, 1, 1) + timedelta(days=n): Holiday("Works") for n in range(300)}
    calendar = BusinessCalendar("Europe/Berlin", OFFICE, closed)
    assert calendar.add(berlin("2026-01-01 00:00"), 60) == berlin("2026-10-28 09:01")


def test_more_time_than_ten_years_hold_is_an_error_and_not_an_endless_search() -> None:
    with pytest.raises(Invalid):
        nights(60, 61).add(berlin("2026-01-01 00:00"), 60 * 3700)


def test_json_round_trip() -> None:
    calendar = office(_2026_12_24=Holiday("Christmas Eve", ((540, 720),)), _2026_12_25=Holiday("Christmas"))
    document = calendar.to_json()
    assert document["week"]["monday"] == [["09:00", "12:00"], ["13:00", "17:30"]]
    assert BusinessCalendar.from_json(document) == calendar
    whole_day = BusinessCalendar("UTC", ALL_DAY)
    assert BusinessCalendar.from_json(whole_day.to_json()) == whole_day


@pytest.mark.parametrize(
    "change",
    [
        {"week": {"monday": [["9:00", "12:00"]]}},
        {"week": {"monday": [["09:00", "12:60"]]}},
        {"week": {"monday": [["09:00"]]}},
        {"week": {"moonday": [["09:00", "12:00"]]}},
        {"week": {"monday": 5}},
        {"week": None},
        {"holidays": [{"date": "2026-02-30", "name": "Never"}]},
        {"holidays": [{"date": "2026-02-01"}]},
        {"holidays": [{"date": "2026-02-01", "name": "a"}, {"date": "2026-02-01", "name": "b"}]},
        {"time_zone": None},
    ],
)
def test_documents_that_are_refused(change: dict) -> None:
    with pytest.raises(Invalid):
        BusinessCalendar.from_json({**office().to_json(), **change})


_intervals = st.lists(st.integers(0, 96), min_size=0, max_size=6, unique=True).map(
    lambda marks: tuple(
        (a * 15, b * 15) for a, b in zip(sorted(marks)[::2], sorted(marks)[1::2], strict=False)
    )
)
_weeks = st.tuples(*[_intervals] * 7).filter(any)
_zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "America/Havana", "UTC"])
_calendars = st.builds(BusinessCalendar, _zones, _weeks)
_moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(_calendars, _moments, st.integers(0, 200_000))
def test_between_is_the_inverse_of_add(calendar: BusinessCalendar, start: datetime, seconds: int) -> None:
    assert calendar.between(start, calendar.add(start, seconds)) == seconds


@given(_calendars, _moments, st.integers(0, 90_000), st.integers(0, 90_000))
def test_adding_twice_is_adding_the_sum(calendar: BusinessCalendar, start: datetime, a: int, b: int) -> None:
    assert calendar.add(calendar.add(start, a), b) == calendar.add(start, a + b)


@given(_calendars, st.lists(_moments, min_size=3, max_size=3))
def test_time_between_adds_up_and_pieces_cover_it(
    calendar: BusinessCalendar, moments: list[datetime]
) -> None:
    a, b, c = sorted(moments)
    assert calendar.elapsed(a, b) + calendar.elapsed(b, c) == calendar.elapsed(a, c)
    pieces = list(calendar.pieces(a, b))
    assert sum((p.end - p.start for p in pieces), timedelta()) == b - a
    assert sum((p.end - p.start for p in pieces if not p.closure), timedelta()) == calendar.elapsed(a, b)


def test_weekdays_begin_with_monday() -> None:
    assert date(2026, 9, 7).strftime("%A").lower() == WEEKDAYS[0]

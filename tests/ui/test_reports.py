"""The reports page: its numbers are the service's, and each leads to its tickets."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from helpdesk.services import profile, reports, tickets
from helpdesk.services.views import Column, Figure, Headline, ReportQuery
from helpdesk.ui.queue import filters, times
from helpdesk.ui.reports import drawing, links, place, words
from tests import factories
from tests.factories import World
from tests.ui.conftest import Opener
from tests.ui.doing import act, as_person, form, go, loaded

ui = pytest.mark.asyncio(loop_scope="session")


def _busy(people: World) -> None:
    """Three tickets in IT, one of them solved; one in HR."""
    first, *_ = [factories.make_ticket(people.client, people.it).ticket for _ in range(3)]
    factories.make_ticket(people.client, people.hr)
    tickets.take(people.actor("agent"), first.id)
    tickets.set_status(
        people.actor("agent"), first.id, "Resolved", resolution_code="solved", resolution_text="Done."
    )


@ui
async def test_the_page_shows_what_the_service_counts(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.reports.state import ReportsState

    await asyncio.to_thread(_busy, people)
    for name in ("manager", "admin"):
        tab = await loaded(await open_tab(getattr(people, name), "/reports"), ReportsState)
        told = await as_person(people, name, reports.dashboard, ReportQuery())
        figures = tab.var(ReportsState, "figures")
        assert list(figures) == [one.key for one in told.figures]
        for one in told.figures:
            hidden = sum(column.name.endswith("_id") for column in one.columns)
            assert len(figures[one.key]["heads"]) == len(one.columns) - hidden
            assert len(figures[one.key]["lines"]) == len(one.rows)
            assert figures[one.key]["says"] == one.says
        flow = next(one for one in told.figures if one.key == "flow")
        drawn = tab.var(ReportsState, "charts")["flow"]["data"]
        assert [trace["y"] for trace in drawn] == [[row[n] for row in flow.rows] for n in (1, 2)]
        assert sum(drawn[0]["y"]) == (3 if name == "manager" else 4)
        assert tab.var(ReportsState, "heads")[4]["note"] == "of 1"


@ui
async def test_a_point_leads_to_as_many_tickets(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.reports.state import ReportsState

    await asyncio.to_thread(_busy, people)
    tab = await loaded(await open_tab(people.admin, "/reports?period=7"), ReportsState)
    figures = tab.var(ReportsState, "figures")
    for key, counted in (("flow", 1), ("backlog", 1), ("workload", 1)):
        for line in figures[key]["lines"]:
            params = dict(pair.split("=") for pair in line["href"].partition("?")[2].split("&"))
            params = {name: value.replace("%3A", ":") for name, value in params.items()}
            asked = filters.read(params, "mine").ticket_query()
            page = await as_person(people, "admin", tickets.list_queue, asked)
            assert str(page.total) == line["cells"][counted], (key, line)


@ui
async def test_arrivals_in_the_zone_of_the_profile_else_of_the_browser(
    open_tab: Opener, people: World
) -> None:
    from helpdesk.ui.reports.state import ReportsState

    await asyncio.to_thread(_busy, people)
    in_zone = f"{ReportsState.get_full_name()}.in_zone"
    tab = await loaded(await open_tab(people.manager, "/reports"), ReportsState)

    def told() -> tuple[str, bool]:
        shown = tab.var(ReportsState, "figures")["arrivals"]
        return shown["heads"][0], "zone=Asia%2FTokyo" in shown["csv"]

    assert told() == ("Hour (UTC)", False)
    await act(tab, in_zone, zone="Asia/Tokyo")
    assert told() == ("Hour (Asia/Tokyo)", True)
    for odd in ("Nowhere/At_all", "../etc/passwd", "x" * 500, "<reflex.Var>1</reflex.Var>", 7, None):
        await act(tab, in_zone, zone=odd)
        assert told() == ("Hour (Asia/Tokyo)", True)
    await go(tab, "/reports?period=7")
    assert told() == ("Hour (Asia/Tokyo)", True)
    await as_person(people, "manager", profile.update_profile, {"time_zone": "America/Lima"})
    tab = await loaded(await open_tab(people.manager, "/reports"), ReportsState)
    await act(tab, in_zone, zone="Asia/Tokyo")
    assert told() == ("Hour (America/Lima)", False)


@ui
async def test_clicks_and_periods_go_to_addresses(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.reports.state import ReportsState

    await asyncio.to_thread(_busy, people)
    name = ReportsState.get_full_name()
    tab = await loaded(await open_tab(people.manager, "/reports"), ReportsState)
    await act(tab, f"{name}.follow", key="flow", points=[{"curveNumber": 0, "pointNumber": 4}])
    for odd in (
        [],
        [{}],
        "x",
        [{"curveNumber": 99, "pointNumber": 0}],
        [{"curveNumber": 0, "pointNumber": -1}],
    ):
        await act(tab, f"{name}.follow", key="flow", points=odd)
    await act(
        tab, f"{name}.follow", key="<reflex.Var>1</reflex.Var>", points=[{"curveNumber": 0, "pointNumber": 0}]
    )
    await act(tab, f"{name}.choose", form=form(**{"from": "2026-09-01", "to": "2026-09-30"}))
    await act(tab, f"{name}.choose", form=form(**{"from": "//evil.example", "to": "2026-09-30"}))
    gone = [one["payload"]["path"] for one in tab.actions if one["name"] == "_redirect"]
    assert len(gone) == 2
    assert gone[0].startswith("/queue?view=all&created=")
    assert gone[1] == "/reports?from=2026-09-01&to=2026-09-30"


@ui
@pytest.mark.parametrize("name", ["agent", "client"])
async def test_others_learn_no_figure(open_tab: Opener, people: World, name: str) -> None:
    from helpdesk.ui.app_state import AppState
    from helpdesk.ui.reports.state import ReportsState

    tab = await open_tab(getattr(people, name), "/reports")
    await act(tab, f"{ReportsState.get_full_name()}.load")
    assert tab.var(ReportsState, "figures") == {}
    assert tab.var(AppState, "toasts")[-1]["text"] == "You are not allowed to do that."


@ui
async def test_nothing_happened(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.reports.state import ReportsState

    tab = await loaded(await open_tab(people.admin, "/reports"), ReportsState)
    assert tab.var(ReportsState, "nothing") is True
    assert tab.var(ReportsState, "problem") == ""


# ---- addresses

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("params", "href"),
    [
        ({}, "/reports?period=30"),
        ({"period": "90", "group": "4", "category": "7"}, "/reports?period=90&group=4&category=7"),
        ({"period": "8", "group": "x", "category": "-1"}, "/reports?period=30"),
        ({"from": "2026-09-01", "to": "2026-09-30"}, "/reports?from=2026-09-01&to=2026-09-30"),
        ({"from": "2026-09-01"}, "/reports?period=30"),
        ({"from": "20260901", "to": "2026-W40-1"}, "/reports?period=30"),
        ({"from": "0001-01-01", "to": "9999-12-31"}, "/reports?period=30"),
    ],
)
def test_an_address_is_read_and_written(params: dict[str, str], href: str) -> None:
    assert place.read(params).href == href


def test_a_period_ends_with_today() -> None:
    where = place.read({"period": "7", "group": "4"})
    asked = where.report_query(TODAY)
    assert (asked.since, asked.before) == (
        datetime(2026, 11, 18, tzinfo=UTC),
        datetime(2026, 11, 25, tzinfo=UTC),
    )
    assert (
        where.csv("flow", TODAY) == "/api/v1/admin/reports/flow.csv?from=2026-11-18&to=2026-11-24&group_id=4"
    )
    assert place.words(where, TODAY) == "18 Nov – 24 Nov"


@pytest.mark.parametrize(
    ("span", "kept"),
    [
        ("2026-11-24", "2026-11-24"),
        ("2026-11-01..2026-11-24", "2026-11-01..2026-11-24"),
        ("2026-11-23T10:15..2026-11-24T10:15", "2026-11-23T10:15..2026-11-24T10:15"),
        ("2026-11-24..2026-11-01", ""),
        ("2026-11-24..", ""),
        ("..2026-11-24", ""),
        ("2026-11-24T10:15:00+02:00", ""),
        ("2026-02-30", ""),
        ("soon", ""),
    ],
)
def test_a_span_in_the_queues_address(span: str, kept: str) -> None:
    found = times.cleaned(span)
    assert found == kept
    if found:
        since, before = times.bounds(found)
        assert since < before


# ---- words and charts


def _headline(**more: Any) -> Headline:
    return Headline(
        **{"key": "rating", "title": "", "says": "", "unit": "stars", "value": 4.5, "before": 4.0, "count": 2}
        | more
    )


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (_headline(), ("4.5", "of 5", "2 answers", "0.5", "up", "good")),
        (_headline(value=None), ("–", "", "nothing in the period", "", "", "")),
        (
            _headline(key="resolution_kept", unit="share", value=0.9, before=0.95),
            ("90.0", "%", "of 2", "5.0 points", "down", "bad"),
        ),
        (
            _headline(key="resolution", unit="minutes", value=300.0, before=90.0, p90=4000.0),
            ("5.0", "h", "p90 2.8 d", "3.5 h", "up", "bad"),
        ),
        (
            _headline(key="reopen_rate", unit="share", value=0.02, before=0.02),
            ("2.0", "%", "of 2", "as before", "", ""),
        ),
    ],
)
def test_a_number_in_words(one: Headline, said: tuple[str, ...]) -> None:
    assert tuple(words.headline(one).values()) == (*said[:2], *said[2:])


def test_heat_is_shared_evenly_and_none_is_a_level_of_its_own() -> None:
    columns = tuple(Column(name, name) for name in ("hour", "mon", "tue"))
    figure = Figure("arrivals", "", "", columns, ((8, 0, 1), (9, 4, 8)))
    assert [len(level) for level in drawing.heat_levels(figure)] == [1, 1, 1, 0, 1]
    empty = Figure("arrivals", "", "", columns, ((8, 0, 0),))
    assert [len(level) for level in drawing.heat_levels(empty)] == [2, 0, 0, 0, 0]


def test_marks_name_a_month_where_it_begins() -> None:
    days = [("2026-10-26", 0, 0), ("2026-11-02", 0, 0), ("2026-11-09", 0, 0)]
    columns = tuple(Column(name, name) for name in ("week", "created", "resolved"))
    drawn = drawing.draw(Figure("flow", "", "", columns, tuple(days)))["layout"]["xaxis"]
    assert drawn["tickvals"] == ["26 Oct", "2 Nov", "9 Nov"]
    assert drawn["ticktext"] == ["26<br>Oct", "2<br>Nov", "9"]


def test_a_past_backlog_has_no_list_of_today() -> None:
    figure = Figure("backlog", "", "", (Column("age", ""), Column("tickets", "")), (("Under 1 day", 3),))
    now = datetime(2026, 11, 24, 10, 15, tzinfo=UTC)
    assert links.Links(TODAY, TODAY, "", None).rows(figure) == [""]
    assert links.Links(TODAY, TODAY, "4", now).rows(figure) == [
        "/queue?view=open&group=4&created=2026-11-23T10%3A15..2026-11-24T10%3A16"
    ]


@pytest.mark.parametrize(
    ("ends", "places"),
    [
        ((0.95, 0.7, 0.4), ("middle", "middle", "middle")),
        ((0.91, 0.9, 0.4), ("top", "bottom", "middle")),
        ((0.9, 0.4, 0.91), ("bottom", "middle", "top")),
        ((0.9, 0.9, 0.9), ("top", "middle", "bottom")),
    ],
)
def test_the_values_at_the_ends_of_lines_are_not_printed_over_each_other(
    ends: tuple[float, ...], places: tuple[str, ...]
) -> None:
    names = [f"{one}_attainment" for one in ("first_response", "next_response", "resolution")]
    columns = (Column("day", "Day", "day"), *(Column(name, name, "share") for name in names))
    figure = Figure("sla", "", "", columns, (("2026-11-01", 0.5, 0.5, 0.5), ("2026-11-02", *ends)))
    drawn = drawing.draw(figure)["data"]
    assert [line["textposition"] for line in drawn] == [f"{place} right" for place in places]

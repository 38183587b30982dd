"""Home of managers and admins: figures, chart, and that both follow what happens."""

from __future__ import annotations

import asyncio

import pytest

from helpdesk.services import reports, tickets
from helpdesk.services.views import DayFigure
from helpdesk.ui import charts
from tests import factories
from tests.factories import World
from tests.ui.conftest import Opener
from tests.ui.doing import act, as_person, loaded

ui = pytest.mark.asyncio(loop_scope="session")


@ui
async def test_the_figures_follow_a_new_ticket(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.home.state import HomeState

    tab = await loaded(await open_tab(people.manager, "/home"), HomeState)
    before = tab.var(HomeState, "numbers")
    assert set(before) == {
        "open", "unassigned", "breaching", "breached", "created_today", "resolved_today",
    }  # fmt: skip
    await asyncio.to_thread(factories.make_ticket, people.client, people.it)
    await tab.until(lambda: tab.var(HomeState, "numbers")["open"] == before["open"] + 1)
    after = tab.var(HomeState, "numbers")
    assert after["unassigned"] == before["unassigned"] + 1
    assert after["created_today"] == before["created_today"] + 1
    assert tab.var(HomeState, "days")[-1]["created"] == after["created_today"]
    assert tab.var(HomeState, "chart")["data"][0]["y"][-1] == after["created_today"]


@ui
async def test_figures_are_those_of_the_service_and_of_the_actors_scope(
    open_tab: Opener, people: World
) -> None:
    from helpdesk.ui.home.state import HomeState

    def file() -> None:
        for branch in (people.it, people.hr, people.hr):
            factories.make_ticket(people.client, branch)

    await asyncio.to_thread(file)
    manager = await loaded(await open_tab(people.manager, "/home"), HomeState)
    admin = await loaded(await open_tab(people.admin, "/home"), HomeState)
    for tab, name in ((manager, "manager"), (admin, "admin")):
        told = tab.var(HomeState, "numbers")
        seen = await as_person(people, name, reports.home)
        assert told == {key: getattr(seen, key) for key in told}
    assert manager.var(HomeState, "numbers")["open"] == 1
    assert admin.var(HomeState, "numbers")["open"] == 3


@ui
@pytest.mark.parametrize("name", ["agent", "client"])
async def test_others_learn_no_figure(open_tab: Opener, people: World, name: str) -> None:
    from helpdesk.ui.app_state import AppState
    from helpdesk.ui.home.state import HomeState

    tab = await open_tab(getattr(people, name), "/home")
    await act(tab, f"{HomeState.get_full_name()}.load")
    assert tab.var(HomeState, "numbers") == {}
    assert tab.var(AppState, "toasts")[-1]["text"] == "You are not allowed to do that."


@ui
async def test_a_figure_leads_to_as_many_tickets(open_tab: Opener, people: World) -> None:
    """The links' filters select what the figures count."""
    from helpdesk.ui.home.state import HomeState
    from helpdesk.ui.queue import filters

    def act() -> None:
        agent = people.actor("agent")
        first, second, _ = (factories.make_ticket(people.client, people.it).ticket for _ in range(3))
        tickets.take(agent, first.ticket_no)
        tickets.set_status(
            agent, second.ticket_no, "Resolved", resolution_code="solved", resolution_text="Done."
        )

    await asyncio.to_thread(act)
    tab = await loaded(await open_tab(people.admin, "/home"), HomeState)
    numbers = tab.var(HomeState, "numbers")
    links = {
        "open": "/queue?view=open",
        "unassigned": "/queue?view=unassigned",
        "created_today": tab.var(HomeState, "today_href"),
        "resolved_today": tab.var(HomeState, "resolved_href"),
    }
    for name, href in links.items():
        params = dict(pair.split("=") for pair in href.partition("?")[2].split("&"))
        asked = filters.read(params, "mine").ticket_query()
        page = await as_person(people, "admin", tickets.list_queue, asked)
        assert page.total == numbers[name], name
    assert (numbers["open"], numbers["resolved_today"], numbers["created_today"]) == (2, 1, 3)


def days(*pairs: tuple[int, int]) -> tuple[DayFigure, ...]:
    return tuple(
        DayFigure(f"2026-11-{number:02}", created, resolved)
        for number, (created, resolved) in enumerate(pairs, 1)
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (days((0, 0), (0, 0)), "Nothing was filed and nothing resolved in 2 days."),
        (days((3, 1), (5, 2)), "5 more came in than were resolved in 2 days; most on 2 Nov (5)."),
        (days((1, 4), (0, 2)), "5 more were resolved than came in within 2 days; most on 1 Nov (1)."),
        (days((2, 0), (0, 2)), "As many were resolved as came in: 2 in 2 days; most on 1 Nov (2)."),
        (days((0, 3), (0, 0)), "3 more were resolved than came in within 2 days."),
    ],
)
def test_the_sentence_says_what_the_chart_shows(given: list[DayFigure], said: str) -> None:
    assert charts.finding(given) == said


def test_the_chart_has_titles_on_its_axes_and_no_colour_of_its_own() -> None:
    figure = charts.created_and_resolved(days((3, 1), (5, 2)))
    assert [trace["name"] for trace in figure["data"]] == ["Created", "Resolved"]
    assert [list(trace["y"]) for trace in figure["data"]] == [[3, 5], [1, 2]]
    assert figure["layout"]["xaxis"]["title"]["text"] == "Day (UTC)"
    assert figure["layout"]["yaxis"]["title"]["text"] == "Tickets"
    assert "marker" not in figure["data"][0]
    template = figure["layout"]["template"]["layout"]
    assert template["paper_bgcolor"] == template["plot_bgcolor"] == charts.CLEAR

"""What the demo company is planned to be: its stories, and the lives of its tickets (product rules §9)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from helpdesk.domain.enums import Role, Status
from helpdesk.seed import demo
from helpdesk.seed.plot import Act
from helpdesk.seed.script import parse, read_stories

NOW = datetime(2026, 9, 9, 14, 0, tzinfo=UTC)
OTHER_TIMES = (datetime(2026, 11, 24, 13, 0, tzinfo=UTC), datetime(2027, 1, 3, 4, 0, tzinfo=UTC))


def plots(number: int = demo.TICKETS, now: datetime = NOW) -> list[list[Act]]:
    return demo._plots(Random(7), number, now)


def test_the_stories_cover_the_whole_tree() -> None:
    stories = read_stories()
    assert len(stories) >= 90
    assert len({story.title for story in stories}) == len(stories)
    assert len({(story.group, story.category) for story in stories}) == 12
    assert len({(story.group, story.category, story.subcategory) for story in stories}) == 40


@pytest.mark.parametrize(
    "wrong",
    [
        "Text before any story",
        "IT › Network\n@ VPN\n# Title\nDescription\nA: answer",
        "IT › Network\n@ VPN\nDescription without title\nA: answer\n= solved | Done",
        "IT › Network\n@ VPN\n# Title\nDescription\n~ boredom\n= solved | Done",
        "IT › Network\n@ VPN\n# Title\n! Urgent\nDescription\nA: answer\n= solved | Done",
    ],
)
def test_a_story_that_is_not_well_formed_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        parse(wrong)


def test_no_gap_is_left_open_and_nobody_knows_the_future() -> None:
    texts = [str(value) for acts in plots() for act in acts for value in act.args.values()]
    assert [one for one in texts if "{me}" in one or "{device}" in one or "{room}" in one] == []
    gaps = {
        word
        for one in texts
        for word in ("colleague", "floor", "full", "agent", "app")
        if f"{{{word}}}" in one
    }
    assert gaps == set()


def test_four_hundred_tickets_of_ninety_days_in_working_hours() -> None:
    created = [acts[0].at for acts in plots()]
    assert len(created) == 400
    assert created == sorted(created)
    assert NOW - timedelta(days=91) < created[0] < NOW - timedelta(days=80)
    assert NOW - timedelta(days=4) < created[-1] < NOW
    assert sum(at.weekday() < 5 for at in created) > 360
    assert sum(7 <= at.hour < 18 for at in created) > 300


@pytest.mark.parametrize("now", [NOW, *OTHER_TIMES])
def test_at_any_moment_there_are_tickets_in_every_state(now: datetime) -> None:
    states = Counter(_state(acts, now) for acts in plots(now=now))
    assert set(states) == set(Status)
    assert sum(states[status] for status in (Status.OPEN, Status.ASSIGNED, Status.IN_PROGRESS)) >= 20
    assert states[Status.CLOSED] >= 250


def _state(acts: list[Act], now: datetime) -> Status:
    status = Status.OPEN
    for act in acts:
        if act.at > now:
            break
        answers = act.verb == "comment" and act.by is not None and act.by.role is Role.AGENT
        if act.verb in {"take", "assign"}:
            status = Status.ASSIGNED
        elif (answers and status is Status.ASSIGNED) or act.verb == "reopen":
            status = Status.IN_PROGRESS
        elif act.verb == "resolve":
            status = Status.RESOLVED
        elif act.verb in {"close", "auto_close"}:
            status = Status.CLOSED
    return status


def test_the_same_plan_every_time() -> None:
    assert plots(40) == plots(40)


def test_some_requests_have_files() -> None:
    files = [file for acts in plots() for file in acts[0].args["files"]]
    assert 20 < len(files) < 80
    assert {name.rpartition(".")[2] for name, _ in files} == {"png", "log"}

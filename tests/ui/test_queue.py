"""The queue: what its address selects, what is done to many at once, and what others change meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from helpdesk.core import clock
from helpdesk.domain.enums import Priority
from helpdesk.services import _filters, tickets
from tests import factories
from tests.factories import World
from tests.ui.conftest import Opener
from tests.ui.doing import go, hints_told, name_of, redirects, run, toasts
from tests.ui.protocol import Tab

pytestmark = pytest.mark.asyncio(loop_scope="session")

MARKER = "<reflex.Var>1</reflex.Var>"


def queue() -> Any:
    from helpdesk.ui.queue.state import QueueState

    return QueueState


def bulk() -> Any:
    from helpdesk.ui.queue.bulk import BulkState

    return BulkState


async def select(tab: Tab, *ids: int) -> None:
    for one in ids:
        await tab.event(name_of(queue(), "select"), ticket_id=one)


async def act(tab: Tab, handler: str, **payload: Any) -> None:
    await tab.event(name_of(bulk(), handler), **payload)
    await tab.done()


def titles(tab: Tab) -> list[str]:
    return [row["title"] for row in tab.var(queue(), "rows") or []]


def row(tab: Tab, ticket_id: int) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in tab.var(queue(), "rows") if one["id"] == ticket_id)
    return found


def file(people: World, title: str, **new: Any) -> int:
    return factories.make_ticket(people.client, people.it, title, **new).ticket.id


def some(people: World) -> dict[str, int]:
    """One ticket of each kind that a quick filter tells apart."""
    agent, agent2 = people.actor("agent"), people.actor("agent2")
    made = {name: file(people, name) for name in ("free", "mine", "theirs", "held", "solved")}
    made["urgent"] = file(people, "urgent", impact=1, urgency=1)
    tickets.take(agent, made["mine"])
    tickets.take(agent2, made["theirs"])
    tickets.take(agent2, made["held"])
    tickets.hold(agent2, made["held"], "third_party")
    tickets.take(agent2, made["solved"])
    tickets.set_status(agent2, made["solved"], "Resolved", resolution_code="solved", resolution_text="Done")
    made["secret"] = factories.make_ticket(people.client, people.hr, "secret").ticket.id
    return made


# ---- filters, sort, pages


QUICK = {
    "mine": {"mine"},
    "unassigned": {"free", "urgent"},
    "high": {"urgent"},
    "waiting": {"held"},
    "my_groups": {"free", "mine", "theirs", "held", "urgent"},
    "open": {"free", "mine", "theirs", "held", "urgent"},
    "all": {"free", "mine", "theirs", "held", "urgent", "solved"},
    "breaching": set[str](),
    "breached": set[str](),
}


async def test_each_quick_filter(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.queue.filters import VIEWS

    assert set(QUICK) == set(VIEWS)
    await run(some, people)
    tab = await open_tab(people.agent, "/queue")
    await tab.done()
    assert set(titles(tab)) == QUICK["my_groups"]
    for view, expected in QUICK.items():
        await go(tab, f"/queue?view={view}")
        assert set(titles(tab)) == expected, view
        assert tab.var(queue(), "title") == VIEWS[view].title


async def test_a_missed_promise_is_breached(
    open_tab: Opener, people: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run(file, people, "late")
    cookie = await run(_cookie, people)
    now = clock.now
    monkeypatch.setattr(_filters, "now", lambda: now() + timedelta(days=30))
    tab = await open_tab(None, "/queue?view=breached", cookie=cookie)
    await tab.done()
    assert titles(tab) == ["late"]


def _cookie(people: World) -> str:
    from tests.ui.conftest import cookie_of

    return cookie_of(people.agent)


async def test_sorting_both_ways(open_tab: Opener, people: World) -> None:
    def make() -> None:
        for title, impact in (("low", 3), ("critical", 1), ("medium", 2)):
            file(people, title, impact=impact, urgency=impact)

    await run(make)
    tab = await open_tab(people.agent, "/queue?view=all&sort=-priority")
    await tab.done()
    assert titles(tab) == ["critical", "medium", "low"]
    assert tab.var(queue(), "directions")["priority"] == "descending"
    turned = tab.var(queue(), "heads")["priority"]
    assert turned == "/queue?view=all&sort=priority"
    await go(tab, turned)
    assert titles(tab) == ["low", "medium", "critical"]
    await go(tab, tab.var(queue(), "heads")["number"])
    assert titles(tab) == ["medium", "critical", "low"]
    assert tab.var(queue(), "order") == "Newest"
    await go(tab, "/queue?view=all&sort=password_hash")
    assert tab.var(queue(), "order") == "Last changed"


async def test_pages_go_both_ways_and_keep_the_filters(
    open_tab: Opener, people: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from helpdesk.ui.queue import filters

    monkeypatch.setattr(filters, "PAGE_SIZE", 2)

    def make() -> None:
        for number in range(5):
            file(people, f"n{number}")

    await run(make)
    tab = await open_tab(people.agent, "/queue?view=open&sort=ticket_no&status=Open")
    await tab.done()
    seen = [titles(tab)]
    while older := tab.var(queue(), "steps")["older"]:
        assert "status=Open" in older
        await go(tab, older)
        seen.append(titles(tab))
    assert seen == [["n0", "n1"], ["n2", "n3"], ["n4"]]
    assert tab.var(queue(), "total") == "5 tickets"
    await go(tab, tab.var(queue(), "steps")["newer"])
    assert titles(tab) == ["n2", "n3"]
    await go(tab, "/queue?view=open&cursor=nonsense")
    assert tab.var(queue(), "failed")


async def test_chips_name_the_filters_and_lead_out_of_each(open_tab: Opener, people: World) -> None:
    await run(some, people)
    path = f"/queue?view=all&q=mine&status=Assigned&priority=Medium&group={people.it.group_id}"
    tab = await open_tab(people.agent, path)
    await tab.done()
    chips = {chip["name"]: (chip["value"], chip["href"]) for chip in tab.var(queue(), "chips")}
    assert {name: value for name, (value, _) in chips.items()} == {
        "Words": "mine", "Status": "Assigned", "Priority": "Medium", "Group": "IT",
    }  # fmt: skip
    assert titles(tab) == ["mine"]
    await go(tab, chips["Words"][1])
    assert set(titles(tab)) == {"mine", "theirs", "held"}
    assert "Words" not in {chip["name"] for chip in tab.var(queue(), "chips")}
    await go(tab, tab.var(queue(), "home"))
    assert tab.var(queue(), "chips") == []


async def test_the_marker_in_an_address_is_text(open_tab: Opener, people: World) -> None:
    from urllib.parse import quote

    from helpdesk.ui.app_state import AppState

    await run(file, people, MARKER)
    tab = await open_tab(people.agent, "/queue?view=all")
    await tab.done()
    sent = {"__reflex_form_data__": [["q", MARKER]]}
    await tab.event(name_of(AppState, "search"), form=sent)
    assert redirects(tab) == [f"/queue?view=all&q={quote(MARKER, safe='')}"]
    await go(tab, f"/queue?view={MARKER}&status={MARKER}&group={MARKER}&sort={MARKER}")
    assert titles(tab) == [MARKER]
    await act(tab, "set_priority", priority=MARKER)
    (one,) = tab.var(queue(), "rows")
    await select(tab, one["id"])
    for handler, payload in (("set_priority", "priority"), ("set_status", "status"), ("show", "which")):
        await act(tab, handler, **{payload: MARKER})
    forms = {"resolve": ("code", "text"), "hold": ("reason", "until"), "move": ("category",)}
    for handler, fields in forms.items():
        await act(tab, handler, form={"__reflex_form_data__": [[name, MARKER] for name in fields]})
    await act(tab, "take")
    assert row(tab, one["id"])["assignee"]["id"] == people.agent.id
    assert tab.closed is None


# ---- many at once


async def test_a_refused_ticket_stays_selected_with_its_reason(open_tab: Opener, people: World) -> None:
    made = await run(some, people)
    tab = await open_tab(people.agent, "/queue?view=all")
    await tab.done()
    await select(tab, made["theirs"], made["solved"])
    await act(tab, "hold", form={"__reflex_form_data__": [["reason", "third_party"], ["until", ""]]})
    assert tab.var(queue(), "selected") == [made["solved"]]
    (refused,) = tab.var(bulk(), "refused")
    assert refused["number"] == row(tab, made["solved"])["number"]
    assert refused["reason"]
    held = await run(lambda: tickets.get(people.actor("agent"), made["theirs"]).ticket.hold)
    assert held is not None
    assert toasts(tab)[-1]["text"] == "1 ticket changed."


async def test_undo_of_assign_gives_each_back_to_whom_it_had(open_tab: Opener, people: World) -> None:
    made = await run(some, people)
    tab = await open_tab(people.agent, "/queue?view=all")
    await tab.done()
    await select(tab, made["free"], made["theirs"])
    await act(tab, "assign", person_id=people.agent.id)
    assert {row(tab, made[one])["assignee"]["id"] for one in ("free", "theirs")} == {people.agent.id}
    assert toasts(tab)[-1]["undo"] == "undo-bulk"
    await act(tab, "undo")
    assert row(tab, made["free"])["assignee"]["id"] == 0
    assert row(tab, made["theirs"])["assignee"]["id"] == people.agent2.id
    before = len(toasts(tab))
    await act(tab, "undo")  # there is nothing more
    assert len(toasts(tab)) == before


async def test_undo_of_priority_and_only_of_the_last_change(open_tab: Opener, people: World) -> None:
    made = await run(some, people)
    tab = await open_tab(people.agent, "/queue?view=all")
    await tab.done()
    was = row(tab, made["free"])["priority"]
    await select(tab, made["free"])
    await act(tab, "set_priority", priority=str(Priority.HIGH))
    await select(tab, made["free"])
    await act(tab, "set_priority", priority=str(Priority.CRITICAL))
    assert [toast["undo"] for toast in toasts(tab)] == ["", "undo-bulk"]
    await act(tab, "undo")
    assert was != "High"
    assert row(tab, made["free"])["priority"] == "High"


async def test_resolving_asks_for_the_reason_and_shows_what_is_missing(
    open_tab: Opener, people: World
) -> None:
    made = await run(some, people)
    tab = await open_tab(people.agent, "/queue?view=all")
    await tab.done()
    await select(tab, made["mine"])
    await act(tab, "set_status", status="Resolved")
    assert tab.var(bulk(), "resolving") is True
    await act(tab, "resolve", form={"__reflex_form_data__": [["code", "solved"], ["text", " "]]})
    assert "resolution_text" in tab.var(bulk(), "errors")
    assert tab.var(bulk(), "resolving") is True
    await act(tab, "resolve", form={"__reflex_form_data__": [["code", "solved"], ["text", "A new fuse"]]})
    assert tab.var(bulk(), "resolving") is False
    assert row(tab, made["mine"])["status"] == "Resolved"


async def test_one_selects_only_what_one_sees(open_tab: Opener, people: World) -> None:
    made = await run(some, people)
    tab = await open_tab(people.agent, "/queue?view=all")
    await tab.done()
    await select(tab, made["secret"], 999_999)
    assert tab.var(queue(), "selected") in (None, [])
    await tab.event(name_of(queue(), "select_page"))
    assert set(tab.var(queue(), "selected")) == {one for name, one in made.items() if name != "secret"}
    await go(tab, "/queue?view=unassigned")
    assert set(tab.var(queue(), "selected")) == {made["free"], made["urgent"]}


# ---- live


async def test_a_change_updates_the_row_where_it_stands(open_tab: Opener, people: World) -> None:
    made = await run(some, people)
    tab = await open_tab(people.agent, "/queue?view=all&sort=ticket_no")
    await tab.done()
    before = titles(tab)
    await run(lambda: tickets.take(people.actor("agent2"), made["free"]))
    await tab.until(lambda: row(tab, made["free"])["assignee"]["id"] == people.agent2.id)
    assert titles(tab) == before
    assert row(tab, made["free"])["flash"] == "changed"
    assert not tab.var(queue(), "updates")
    await run(lambda: tickets.assign(people.actor("agent2"), made["free"], people.agent.id))
    await tab.until(lambda: row(tab, made["free"])["flash"] == "changed again")


async def test_a_new_ticket_waits_behind_the_pill(open_tab: Opener, people: World) -> None:
    await run(some, people)
    tab = await open_tab(people.agent, "/queue?view=all")
    await tab.done()
    before = titles(tab)
    await run(file, people, "fresh")
    await tab.until(lambda: tab.var(queue(), "updates") == 1)
    assert titles(tab) == before
    await tab.event(name_of(queue(), "show_updates"))
    await tab.until(lambda: titles(tab)[:1] == ["fresh"])
    assert tab.var(queue(), "updates") == 0


async def test_a_restricted_ticket_never_shows(open_tab: Opener, people: World) -> None:
    await run(some, people)
    tab = await open_tab(people.agent, "/queue?view=all")
    await tab.done()
    heard = len(tab.raw)
    await run(lambda: factories.make_ticket(people.client, people.hr, "salary of the boss"))
    await hints_told(tab)
    assert not tab.var(queue(), "updates")
    assert not any("salary of the boss" in frame or "secret" in frame for frame in tab.raw[heard:])
    await tab.event(name_of(queue(), "show_updates"))
    await go(tab, f"/queue?view=all&q=salary&group={people.hr.group_id}")
    assert titles(tab) == []
    theirs = await open_tab(people.hr_agent, "/queue?view=my_groups")
    await theirs.done()
    assert {"secret", "salary of the boss"} <= set(titles(theirs))


# ---- who may


async def test_a_manager_looks_and_changes_nothing(open_tab: Opener, people: World) -> None:
    made = await run(some, people)
    tab = await open_tab(people.manager, "/queue")
    await tab.done()
    assert "mine" in titles(tab)
    assert tab.var(queue(), "works") in (None, False)
    await select(tab, made["free"])
    assert tab.var(queue(), "selected") in (None, [])
    await act(tab, "assign", person_id=people.manager.id)
    await act(tab, "set_priority", priority="Critical")
    await act(tab, "set_status", status="Closed")
    after = await run(lambda: tickets.get(people.actor("agent"), made["free"]).ticket)
    assert (after.assigned_to, after.priority, after.status) == (None, "Medium", "Open")


async def test_a_client_is_sent_to_their_requests(open_tab: Opener, people: World) -> None:
    made = await run(some, people)
    tab = await open_tab(people.client2, "/queue?view=all")
    await tab.done()
    assert redirects(tab) == ["/my"]
    for handler in ("refresh", "show_updates", "select_page", "select_none"):
        await tab.event(name_of(queue(), handler))
    await select(tab, made["free"])
    await act(tab, "take")
    await act(tab, "offer")
    assert tab.var(queue(), "rows") in (None, [])
    assert tab.var(bulk(), "people") in (None, [])
    assert [frame for frame in tab.raw if "theirs" in frame] == []
    after = await run(lambda: tickets.get(people.actor("agent"), made["free"]).ticket)
    assert after.assigned_to is None

"""Filing a request: what the URL asks for, what is kept, what is filed once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from helpdesk.services import attachments, drafts, limits, tickets, tree
from helpdesk.services.views import DraftView, NewTicket, TicketDetail, TicketQuery
from tests import factories
from tests.factories import Person, World
from tests.ui.conftest import Opener
from tests.ui.doing import form, go, name_of, redirects, toasts
from tests.ui.filing import details, do, keep, look_and_choose, review, upload, wizard
from tests.ui.protocol import Tab

pytestmark = pytest.mark.asyncio(loop_scope="session")

MARKER = "<reflex.Var>1</reflex.Var>"


def said(tab: Tab) -> list[str]:
    return [toast["text"] for toast in toasts(tab)]


def draft_of(person: Person) -> DraftView:
    return drafts.load(factories.actor_for(person), "wizard")


def filed_by(person: Person) -> list[TicketDetail]:
    actor = factories.actor_for(person)
    return [tickets.get(actor, row.id) for row in tickets.list_mine(actor, TicketQuery()).items]


# ---- steps


async def test_the_address_drives_the_step(open_tab: Opener, people: World) -> None:
    it = people.it
    steps = {
        "/new": ("topic", ["IT"]),
        f"/new?group={people.hr.group_id}": ("topic", ["HR"]),
        f"/new?group={it.group_id}&category={it.category_id}": ("type", ["IT", "Hardware"]),
        details(people): ("details", ["IT", "Hardware", "Laptop"]),
        f"/new?group={it.group_id}&step=details": ("details", ["IT"]),
        # what isn't there is as if it were not named
        f"/new?group={it.group_id}&category={people.hr.category_id}": ("topic", ["IT"]),
        "/new?group=999999&category=x&step=nonsense": ("topic", ["HR"]),
    }
    tab = await open_tab(people.client, "/new")
    first = tab.var(wizard(), "path")
    for path, (step, names) in steps.items():
        await go(tab, path)
        expected = first if path.startswith(("/new?group=999999",)) or path == "/new" else names
        assert (tab.var(wizard(), "step"), tab.var(wizard(), "path")) == (step, expected), path


async def test_tiles_lead_to_their_places_and_say_the_promise(open_tab: Opener, people: World) -> None:
    it = people.it
    tab = await open_tab(people.client, f"/new?group={it.group_id}")
    tiles = tab.var(wizard(), "tiles")
    assert [tile["name"] for tile in tiles] == ["Hardware", "Something else"]
    assert tiles[0]["href"] == f"/new?group={it.group_id}&category={it.category_id}"
    assert tiles[0]["eta"].startswith("Answer within ")
    assert tiles[-1]["href"] == f"/new?group={it.group_id}&step=details"


async def test_words_find_a_topic_anywhere(open_tab: Opener, people: World) -> None:
    tab = await open_tab(people.client, "/new")
    await do(tab, "find", words="hr salary")
    assert [(tile["name"], tile["text"]) for tile in tab.var(wizard(), "found")] == [
        ("Salary", "HR › Contracts")
    ]
    await do(tab, "find", words=MARKER)
    assert tab.var(wizard(), "found") == []
    await do(tab, "find", words="")
    assert tab.var(wizard(), "words") == ""


# ---- what was typed


async def test_the_draft_survives_the_session(open_tab: Opener, people: World) -> None:
    mine = await asyncio.to_thread(upload, people.client)
    first = await open_tab(people.client, details(people))
    await keep(first, title="The dock hums", description="Since\ntoday", hold_up="lot")
    await do(first, "keep_files", ids=str(mine))
    await look_and_choose(first, people.client2.name, people.client2.id, "for")
    await look_and_choose(first, people.manager.name, people.manager.id, "watch")
    await first.close()

    later = await open_tab(people.client, details(people))
    kept = {name: later.var(wizard(), name) for name in ("title", "description", "hold_up")}
    assert kept == {"title": "The dock hums", "description": "Since\ntoday", "hold_up": "lot"}
    assert [file["name"] for file in later.var(wizard(), "files")] == ["screen.txt"]
    assert later.var(wizard(), "requested_for")["id"] == people.client2.id
    assert [one["id"] for one in later.var(wizard(), "watchers")] == [people.manager.id]

    other = await open_tab(people.client2, details(people))
    assert other.var(wizard(), "title") in (None, "")


async def test_review_without_a_title_says_so_at_the_field_and_keeps_the_rest(
    open_tab: Opener, people: World
) -> None:
    tab = await open_tab(people.client, details(people))
    await do(tab, "review", form=form(title="  ", description="A long story", hold_up="stuck"))
    assert set(tab.var(wizard(), "errors")) == {"title"}
    assert redirects(tab) == []
    assert tab.var(wizard(), "description") == "A long story"
    assert tab.var(wizard(), "hold_up") == "stuck"
    kept = await asyncio.to_thread(draft_of, people.client)
    assert kept.body["description"] == "A long story"
    await do(tab, "review", form=form(title="Now it has one", description="A long story"))
    assert tab.var(wizard(), "errors") == {}
    assert redirects(tab) == [review(people)]


async def test_nobody_lands_on_an_empty_review(open_tab: Opener, people: World) -> None:
    tab = await open_tab(people.client, review(people))
    assert redirects(tab) == [details(people)]


# ---- sending


async def test_sent_twice_is_filed_once_with_its_files(open_tab: Opener, people: World) -> None:
    ids = [await asyncio.to_thread(upload, people.client, name) for name in ("a.txt", "b.txt")]
    tab = await open_tab(people.client, details(people))
    await keep(tab, title="The dock hums", description="Since today", hold_up="lot")
    await do(tab, "keep_files", ids=",".join(map(str, ids)))
    await go(tab, review(people))
    await do(tab, "send")
    await do(tab, "send")
    (one,) = await asyncio.to_thread(filed_by, people.client)
    assert (one.ticket.title, one.ticket.description) == ("The dock hums", "Since today")
    assert one.ticket.priority == "Medium"
    assert one.ticket.subcategory is not None
    assert one.ticket.subcategory.id == people.it.subcategory_id
    assert sorted(file.filename for file in one.attachments) == ["a.txt", "b.txt"]
    # the second one leads to the same ticket and complains of nothing
    assert set(redirects(tab)) == {f"/tickets/{one.ticket.ticket_no}"}
    assert said(tab) == [f"{one.ticket.ticket_no} is filed. You get an e-mail with every answer."]
    assert (await asyncio.to_thread(draft_of, people.client)).body == {}
    assert tab.var(wizard(), "title") == ""


async def test_a_lost_answer_is_not_a_second_ticket(
    open_tab: Opener, people: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service stored it, the page never heard of it, and the person presses Send again."""
    from helpdesk.core.errors import Unavailable

    create = tickets.create
    answered: list[bool] = []

    def unheard(*args: Any, **kwargs: Any) -> TicketDetail:
        made = create(*args, **kwargs)
        answered.append(len(answered) > 0)
        if not answered[-1]:
            raise Unavailable("The answer was lost.")
        return made

    monkeypatch.setattr(tickets, "create", unheard)
    tab = await open_tab(people.client, details(people))
    await keep(tab, title="Once only")
    await do(tab, "send")
    assert tab.var(wizard(), "title") == "Once only"
    await do(tab, "send")
    assert answered == [False, True]
    assert [one.ticket.title for one in await asyncio.to_thread(filed_by, people.client)] == ["Once only"]


async def test_a_refused_send_keeps_what_was_typed(
    open_tab: Opener, people: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from helpdesk.core.errors import RateLimited

    def refuse(_: object) -> None:
        raise RateLimited("Too many requests", retry_after=7)

    tab = await open_tab(people.client, details(people))
    await keep(tab, title="Kept", description="All of it", hold_up="little")
    with monkeypatch.context() as patched:
        patched.setattr(limits, "creating", refuse)
        await do(tab, "send")
    assert said(tab) == ["Too many requests. Try again in 7 s."]
    assert tab.var(wizard(), "sending") is False
    assert await asyncio.to_thread(filed_by, people.client) == []
    again = await open_tab(people.client, details(people))
    assert again.var(wizard(), "title") == "Kept"
    await do(tab, "send")
    (one,) = await asyncio.to_thread(filed_by, people.client)
    assert (one.ticket.title, one.ticket.description) == ("Kept", "All of it")


async def test_a_topic_archived_meanwhile_refuses_and_keeps(open_tab: Opener, people: World) -> None:
    tab = await open_tab(people.client, details(people))
    await keep(tab, title="Kept too")

    def archive() -> None:
        tree.update_node(people.actor("admin"), "subcategory", people.it.subcategory_id, {"archived": True})

    await asyncio.to_thread(archive)
    await do(tab, "send")
    assert await asyncio.to_thread(filed_by, people.client) == []
    assert tab.var(wizard(), "title") == "Kept too"
    assert len(toasts(tab)) == 1


async def test_somebody_elses_upload_is_refused(open_tab: Opener, people: World) -> None:
    theirs = await asyncio.to_thread(upload, people.client2, "secret.txt")
    tab = await open_tab(people.client, details(people))
    await keep(tab, title="Give me that file")
    await do(tab, "keep_files", ids=str(theirs))
    await do(tab, "send")
    assert await asyncio.to_thread(filed_by, people.client) == []
    assert "attachments" in tab.var(wizard(), "errors")
    # nor is it shown, or taken along, once the page reads what waits
    await go(tab, review(people))
    assert tab.var(wizard(), "files") in (None, [])
    await do(tab, "drop_file", upload_id=str(theirs))
    await do(tab, "send")
    (one,) = await asyncio.to_thread(filed_by, people.client)
    assert one.attachments == ()
    waiting = await asyncio.to_thread(lambda: attachments.waiting_uploads(people.actor("client2")))
    assert [view.id for view in waiting] == [theirs]


# ---- people


async def test_on_behalf_and_watchers(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.wizard.picker import PickerState

    tab = await open_tab(people.client, details(people))
    await keep(tab, title="For a colleague")
    await look_and_choose(tab, "cedric", people.client2.id, "for")
    for person in (people.manager, people.agent):
        await look_and_choose(tab, person.name, person.id, "watch")
    await look_and_choose(tab, people.agent.name, people.agent.id, "watch")  # twice is once
    await tab.event(name_of(PickerState, "unwatch"), person_id=people.agent.id)
    await do(tab, "send")
    (one,) = await asyncio.to_thread(filed_by, people.client)
    assert one.ticket.requested_for.id == people.client2.id
    assert one.ticket.created_by.id == people.client.id
    # who files for somebody else follows along
    assert {watcher.id for watcher in one.ticket.watchers} == {people.client.id, people.manager.id}


async def test_one_cannot_choose_who_was_not_found(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.wizard.picker import PickerState

    tab = await open_tab(people.client, details(people))
    await tab.event(name_of(PickerState, "choose"), person_id=people.manager.id, role="for")
    await tab.event(name_of(PickerState, "choose"), person_id=people.manager.id, role="watch")
    assert (tab.var(wizard(), "requested_for") or {"id": 0})["id"] == 0
    assert tab.var(wizard(), "watchers") in (None, [])
    found = tab.var(PickerState, "results") or []
    assert found == []


# ---- the framework's marker


async def test_the_marker_is_text_in_every_field(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.wizard.picker import PickerState

    tab = await open_tab(people.client, details(people))
    await keep(tab, title=MARKER, description=MARKER, hold_up=MARKER)
    await do(tab, "keep", name=MARKER, value=MARKER)
    await do(tab, "keep_files", ids=MARKER)
    await do(tab, "drop_file", upload_id=MARKER)
    await do(tab, "find", words=MARKER)
    await tab.event(name_of(PickerState, "look"), words=MARKER)
    await do(tab, "review", form=form(title=MARKER, description=MARKER, hold_up=MARKER))
    await go(tab, review(people))
    await do(tab, "send")
    (one,) = await asyncio.to_thread(filed_by, people.client)
    assert (one.ticket.title, one.ticket.description) == (MARKER, MARKER)
    await go(tab, "/my")
    assert tab.closed is None


async def test_an_open_request_that_sounds_the_same_is_named(open_tab: Opener, people: World) -> None:
    def before() -> None:
        tickets.create(
            people.actor("client"), NewTicket(group_id=people.it.group_id, title="VPN drops every minute")
        )

    await asyncio.to_thread(before)
    tab = await open_tab(people.client, details(people))
    await keep(tab, title="VPN drops every few minutes")
    assert [row["title"] for row in tab.var(wizard(), "similar")] == ["VPN drops every minute"]
    other = await open_tab(people.client2, details(people))
    await keep(other, title="VPN drops every few minutes")
    assert other.var(wizard(), "similar") in (None, [])

"""A ticket's page through its socket: who is shown what, and what its buttons do."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.integrations import live as publisher
from helpdesk.services import comments, drafts, tickets
from helpdesk.services.views import TicketDetail
from helpdesk.ui.app_state import AppState
from helpdesk.ui.tickets.composer_state import ComposerState
from helpdesk.ui.tickets.dialog_state import DialogState
from helpdesk.ui.tickets.edit_state import EditState
from helpdesk.ui.tickets.requester_state import RequesterState
from helpdesk.ui.tickets.state import TicketState
from helpdesk.ui.tickets.watch_state import WatchState
from tests import factories
from tests.factories import Person, World
from tests.ui.conftest import Opener
from tests.ui.doing import as_person, run
from tests.ui.frames import ROOT
from tests.ui.protocol import Tab

pytestmark = pytest.mark.asyncio(loop_scope="session")
SECRET = "The vendor promised nothing 4711"


def filed(people: World) -> TicketDetail:
    return factories.make_ticket(
        people.actor("client"),
        people.it,
        "العربية 🖨️ printer",
        description="It burns. See https://example.com/p.",
    )


def hydrated(tab: Tab) -> bool:
    return tab.state.get(ROOT, {}).get("is_hydrated_rx_state_") is True


async def answered(tab: Tab) -> None:
    """Wait until everything sent so far is done: a tab's events are handled in order, and a search shows it."""
    mark = uuid.uuid4().hex
    await tab.event(f"{AppState.get_full_name()}.search", form={"q": mark})
    await tab.until(lambda: any(mark in json.dumps(one) for one in tab.actions))


async def opened(
    open_tab: Opener, person: Person, made: TicketDetail, query: str = ""
) -> tuple[Tab, Callable[..., Any]]:
    """A tab on the ticket's page, and `call(State.handler, …)` in it."""
    tab = await open_tab(person, f"/tickets/{made.ticket.ticket_no}{query}")

    async def call(state: type, handler: str, **payload: Any) -> None:
        await tab.event(f"{state.get_full_name()}.{handler}", **payload)
        await answered(tab)

    await tab.until(lambda: shown(tab, "ready") and hydrated(tab))
    return tab, call


def shown(tab: Tab, name: str) -> Any:
    return tab.var(TicketState, name)


def texts(tab: Tab) -> str:
    return json.dumps(shown(tab, "entries"), ensure_ascii=False)


def now(people: World, made: TicketDetail, who: str = "agent") -> TicketDetail:
    return tickets.get(people.actor(who), made.ticket.id)


# ---- who sees what


async def test_a_requester_never_receives_a_note(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    await as_person(people, "agent", comments.add, made.ticket.id, SECRET, True)
    staff, _ = await opened(open_tab, people.agent, made)
    assert SECRET in texts(staff)
    assert shown(staff, "counts_of")["internal"] == "1"
    mine, call = await opened(open_tab, people.client, made, "?tab=internal")
    assert shown(mine, "ticket")["staff"] is False
    await as_person(people, "agent2", comments.add, made.ticket.id, SECRET + " again", True)
    await call(TicketState, "refresh")
    received = "".join(mine.raw)
    assert "4711" not in received
    assert "It burns" in received
    assert shown(mine, "can")["note"] is False
    assert shown(mine, "ticket")["policy"] == ""


async def test_what_is_not_visible_is_not_there(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    for path in (f"/tickets/{made.ticket.ticket_no}", "/tickets/HD-99999", "/tickets/999999999999999999999"):
        tab = await open_tab(people.client2, path)
        await tab.until(lambda: shown(tab, "missing"))  # noqa: B023 - awaited at once
        assert made.ticket.title not in "".join(tab.raw)


async def test_who_may_not_write_notes_cannot_call_for_one(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    _, call = await opened(open_tab, people.client, made)
    await call(ComposerState, "send_note", form={"message": "mine"})
    await call(EditState, "take")
    after = await run(now, people, made)
    assert (len(after.comments), after.ticket.assigned_to) == (0, None)


async def test_words_of_the_description_become_a_link(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    tab, _ = await opened(open_tab, people.client, made)
    first = next(one for one in shown(tab, "entries") if one["kind"] == "message")
    assert {"kind": "url", "text": "https://example.com/p"} in first["parts"]


# ---- working on it


async def test_take_reply_note_hold_resolve(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    tab, call = await opened(open_tab, people.agent, made)
    await call(EditState, "take")
    assert shown(tab, "ticket")["assignee"]["id"] == people.agent.id
    assert shown(tab, "recipients")["button"] == "Send to Clara"
    await call(ComposerState, "send_reply", form={"message": "On my way"})
    await call(ComposerState, "set_mode", mode="note")
    await call(ComposerState, "send_note", form={"message": SECRET})
    seen = await run(now, people, made)
    assert [(one.message, one.is_internal) for one in seen.comments] == [("On my way", False), (SECRET, True)]
    assert seen.ticket.status == "In Progress"
    await call(DialogState, "show", which="hold")
    await call(DialogState, "hold", form={"reason": "third_party", "until": "1999-01-01T10:00"})
    assert "until" in tab.var(EditState, "errors")
    assert tab.var(EditState, "dialog") == "hold"
    await call(DialogState, "hold", form={"reason": "third_party", "until": ""})
    assert shown(tab, "ticket")["hold"] == "Waiting on a third party"
    assert tab.var(EditState, "dialog") == ""
    await call(DialogState, "release")
    assert shown(tab, "ticket")["hold"] == ""
    await call(EditState, "set_status", status="Resolved")
    assert tab.var(EditState, "dialog") == "resolve"
    await call(DialogState, "resolve", form={"code": "solved", "text": " "})
    assert "resolution_text" in tab.var(EditState, "errors")
    await call(DialogState, "resolve", form={"code": "solved", "text": "A new drum."})
    assert shown(tab, "ticket")["status"] == "Resolved"
    assert (await run(now, people, made)).ticket.resolution_text == "A new drum."


async def test_who_was_faster_is_named(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    tab, call = await opened(open_tab, people.agent2, made)
    await as_person(people, "agent", tickets.take, made.ticket.id)
    await call(EditState, "take")
    assert any("Ada Agent has this ticket already" in one["text"] for one in tab.var(AppState, "toasts"))
    assert shown(tab, "ticket")["assignee"]["name"] == "Ada Agent"


async def test_priority_topic_and_assignee_with_undo(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    tab, call = await opened(open_tab, people.agent, made)
    before = made.ticket.priority
    await call(EditState, "set_priority", priority="Critical")
    assert shown(tab, "ticket")["priority"] == "Critical"
    await call(EditState, "undo")
    assert shown(tab, "ticket")["priority"] == before
    await call(EditState, "offer")
    offered = tab.var(EditState, "people")
    assert offered[0]["id"] == people.agent.id
    await call(EditState, "assign", person_id=people.agent2.id)
    assert shown(tab, "ticket")["assignee"]["name"] == "Ben Agent"
    await call(EditState, "assign", person_id=0)
    assert shown(tab, "ticket")["status"] == "Open"
    await call(DialogState, "show", which="topic")
    places = [one["value"] for one in tab.var(DialogState, "places")]
    target = f"{people.it.group_id}:{people.it.category_id}:0"
    assert target in places
    await call(DialogState, "move", form={"place": target})
    assert shown(tab, "ticket")["topic"] == "Hardware"
    assert "moved it to" in texts(tab)


async def test_a_change_that_only_came_late_is_sent_again(
    open_tab: Opener, people: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await run(filed, people)
    tab, call = await opened(open_tab, people.agent, made)
    monkeypatch.setattr(publisher, "publish", lambda *args, **kwargs: None)
    await as_person(people, "client", comments.add, made.ticket.id, "Still burning")
    stale = shown(tab, "ticket")["version"]
    await call(EditState, "set_priority", priority="High")
    seen = await run(now, people, made)
    assert seen.ticket.version > stale + 1
    assert seen.ticket.priority == "High"
    assert "Still burning" in texts(tab)


async def test_a_collision_keeps_the_edit(
    open_tab: Opener, people: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await run(filed, people)
    tab, call = await opened(open_tab, people.agent, made)
    monkeypatch.setattr(publisher, "publish", lambda *args, **kwargs: None)
    await as_person(
        people, "agent2", tickets.update, made.ticket.id, {"priority": "Critical"}, made.ticket.version
    )
    await call(EditState, "set_priority", priority="Low")
    conflict = tab.var(EditState, "conflict")
    assert "Ben Agent changed the priority to Critical" in conflict["text"]
    assert "You chose Low" in conflict["text"]
    assert (await run(now, people, made)).ticket.priority == "Critical"
    await call(EditState, "force")
    assert (await run(now, people, made)).ticket.priority == "Low"
    assert tab.var(EditState, "conflict")["text"] == ""


async def test_a_dialog_is_judged_by_what_its_person_saw(
    open_tab: Opener, people: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the page behind it has followed the other one's change."""
    made = await run(filed, people)
    await as_person(people, "agent", tickets.take, made.ticket.id)
    tab, call = await opened(open_tab, people.agent, made)
    await call(DialogState, "show", which="resolve")
    await as_person(people, "agent2", tickets.set_status, made.ticket.id, "In Progress")
    await call(TicketState, "refresh")
    await call(DialogState, "resolve", form={"code": "solved", "text": "Done"})
    assert "status to In Progress" in tab.var(EditState, "conflict")["text"]
    assert tab.var(EditState, "dialog") == "resolve"
    await call(EditState, "force")
    assert (await run(now, people, made)).ticket.status == "Resolved"
    assert tab.var(EditState, "dialog") == ""


async def test_how_a_clock_was_counted(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    tab, call = await opened(open_tab, people.agent, made)
    assert shown(tab, "clocks")["first"]["due"]
    await call(DialogState, "explain", kind="first_response")
    assert tab.var(DialogState, "stretches")
    assert tab.var(DialogState, "counted_of") == "First response"


# ---- writing


async def test_a_draft_is_kept_and_a_refusal_loses_nothing(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    tab, call = await opened(open_tab, people.agent, made)
    box = tab.var(ComposerState, "box")
    await call(ComposerState, "keep", mode="reply", box=box, text="Half a sent")
    await call(ComposerState, "set_mode", mode="note")
    assert tab.var(ComposerState, "draft") == ""
    await call(ComposerState, "keep", mode="reply", box=box, text="too late")
    await call(ComposerState, "set_mode", mode="reply")
    assert tab.var(ComposerState, "draft") == "Half a sent"
    again, _ = await opened(open_tab, people.agent, made)
    assert again.var(ComposerState, "draft") == "Half a sent"
    await as_person(people, "client", tickets.close, made.ticket.id)
    await call(ComposerState, "send_reply", form={"message": "Half a sentence"})
    assert tab.var(ComposerState, "wrong")
    kept = await as_person(people, "agent", drafts.load, f"ticket:{made.ticket.id}:reply")
    assert kept.body["message"] == "Half a sentence"


async def test_sending_empties_the_box_and_forgets_the_draft(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    tab, call = await opened(open_tab, people.client, made)
    box = tab.var(ComposerState, "box")
    await call(ComposerState, "keep", mode="reply", box=box, text="One more thing")
    await call(ComposerState, "send_reply", form={"message": "One more thing"})
    assert (tab.var(ComposerState, "draft"), tab.var(ComposerState, "sending")) == ("", False)
    assert tab.var(ComposerState, "box") != box
    await call(ComposerState, "keep", mode="reply", box=box, text="One more thing")
    assert (await as_person(people, "client", drafts.load, f"ticket:{made.ticket.id}:reply")).body == {}
    assert [one.message for one in (await run(now, people, made)).comments] == ["One more thing"]
    await call(ComposerState, "send_reply", form={"message": "   "})
    assert tab.var(ComposerState, "wrong")


async def test_a_reply_appears_on_the_other_side_at_once(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    mine, call = await opened(open_tab, people.client, made)
    box = mine.var(ComposerState, "box")
    await call(ComposerState, "keep", mode="reply", box=box, text="I was just")
    await as_person(people, "agent", comments.add, made.ticket.id, "Please restart it")
    await mine.until(lambda: "Please restart it" in texts(mine))
    assert (mine.var(ComposerState, "box"), mine.var(ComposerState, "draft")) == (box, "I was just")


# ---- the requester's answer


def resolved(people: World) -> TicketDetail:
    made = filed(people)
    tickets.take(people.actor("agent"), made.ticket.id)
    return tickets.set_status(
        people.actor("agent"),
        made.ticket.id,
        "Resolved",
        resolution_code="solved",
        resolution_text="A new drum.",
    )


async def test_not_yet_then_confirm_and_rate(open_tab: Opener, people: World) -> None:
    made = await run(resolved, people)
    tab, call = await opened(open_tab, people.client, made, "?solved=no")
    assert tab.var(RequesterState, "ask") == "not_yet"
    await call(RequesterState, "not_yet", form={"reason": " "})
    assert "reason" in tab.var(RequesterState, "wrong")
    await call(RequesterState, "not_yet", form={"reason": "It burns again"})
    assert shown(tab, "ticket")["status"] != "Resolved"
    assert "It burns again" in texts(tab)
    await as_person(people, "agent", tickets.set_status, made.ticket.id, "Resolved",
        resolution_code="solved", resolution_text="Now really.",
    )  # fmt: skip
    await call(TicketState, "refresh")
    await call(RequesterState, "confirm")
    assert shown(tab, "ticket")["status"] == "Closed"
    assert tab.var(RequesterState, "ask") == "rate"
    await call(RequesterState, "rate", stars=5)
    await call(RequesterState, "comment_rating", form={"comment": "Quick"})
    seen = await run(now, people, made, "client")
    assert (seen.ticket.rating, seen.rating_comment) == (5, "Quick")


async def test_opening_a_link_of_a_mail_changes_nothing(open_tab: Opener, people: World) -> None:
    made = await run(resolved, people)
    tab, _ = await opened(open_tab, people.client, made, "?solved=yes")
    assert tab.var(RequesterState, "ask") == "confirm"
    assert (await run(now, people, made)).ticket.status == "Resolved"
    other, _ = await opened(open_tab, people.agent, made, "?solved=yes")
    assert not other.var(RequesterState, "ask")


async def test_withdraw(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    tab, call = await opened(open_tab, people.client, made)
    assert shown(tab, "can")["withdraw"] is True
    await call(RequesterState, "withdraw")
    assert shown(tab, "ticket")["status"] == "Closed"
    assert "withdrew it" in texts(tab)
    # Nobody took or solved it: those steps are not shown as done.
    assert [one["css"] for one in shown(tab, "steps")] == ["done", "todo", "todo", "todo", "now fin"]


async def test_watchers_come_and_leave(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    tab, call = await opened(open_tab, people.client, made)
    await call(WatchState, "look", words="Cedric")
    assert [one["name"] for one in tab.var(WatchState, "found")] == ["Cedric Client"]
    await call(WatchState, "add", person_id=people.client2.id)
    assert [one["id"] for one in shown(tab, "watchers")] == [people.client2.id]
    theirs, call_theirs = await opened(open_tab, people.client2, made)
    assert shown(theirs, "can")["leave"] is True
    await call_theirs(WatchState, "leave")
    assert (await run(now, people, made)).ticket.watchers == ()
    assert shown(theirs, "ticket")["title"] == ""


async def test_a_failed_mail_is_sent_again(open_tab: Opener, people: World) -> None:
    from sqlalchemy import update

    from helpdesk.core.db import transaction
    from helpdesk.models.notification import notification_logs

    def fail() -> None:
        with transaction() as s:
            s.execute(
                update(notification_logs)
                .where(
                    notification_logs.c.ticket_id == made.ticket.id, notification_logs.c.channel == "email"
                )
                .values(status="failed", attempts=5, last_error="mailbox full")
            )

    made = await run(filed, people)
    await run(fail)
    tab, call = await opened(open_tab, people.agent, made, "?tab=changes")
    assert "mailbox full" in texts(tab)
    parts = [part for one in shown(tab, "entries") for part in one["parts"] if part["kind"] == "retry"]
    await call(EditState, "retry", notification_id=parts[0]["text"])
    assert any(one.status == "queued" for one in (await run(now, people, made)).deliveries)

"""Two agents answer one ticket at once: the second is asked first, and loses nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from helpdesk.services import comments
from tests.e2e.conftest import Opener
from tests.factories import World, make_ticket
from tests.product import behind
from tests.stack.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(120), pytest.mark.xdist_group("stack")]


def test_a_reply_is_held_and_read_first(seat: Opener, people: World, product: Running) -> None:
    made = behind(product, lambda: make_ticket(people.client, people.it, "The door does not open"))
    agent = seat(people.agent)
    agent.go(f"/tickets/{made.ticket.ticket_no}")
    box = agent.page.get_by_label("Your reply")
    box.fill("I come with the master key")
    box.blur()
    expect(agent.page.get_by_text("Draft saved")).to_be_visible()
    behind(product, lambda: comments.add(people.actor("agent2"), made.ticket.id, "The porter opens it"))
    box.press("Control+Enter")

    asked = agent.page.get_by_role("alert").filter(has_text="Ben Agent wrote")
    expect(asked).to_contain_text("The porter opens it")
    expect(box).to_have_value("I come with the master key")
    # by keyboard: the question has the focus, and reading is what Enter does
    expect(agent.page.get_by_role("button", name="Read first")).to_be_focused()
    agent.page.keyboard.press("Enter")
    expect(asked).to_be_hidden()
    expect(agent.page.locator(".ev:focus")).to_contain_text("The porter opens it")
    expect(box).to_have_value("I come with the master key")

    behind(product, lambda: comments.add(people.actor("client"), made.ticket.id, "It is open now"))
    box.press("Control+Enter")
    agent.page.get_by_role("button", name="Send anyway").click()
    expect(agent.page.get_by_role("feed").get_by_text("I come with the master key")).to_be_visible()
    expect(box).to_have_value("")

"""By keyboard: a dialog begins at the first thing to do in it, and Esc leads back to where one came from."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from helpdesk.services import tickets
from tests.e2e.axe import violations
from tests.e2e.conftest import Opener, Seat
from tests.factories import World, make_ticket
from tests.product import behind
from tests.stack.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(120), pytest.mark.xdist_group("stack")]


def _opens(taken: Seat, button: str, first: Locator) -> None:
    opener = taken.page.get_by_role("button", name=button, exact=True)
    opener.click()
    expect(first).to_be_focused()
    taken.page.wait_for_timeout(400)  # it fades in: half of that has no contrast
    assert violations(taken.page) == []
    taken.page.keyboard.press("Escape")
    expect(taken.page.locator("dialog[open]")).to_have_count(0)
    expect(opener).to_be_focused()


def test_a_dialog_begins_at_its_first_field(seat: Opener, people: World, product: Running) -> None:
    def file() -> str:
        filed = make_ticket(people.client, people.it, "The shredder eats staples").ticket
        tickets.take(people.actor("agent"), filed.id)
        return filed.ticket_no

    agent = seat(people.agent)
    page = agent.page
    agent.go(f"/tickets/{behind(product, file)}")
    _opens(agent, "Hold", page.get_by_label("What does it wait for?"))

    # whom it can be given to is read after the dialog opened; nobody is chosen by a stray Enter
    page.keyboard.press("a")
    search = page.locator("#assign").get_by_label("Find somebody")
    expect(search).to_be_focused()
    expect(page.locator("#assign").get_by_role("button", name="Ben Agent")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#assign")).to_be_visible()
    search.press_sequentially("ben")
    page.keyboard.press("Enter")
    expect(page.locator("#assign")).to_be_hidden()
    expect(page.locator(".rail").get_by_text("Ben Agent").first).to_be_visible()

    agent.go("/queue?view=all")
    _opens(agent, "Columns", page.locator("#columns input").first)
    agent.go("/profile")
    _opens(agent, "New token", page.locator("#token").get_by_label("Name"))


def test_esc_leads_from_a_ticket_back_to_its_list(seat: Opener, people: World, product: Running) -> None:
    made = behind(product, lambda: make_ticket(people.client, people.it, "The stapler jams"))
    for who, back in ((people.agent, "/queue?view=all"), (people.client, "/my")):
        taken = seat(who)
        page = taken.page
        taken.go(back)
        page.locator("[data-row-open]:visible", has_text="The stapler jams").click()
        page.wait_for_url(f"**/tickets/{made.ticket.ticket_no}*")
        page.get_by_label("Your reply").focus()
        page.keyboard.press("Escape")  # while one writes it means nothing
        page.get_by_role("heading", name="The stapler jams").click()
        page.keyboard.press("?")
        expect(page.locator("#keyboard")).to_be_visible()
        page.keyboard.press("Escape")  # first what is open
        expect(page.locator("#keyboard")).to_be_hidden()
        page.keyboard.press("Escape")
        page.wait_for_url(f"**{back}")

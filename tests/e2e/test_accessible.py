"""Every page in both themes and on a phone: no violation of WCAG 2.2 AA that axe finds, no sideways scrolling."""

from __future__ import annotations

import pytest

from helpdesk.services import comments, tickets
from tests.e2e.axe import violations
from tests.e2e.conftest import NOWHERE, Opener
from tests.factories import World, make_ticket
from tests.product import behind
from tests.stack.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.xdist_group("stack")]

THEMES = ("light", "dark")
PAGES = {
    "client": ("/new", "/my", "/my?view=watching", "/tickets/{key}", NOWHERE),
    "agent": ("/queue?view=mine", "/queue?view=all", "/tickets/{key}", "/profile", "/notifications"),
    "manager": ("/home", "/reports"),
    "admin": ("/home", "/admin/tree", "/admin/people", "/admin/notifications"),
}


@pytest.fixture(scope="module")
def key(product: Running, people: World) -> str:
    """A ticket with something of everything on it."""

    def file() -> str:
        filed = make_ticket(
            people.client, people.it, "The scanner folds paper", description="It began today."
        )
        agent = people.actor("agent")
        tickets.take(agent, filed.ticket.id)
        comments.add(agent, filed.ticket.id, "Which tray?")
        comments.add(agent, filed.ticket.id, "The old one, I bet.", is_internal=True)
        tickets.hold(agent, filed.ticket.id, "requester")
        return filed.ticket.ticket_no

    return behind(product, file)


def test_axe_finds_what_is_wrong(seat: Opener) -> None:
    page = seat().page
    page.set_content(
        "<html lang=en><title>t</title><p style='color:#999;background:#fff'>pale</p><input></html>"
    )
    assert {one.partition(":")[0] for one in violations(page)} == {"color-contrast", "label"}


@pytest.mark.parametrize("theme", THEMES)
def test_sign_in(seat: Opener, theme: str) -> None:
    taken = seat(color_scheme=theme)
    taken.page.goto(taken.url + "/login")
    assert violations(taken.page) == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("who", PAGES)
def test_pages(seat: Opener, people: World, key: str, who: str, theme: str) -> None:
    taken = seat(getattr(people, who), color_scheme=theme)
    found: dict[str, list[str]] = {}
    for path in PAGES[who]:
        taken.go(path.format(key=key))
        taken.page.wait_for_timeout(400)  # transitions end: half-faded text has no contrast
        if wrong := violations(taken.page):
            found[path] = wrong
    assert found == {}


@pytest.mark.parametrize("who", PAGES)
def test_on_a_phone_nothing_is_cut_off(seat: Opener, people: World, key: str, who: str) -> None:
    taken = seat(getattr(people, who), viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    wide: dict[str, int] = {}
    for path in PAGES[who]:
        taken.go(path.format(key=key))
        width = taken.page.evaluate("document.documentElement.scrollWidth")
        if width > 360:
            wide[path] = width
    assert wide == {}

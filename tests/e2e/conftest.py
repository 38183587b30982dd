"""A browser in front of the whole product: one stack and one Chromium for all tests, a fresh profile for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests import browser as chromium
from tests.factories import PASSWORD, Person, World, make_world
from tests.product import behind
from tests.stack.running import Running

_ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"]
NOWHERE = "/nothing-here"  # no page of ours
_WAIT_MS = 10_000


@pytest.fixture(scope="session")
def people(product: Running) -> World:
    """The small company, in the running product."""
    return behind(product, make_world)


@pytest.fixture(scope="package")
def chrome() -> Iterator[Browser]:
    """Closed with the last test of this folder: while it is open, an event loop runs on the main thread."""
    path = chromium.find()
    assert path, "no Chromium: `python tests/browser.py` installs one"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield launched
        launched.close()


@dataclass
class Seat:
    """Somebody in front of a browser. `errors` is what the page's scripts complained about."""

    page: Page
    url: str
    errors: list[str]

    def go(self, path: str) -> None:
        """Open a page and wait until it takes clicks."""
        self.page.goto(self.url + path)
        self.ready()

    def ready(self) -> None:
        self.page.wait_for_selector("[data-hydrated=true]")

    def sign_in(self, person: Person) -> None:
        self.page.goto(self.url + "/login")
        self.page.get_by_label("E-mail").fill(person.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/login" not in url)
        self.ready()


def _complaint(message: ConsoleMessage) -> list[str]:
    """The words of an error; that a page which isn't there answers 404 is none."""
    where = str(message.location.get("url"))
    return [f"{message.text} ({where})"] if message.type == "error" and NOWHERE not in where else []


Opener = Callable[..., Seat]


@pytest.fixture
def seat(product: Running, people: World, chrome: Browser) -> Iterator[Opener]:
    """`seat(people.agent)`: a signed-in browser of their own; `seat()`: nobody's. Scripts must not complain."""
    contexts: list[BrowserContext] = []
    seats: list[Seat] = []

    def take(person: Person | None = None, **options: object) -> Seat:
        context = chrome.new_context(locale="en-GB", timezone_id="Europe/Berlin", **options)  # type: ignore[arg-type]
        context.set_default_timeout(_WAIT_MS)
        contexts.append(context)
        page = context.new_page()
        taken = Seat(page, product.url, [])
        page.on("pageerror", lambda error: taken.errors.append(str(error)))
        page.on("console", lambda message: taken.errors.extend(_complaint(message)))
        seats.append(taken)
        if person:
            taken.sign_in(person)
        return taken

    yield take
    for context in contexts:
        context.close()
    assert [error for one in seats for error in one.errors] == []

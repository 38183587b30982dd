"""Filing a request in the browser: four steps, a screenshot, and nothing lost on the way."""

from __future__ import annotations

import struct
import zlib

import pytest
from playwright.sync_api import expect

from helpdesk.services import tickets
from helpdesk.services.views import TicketDetail, TicketQuery
from tests.e2e.conftest import Opener, Seat
from tests.factories import World
from tests.product import behind
from tests.stack.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("stack")]

MARKER = "<reflex.Var>1</reflex.Var>"


def screenshot() -> bytes:
    """A small PNG."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + b"\xd0\x30\x30" * 16 for _ in range(16))
    header = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def choose_topic(client: Seat) -> None:
    page = client.page
    page.get_by_role("navigation", name="Who can help").get_by_role("link", name="IT").click()
    page.get_by_role("link", name="Hardware").click()
    page.get_by_role("link", name="Laptop").click()
    expect(page.get_by_role("heading", name="Tell us what happens")).to_be_visible()


def attach(client: Seat, name: str = "screen.png") -> None:
    client.page.set_input_files(
        "[data-upload-pick]", {"name": name, "mimeType": "image/png", "buffer": screenshot()}
    )
    expect(client.page.get_by_text("Uploaded").first).to_be_visible()


def file_request(client: Seat, title: str, description: str = "") -> str:
    """Through all four steps; returns the ticket's number."""
    client.go("/new")
    choose_topic(client)
    page = client.page
    page.get_by_label("In one line").fill(title)
    page.get_by_label("What happened, and what did you expect?").fill(description)
    page.get_by_text("A lot", exact=True).click()
    attach(client)
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("heading", name="Does this look right?")).to_be_visible()
    page.get_by_role("button", name="Send request").click()
    page.wait_for_url("**/tickets/*")
    return page.url.rpartition("/")[2]


def newest(product: Running, people: World) -> TicketDetail:
    def read() -> TicketDetail:
        actor = people.actor("client")
        return tickets.get(actor, tickets.list_mine(actor, TicketQuery()).items[0].id)

    return behind(product, read)


@pytest.mark.parametrize("title", ["The docking station hums", MARKER])
def test_a_request_with_a_screenshot(seat: Opener, people: World, product: Running, title: str) -> None:
    number = file_request(seat(people.client), title, f"Since today.\n{title} again")
    filed = newest(product, people)
    assert filed.ticket.ticket_no == number
    assert (filed.ticket.title, filed.ticket.description) == (title, f"Since today.\n{title} again")
    assert filed.ticket.priority == "Medium"
    assert [(one.filename, one.content_type) for one in filed.attachments] == [("screen.png", "image/png")]
    subcategory = filed.ticket.subcategory
    assert subcategory
    assert subcategory.name == "Laptop"


def test_what_was_typed_outlives_the_tab(seat: Opener, people: World) -> None:
    first = seat(people.client2)
    first.go("/new")
    choose_topic(first)
    first.page.get_by_label("In one line").fill("Half a thought")
    attach(first)
    expect(first.page.get_by_text("Draft saved")).to_be_visible()
    address = first.page.url.removeprefix(first.url)
    second = seat(people.client2)
    second.go(address)
    expect(second.page.get_by_label("In one line")).to_have_value("Half a thought")
    expect(second.page.get_by_text("screen.png")).to_be_visible()

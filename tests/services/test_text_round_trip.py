"""Text comes back exactly as typed, whatever is in it (product rules §7, §8)."""

from __future__ import annotations

import pytest

from helpdesk.core.errors import Invalid
from helpdesk.services import comments, tickets
from helpdesk.services.views import NewTicket, TicketQuery
from tests.client import Api
from tests.factories import World, make_ticket

LINES = {
    "emoji": "🖨️ brennt 🔥👩🏽\u200d💻",
    "arabic": "الطابعة لا تعمل",
    "right-to-left marks": "invoice \u202egnp.exe\u202c \u200fdone\u200e",
    "reflex marker": "<reflex.Var>1</reflex.Var>",
    "markup": "<script>alert('1')</script> &amp; {{7*7}} ${7*7} %s",
    "quotes": """'"`\\ "; DROP TABLE tickets; --""",
    "letters that unaccent spells out": "ŉ ½ ℀ ǆ ﬃ ß",
    "spaces": "  two  before,\u00a0one\u2009thin, two after  ",
    "combining": "a\u0301 is not á",
    "beyond the basic plane": "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𓀀",
}
TEXTS = LINES | {
    "lines and tabs": "one\n\ttwo\r\nthree\n\n",
    "20,000 characters": "🙂" * 20_000,
    "csv formula": "=cmd|' /C calc'!A1",
    "zero width": "a\u200bb\ufeffc",
}


@pytest.mark.parametrize("name", TEXTS)
def test_through_the_api(world: World, api: Api, name: str) -> None:
    text = TEXTS[name]
    title = LINES.get(name, "A line")
    client = api.login(world.client)
    body = {"group_id": world.it.group_id, "title": title, "description": text}
    made = client.post("/api/v1/tickets", json=body)
    assert made.status_code == 201, made.text
    key = made.json()["ticket_no"]
    said = client.post(f"/api/v1/tickets/{key}/comments", json={"message": text})
    assert said.status_code == 201, said.text
    seen = client.get(f"/api/v1/tickets/{key}").json()
    assert seen["title"] == title
    assert seen["description"] == text
    assert [one["message"] for one in seen["comments"]] == [text]
    assert [row["title"] for row in client.get("/api/v1/tickets").json()["items"]] == [title]


@pytest.mark.parametrize("name", LINES)
def test_in_every_other_field(world: World, name: str) -> None:
    text = LINES[name]
    client, agent = world.actor("client"), world.actor("agent")
    ticket = make_ticket(client, world.it).ticket
    tickets.take(agent, ticket.id)
    comments.add(agent, ticket.id, text, is_internal=True)
    done = tickets.set_status(agent, ticket.id, "Resolved", resolution_code="solved", resolution_text=text)
    assert done.ticket.resolution_text == text
    again = tickets.reopen(client, ticket.id, text)
    assert text in {row.new_value for row in again.history} | {one.message for one in again.comments}
    done = tickets.set_status(agent, ticket.id, "Resolved", resolution_code="solved", resolution_text="x")
    tickets.close(client, ticket.id)
    rated = tickets.rate(client, ticket.id, 4, text)
    assert rated.rating_comment == text
    staff = tickets.get(agent, ticket.id)
    assert text in {one.message for one in staff.comments}


@pytest.mark.parametrize("name", LINES)
def test_a_search_for_it_finds_or_not_but_never_fails(world: World, name: str) -> None:
    made = tickets.create(world.actor("client"), NewTicket(group_id=world.it.group_id, title=LINES[name]))
    found = tickets.list_mine(world.actor("client"), TicketQuery(q=LINES[name]))
    assert {row.id for row in found.items} <= {made.ticket.id}


@pytest.mark.parametrize("text", ["nul \x00", "lone \ud800 surrogate", "x" * 20_001, "🙂" * 20_001])
def test_what_is_refused_is_refused_at_its_field(world: World, text: str) -> None:
    new = NewTicket(group_id=world.it.group_id, title="A line", description=text)
    with pytest.raises(Invalid) as refused:
        tickets.create(world.actor("client"), new)
    assert [error.field for error in refused.value.errors] == ["description"]

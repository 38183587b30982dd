"""A note must not show on the requester's side: no byte, count, id, order or time (product rules §3, §5, §7)."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from helpdesk.core.errors import NotFound
from helpdesk.services import attachments, comments, notifications, tickets
from helpdesk.services.views import TicketDetail, TicketQuery
from tests.client import Api
from tests.conftest import Mail
from tests.factories import World, make_ticket

SECRET = "quicksilverheron"
_RUNNING = {"remaining_seconds", "percent"}  # time goes on, whatever staff do


@pytest.fixture
def older(world: World) -> TicketDetail:
    """The client's first of two tickets: taken and answered; a note must not move it in front of the second."""
    first = make_ticket(world.client, world.it, "First", watchers=(world.client2.id,))
    make_ticket(world.client, world.it, "Second")
    agent = world.actor("agent")
    tickets.take(agent, first.ticket.id)
    comments.add(agent, first.ticket.id, "We are on it.")
    return first


def _still(value: Any) -> Any:
    """The value without what the mere passing of time changes."""
    if isinstance(value, dict):
        return {key: _still(one) for key, one in value.items() if key not in _RUNNING}
    return [_still(one) for one in value] if isinstance(value, list) else value


def _seen(client: TestClient, key: str) -> dict[str, Any]:
    """Everything that this person can ask for, by address."""
    addresses = [f"/tickets/{key}", "/tickets", "/tickets?sort=-updated_at", "/tickets?sort=updated_at"]
    addresses += [
        "/tickets?page_size=1",
        f"/tickets?q={SECRET}",
        f"/tickets?q={SECRET[:6]}",
        "/tickets?q=First",
    ]
    addresses += [
        "/tickets?status=In%20Progress",
        "/tickets?status=Assigned",
        "/auth/me",
        "/groups",
        "/people?q=a",
    ]
    seen: dict[str, Any] = {}
    for address in addresses:
        answer = client.get(f"/api/v1{address}")
        headers = {
            name for name in answer.headers if name.lower() in {"etag", "last-modified", "x-total-count"}
        }
        seen[address] = [
            answer.status_code,
            _still(answer.json()),
            {name: answer.headers[name] for name in headers},
        ]
    return seen


def _secret_acts(world: World, key: int) -> int:
    """Everything staff do behind the scenes; returns the id of the note's attachment."""
    agent = world.actor("agent")
    upload = attachments.store_upload(agent, f"{SECRET}.txt", io.BytesIO(SECRET.encode()))
    note = comments.add(agent, key, f"Between us: {SECRET}", is_internal=True, upload_ids=(upload.id,))
    comments.add(world.actor("agent2"), key, f"Indeed, {SECRET}", is_internal=True)
    tickets.set_tags(agent, key, [SECRET, "warned"])
    tickets.set_tags(agent, key, [SECRET])
    return note.attachments[0].id


def _deliver() -> None:
    while notifications.deliver_due():
        pass


def _text_of(views: dict[str, Any]) -> str:
    """All that was read, without what was asked."""
    return json.dumps(list(views.values()), ensure_ascii=False)


@pytest.mark.parametrize("viewer", ["client", "client2"])
def test_nothing_that_a_requester_reads_changes(
    world: World, api: Api, older: TicketDetail, viewer: str
) -> None:
    client = api.login(getattr(world, viewer))
    before = _seen(client, older.ticket.ticket_no)
    attachment_id = _secret_acts(world, older.ticket.id)
    after = _seen(client, older.ticket.ticket_no)
    assert after == before
    assert SECRET not in _text_of(after)
    assert client.get(f"/api/v1/attachments/{attachment_id}").status_code == 404
    with pytest.raises(NotFound):
        attachments.open_download(world.actor(viewer), attachment_id)
    # and it is not because nobody sees it
    staff = _seen(api.login(world.agent2), older.ticket.ticket_no)
    assert SECRET in _text_of(staff)


def test_what_comes_later_betrays_nothing_either(world: World, api: Api, older: TicketDetail) -> None:
    _secret_acts(world, older.ticket.id)
    client = api.login(world.client)
    key = older.ticket.ticket_no
    said = client.post(f"/api/v1/tickets/{key}/comments", json={"message": "Any news?"})
    assert said.status_code == 201
    seen = client.get(f"/api/v1/tickets/{key}").json()
    ids = [row["id"] for row in seen["history"]]
    assert ids == list(range(1, len(ids) + 1)), "a gap tells how much was left out"
    assert [one["message"] for one in seen["comments"]] == ["We are on it.", "Any news?"]
    assert {one["is_internal"] for one in seen["comments"]} == {False}
    assert SECRET not in _text_of(seen)


def test_an_agent_sees_their_own_request_as_any_requester(world: World, api: Api) -> None:
    mine = make_ticket(world.agent2, world.hr, "My leave")
    hr_agent = world.actor("hr_agent")
    tickets.take(hr_agent, mine.ticket.id)
    comments.add(hr_agent, mine.ticket.id, f"He asks too often: {SECRET}", is_internal=True)
    seen = _seen(api.login(world.agent2), mine.ticket.ticket_no)
    assert seen[f"/tickets/{mine.ticket.ticket_no}"][0] == 200
    assert SECRET not in _text_of(seen)
    queue = tickets.list_queue(world.actor("agent2"), TicketQuery(q=SECRET))
    assert (queue.items, queue.total) == ((), 0)


def test_no_mail_and_no_log_row_tells_of_a_note(world: World, older: TicketDetail, mailbox: Mail) -> None:
    _deliver()
    count = len(mailbox.received())
    assert count, "nothing arrives at all"
    _secret_acts(world, older.ticket.id)
    _deliver()
    told = list(_addresses(mailbox, count))
    assert world.client.email not in told
    assert world.client2.email not in told
    assert "it@example.com" not in told
    raw = b"".join(path.read_bytes() for path in sorted(mailbox.folder.glob("*.eml")))
    assert SECRET.encode() not in raw


def _addresses(mailbox: Mail, since: int) -> Iterator[str]:
    for mail in mailbox.received()[since:]:
        yield mail.to.lower()

"""Text that tries to be more than text stands on every page as it was typed, and does nothing."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import expect

from helpdesk.domain.enums import Role
from helpdesk.services import attachments, comments, tickets
from tests.e2e.conftest import Opener
from tests.factories import Person, World, actor_for, add_member, make_branch, make_ticket, make_user
from tests.product import behind
from tests.stack.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("stack")]

PAYLOADS = {
    "reflex": "<reflex.Var>1</reflex.Var>",
    "others": "<img src=x onerror=window.owned=1> ${window.owned=1}{{7*7}}`';// abc \u202etxt.exe\u202c def",
}


def _everywhere(people: World, text: str) -> tuple[str, Person, Person]:
    """A ticket in a group whose every text is `text`, its client and its agent."""
    branch = make_branch(text, text, (text,), description=text)
    client = make_user(Role.CLIENT, text, email=f"hostile.{branch.group_id}@example.com", department=text)
    agent = make_user(Role.AGENT, text, email=f"hostile.agent.{branch.group_id}@example.com")
    add_member(branch.group_id, agent)
    actor, asker = actor_for(agent), actor_for(client)
    upload = attachments.store_upload(asker, f"{text[:20].replace('/', '')}.txt", io.BytesIO(b"text\n"))
    filed = make_ticket(asker, branch, text, description=text, upload_ids=(upload.id,))
    key = filed.ticket.id
    tickets.take(actor, key)
    comments.add(actor, key, text)
    comments.add(actor, key, text, is_internal=True)
    tickets.set_status(actor, key, "Resolved", resolution_code="solved", resolution_text=text)
    tickets.reopen(asker, key, text)
    tickets.set_status(actor, key, "Resolved", resolution_code="solved", resolution_text=text)
    tickets.rate(asker, key, 2, text)
    return filed.ticket.ticket_no, client, agent


@pytest.mark.parametrize("name", PAYLOADS)
def test_it_stays_text(seat: Opener, people: World, product: Running, name: str) -> None:
    text = PAYLOADS[name]
    number, client, agent = behind(product, lambda: _everywhere(people, text))
    places = {
        client: ("/my", f"/tickets/{number}", "/new"),
        agent: ("/queue?view=all", f"/tickets/{number}"),
        people.admin: ("/admin/tree", "/admin/people", "/admin/notifications", "/home"),
    }
    for person, paths in places.items():
        taken = seat(person)
        for path in paths:
            taken.go(path)
            if path != "/home":
                expect(taken.page.get_by_text(text, exact=False).first).to_be_attached()
            assert taken.page.evaluate("window.owned") is None
    # and the process still answers
    again = seat(people.client2)
    again.go("/my")

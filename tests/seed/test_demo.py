"""The demo company: complete, consistent, silent, and made once (product rules §9)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from helpdesk.core.db import transaction
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Role
from helpdesk.seed import demo
from helpdesk.seed.company import EMPLOYEES
from helpdesk.services import attachments, integrity, sessions, sla, tickets, tree
from helpdesk.services.views import TicketQuery
from tests.conftest import Servers, database_url, drop_database, new_database
from tests.factories import system_actor

TICKETS = 30


@pytest.fixture(scope="module")
def company(servers: Servers, template: str) -> Iterator[None]:
    """A smaller company, for all tests here, which only read it."""
    name = new_database(servers, template)
    with database_url(servers.url(name)):
        assert demo.ensure_demo(TICKETS)
        yield
    drop_database(servers, name)


def query(statement: str) -> list[Any]:
    with transaction() as s:
        return [row[0] if len(row) == 1 else tuple(row) for row in s.execute(text(statement))]


def test_people_and_tree(company: None) -> None:
    assert query("SELECT count(*) FROM users WHERE email NOT LIKE 'system@%'") == [len(EMPLOYEES)]
    assert 55 <= len(EMPLOYEES) <= 65
    groups = {group.name: group for group in tree.admin_tree(system_actor())}
    assert set(groups) == {"IT", "Facilities", "HR"}
    assert [group.name for group in groups.values() if group.restricted] == ["HR"]
    categories = [category for group in groups.values() for category in group.categories]
    assert len(categories) == 12
    assert sum(len(category.subcategories) for category in categories) == 40
    members = query(
        "SELECT u.email, g.name FROM group_members m"
        " JOIN users u ON u.id = m.user_id JOIN groups g ON g.id = m.group_id"
    )
    assert {("agent@example.com", "IT"), ("agent2@example.com", "IT")} <= set(members)
    assert not {("agent@example.com", "HR"), ("agent2@example.com", "HR")} & set(members)
    assert query("SELECT count(*) FROM groups WHERE lead_id IS NULL OR queue_email IS NULL") == [0]


def test_the_accounts_sign_in(company: None) -> None:
    found = {
        email: sessions.sign_in(sessions.Client("127.0.0.1", "tests"), email, "helpdesk-demo-1")[0].user.role
        for email in demo.ACCOUNTS
    }
    assert found == {
        f"{name}@example.com": name.rstrip("2")
        for name in ("admin", "manager", "agent", "agent2", "client", "client2")
    }


def test_all_that_is_made_agrees_with_itself_and_tells_nobody(company: None) -> None:
    assert query("SELECT count(*) FROM tickets") == [TICKETS]
    assert [finding for finding in integrity.check() if not finding.ok] == []
    assert query("SELECT DISTINCT status FROM notification_logs") == ["suppressed"]
    assert query("SELECT count(*) > 20 FROM notification_logs") == [True]
    assert query("SELECT count(*) FROM notification_logs WHERE channel = 'in_app' AND read_at IS NULL") == [0]
    assert query("SELECT count(*) FROM ticket_clock_steps WHERE late") == [0]
    assert query("SELECT count(*) FROM ticket_events WHERE at > now()") == [0]
    # Nothing is left over for the timers of the running system to mail about.
    assert (sla.sweep_steps(), sla.sweep_holds()) == (0, 0)


def test_ticket_numbers_follow_the_time(company: None) -> None:
    numbers = query("SELECT ticket_no FROM tickets ORDER BY created_at")
    assert numbers == sorted(numbers, key=lambda one: int(one.partition("-")[2]))


def test_an_existing_company_is_left_alone(company: None) -> None:
    before = query("SELECT count(*), max(version) FROM tickets")
    assert demo.ensure_demo(TICKETS) is False
    assert query("SELECT count(*), max(version) FROM tickets") == before


def test_an_agent_sees_all_but_hr(company: None) -> None:
    [agent] = query("SELECT id FROM users WHERE email = 'agent@example.com'")
    [of_hr] = query("SELECT count(*) FROM tickets t JOIN groups g ON g.id = t.group_id WHERE g.restricted")
    assert of_hr > 0
    assert tickets.list_queue(Actor(agent, Role.AGENT), TicketQuery()).total == TICKETS - of_hr


def test_some_requests_have_files(company: None) -> None:
    admin = system_actor()
    files = query("SELECT id, content_type, size FROM attachments")
    assert {content_type for _, content_type, _ in files} <= {"image/png", "text/plain"}
    for file_id, _, size in files:
        download = attachments.open_download(admin, file_id)
        assert download.chunks is not None
        assert len(b"".join(download.chunks)) == size > 500

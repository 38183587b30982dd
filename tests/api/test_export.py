"""The export: what the list shows, all of it, and nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
import threading

import pytest
from sqlalchemy import Connection, select, text

from helpdesk.core.db import engine
from helpdesk.core.errors import Conflict
from helpdesk.models.person import audit_log
from helpdesk.services import comments, tickets
from helpdesk.services.views import TicketQuery
from tests.client import Api, app
from tests.factories import World, make_ticket

PATH = "/api/v1/admin/tickets/export.csv"


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_it_takes_the_filters_of_the_list() -> None:
    paths = app().openapi()["paths"]
    names = [
        {one["name"] for one in paths[path]["get"]["parameters"]} for path in ("/api/v1/admin/tickets", PATH)
    ]
    assert names[0] - names[1] == {"page", "page_size", "cursor"}
    assert names[1] - names[0] == set()


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"sort": "created_at"},
        {"status": ["Assigned", "Resolved"]},
        {"q": "printer", "sort": "-created_at"},
        {"assigned_to": "none", "priority": "Medium", "sort": "-priority"},
        {"created_to": "2020-01-01"},
        {"resolved_from": "2020-01-01", "resolved_to": "2199-01-01"},
    ],
)
@pytest.mark.parametrize("person", ["manager", "admin"])
def test_it_holds_what_the_list_shows(api: Api, world: World, person: str, asked: dict[str, object]) -> None:
    for number, branch in enumerate((world.it, world.hr, world.it, world.it, world.it)):
        made = make_ticket(world.client, branch, f"{'Printer' if number % 2 else 'Cable'} {number}").ticket
        if number > 2:
            tickets.assign(world.actor("admin"), made.id, world.agent.id)
    client = api.login(getattr(world, person))
    listed, after = list[str](), None
    while True:
        page = client.get(
            "/api/v1/admin/tickets", params={**asked, "page_size": 2} | ({"cursor": after} if after else {})
        ).json()
        listed += [item["ticket_no"] for item in page["items"]]
        after = page["next_cursor"]
        if after is None:
            break
    answer = client.get(PATH, params=asked)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="tickets-')
    assert [row["ticket_no"] for row in rows(answer.content)] == listed


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula(api: Api, world: World, start: str) -> None:
    title = f'{start}, "quoted" – عربي 🙂'
    make_ticket(world.client, world.it, title)
    answer = api.login(world.admin).get(PATH)
    assert answer.content.startswith(b"\xef\xbb\xbfid,ticket_no,")
    assert b"\n" not in answer.content.replace(b"\r\n", b"")
    (row,) = rows(answer.content)
    assert row["title"] == f"'{title}"


def test_it_tells_nothing_that_was_said(api: Api, world: World) -> None:
    made = make_ticket(world.client, world.it, "Printer", description="In room Zanzibar").ticket
    agent = world.actor("agent")
    comments.add(agent, made.id, "Which Zanzibar?")
    comments.add(agent, made.id, "The vendor promised Zanzibar", True)
    answer = api.login(world.manager).get(PATH)
    assert made.ticket_no in answer.text
    assert "Zanzibar" not in answer.text


def test_who_may(api: Api, world: World) -> None:
    for person, status in ((world.client, 403), (world.agent, 403), (world.manager, 200)):
        assert api.login(person).get(PATH).status_code == status
    for wrong in ("page=1", "cursor=x", "status=Lost", "sort=title", "x=1"):
        assert api.login(world.admin).get(f"{PATH}?{wrong}").status_code == 422


def test_it_is_written_down(db: Connection, api: Api, world: World) -> None:
    api.login(world.admin).get(PATH, params={"status": "Open", "created_from": "2026-01-01"})
    entry = db.execute(select(audit_log).where(audit_log.c.action == "tickets.export")).mappings().one()
    assert entry["actor_id"] == world.admin.id
    assert entry["data"] == {"filter": {"status": ["Open"], "created_from": "2026-01-01T00:00:00+00:00"}}


def _reading() -> int:
    """Other connections with a transaction open."""
    with engine().connect() as connection:
        return (
            connection.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid() AND state LIKE '%in transaction%'"
                )
            )
            or 0
        )


def test_a_reader_that_goes_leaves_nothing_behind(fresh_world: World, fresh_api: Api) -> None:
    for _ in range(3):
        make_ticket(fresh_world.client, fresh_world.it)
    actor = fresh_world.actor("admin")
    running = tickets.export(actor, TicketQuery())
    next(running.batches())
    assert _reading() == 1
    with pytest.raises(Conflict):
        tickets.export(actor, TicketQuery())
    assert fresh_api.login(fresh_world.manager).get(PATH).status_code == 200, "another person's is no matter"
    closer = threading.Thread(target=running.close)
    closer.start()
    closer.join()
    running.close()
    assert _reading() == 0
    assert len(rows(fresh_api.login(fresh_world.admin).get(PATH).content)) == 3
    assert _reading() == 0


def test_it_shows_one_moment_and_nobody_waits_for_it(fresh_world: World) -> None:
    first, _ = (make_ticket(fresh_world.client, fresh_world.it).ticket for _ in range(2))
    running = tickets.export(fresh_world.actor("admin"), TicketQuery())
    tickets.assign(fresh_world.actor("admin"), first.id, fresh_world.agent.id)
    make_ticket(fresh_world.client, fresh_world.it)
    seen = [row for batch in running.batches() for row in batch]
    running.close()
    assert [row[3] for row in seen] == ["Open", "Open"]


@pytest.mark.asyncio
async def test_hanging_up_ends_the_cursor(fresh_world: World, fresh_api: Api) -> None:
    """The caller disconnects after the first piece; whatever the server is at, the connection is given back."""
    import asyncio

    for _ in range(3):
        await asyncio.to_thread(make_ticket, fresh_world.client, fresh_world.it)
    tokens = await asyncio.to_thread(fresh_api.tokens, fresh_world.admin)
    begun = asyncio.Event()

    async def receive() -> dict[str, object]:
        if not begun.is_set():
            if not asked:
                asked.append(1)
                return {"type": "http.request", "body": b"", "more_body": False}
            await begun.wait()
        return {"type": "http.disconnect"}

    asked: list[int] = []

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.body":
            begun.set()
            await asyncio.Event().wait()  # a network that takes nothing more

    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": PATH, "raw_path": PATH.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"host", b"localhost:8000"), (b"authorization", f"Bearer {tokens['access_token']}".encode())],
        "client": ("127.0.0.1", 1), "server": ("localhost", 8000),
    }  # fmt: skip
    async with asyncio.timeout(20):
        await app()(scope, receive, send)  # type: ignore[arg-type]
    assert begun.is_set()
    assert await asyncio.to_thread(_reading) == 0

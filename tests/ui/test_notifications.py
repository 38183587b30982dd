"""The notification log, in the hands of an admin."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select, update

from helpdesk.core.db import transaction
from helpdesk.models.notification import notification_logs
from tests import factories
from tests.factories import World
from tests.ui.conftest import Opener
from tests.ui.doing import act, loaded

pytestmark = pytest.mark.asyncio(loop_scope="session")


def file_and_fail(people: World) -> int:
    """File a ticket; the first of its messages failed."""
    factories.make_ticket(people.client, people.it)
    with transaction() as s:
        row_id = s.scalar(select(notification_logs.c.id).order_by(notification_logs.c.id).limit(1))
        s.execute(
            update(notification_logs)
            .where(notification_logs.c.id == row_id)
            .values(status="failed", attempts=3, last_error="550 no such mailbox")
        )
    assert row_id is not None
    return row_id


async def test_a_failed_message_is_found_and_tried_again(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.app_state import AppState
    from helpdesk.ui.notifications.state import LogState

    failed = await asyncio.to_thread(file_and_fail, people)
    tab = await loaded(await open_tab(people.admin, "/admin/notifications?status=failed"), LogState)
    (row,) = tab.var(LogState, "rows")
    assert (row["id"], row["status"], row["attempts"], row["error"]) == (
        failed, "failed", "3 tries", "550 no such mailbox",
    )  # fmt: skip
    assert row["number"]
    await act(tab, f"{LogState.get_full_name()}.retry", notification_id=failed)
    assert tab.var(LogState, "rows")[0]["status"] == "queued"
    assert tab.var(AppState, "toasts")[-1]["kind"] == "ok"
    await act(tab, f"{LogState.get_full_name()}.retry", notification_id=987654321)
    assert tab.var(AppState, "toasts")[-1]["kind"] == "bad"


async def test_new_messages_wait_and_move_nothing(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.notifications.state import LogState

    await asyncio.to_thread(factories.make_ticket, people.client, people.it)
    tab = await loaded(await open_tab(people.admin, "/admin/notifications"), LogState)
    before = [row["id"] for row in tab.var(LogState, "rows")]
    assert before
    await asyncio.to_thread(factories.make_ticket, people.client, people.it)
    await act(tab, f"{LogState.get_full_name()}.refresh")
    assert [row["id"] for row in tab.var(LogState, "rows")] == before
    assert tab.var(LogState, "waiting") == len(before)
    await act(tab, f"{LogState.get_full_name()}.show_new")
    assert tab.var(LogState, "waiting") == 0
    assert len(tab.var(LogState, "rows")) == 2 * len(before)


async def test_a_changed_message_changes_in_place(open_tab: Opener, people: World) -> None:
    from helpdesk.integrations import live
    from helpdesk.ui.notifications.state import LogState

    await asyncio.to_thread(factories.make_ticket, people.client, people.it)
    tab = await loaded(await open_tab(people.admin, "/admin/notifications"), LogState)

    def send() -> None:
        with transaction() as s:
            mails = update(notification_logs).where(notification_logs.c.channel == "email")
            s.execute(mails.values(status="sent", attempts=1, sent_at=func.now()))
        live.publish(["notifications"])

    await asyncio.to_thread(send)
    await tab.until(lambda: {row["status"] for row in tab.var(LogState, "rows")} == {"sent"})
    marks = {(row["channel"], row["mark"]) for row in tab.var(LogState, "rows")}
    assert marks == {("email", "changed"), ("in_app", "")}  # what rang was there at once


async def test_filters_stand_in_the_address_and_nonsense_is_left_out(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.notifications.state import LogState

    await asyncio.to_thread(factories.make_ticket, people.client, people.it)
    tab = await loaded(
        await open_tab(people.admin, "/admin/notifications?status=nonsense&event=ticket_receipt"), LogState
    )
    assert tab.var(LogState, "status") == ""
    assert {row["event"] for row in tab.var(LogState, "rows")} == {"Receipt"}
    await act(tab, f"{LogState.get_full_name()}.pick_event", event="nonsense")
    assert tab.actions[-1]["payload"]["path"] == "/admin/notifications"
    tab.path = "/admin/notifications?cursor=nonsense"
    await act(tab, f"{LogState.get_full_name()}.load")
    assert tab.var(LogState, "problem") != ""


@pytest.mark.parametrize("name", ["client", "agent", "manager"])
async def test_others_read_nothing(open_tab: Opener, people: World, name: str) -> None:
    from helpdesk.ui.notifications.state import LogState

    failed = await asyncio.to_thread(file_and_fail, people)
    tab = await open_tab(getattr(people, name), "/admin/notifications")
    for handler in ("load", "refresh", "show_new"):
        await act(tab, f"{LogState.get_full_name()}.{handler}")
    await act(tab, f"{LogState.get_full_name()}.retry", notification_id=failed)
    assert tab.var(LogState, "rows") == []

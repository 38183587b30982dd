"""The database's clock times what happens to tickets: a machine whose clock is wrong changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

import pytest
from sqlalchemy import Connection, func, select

from helpdesk.core import clock
from helpdesk.models.notification import notification_logs
from helpdesk.models.ticket import ticket_events, tickets
from helpdesk.services import comments
from helpdesk.services import tickets as service
from tests.factories import World, make_ticket


class _Fast(datetime):
    """A clock that is an hour ahead."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz) + timedelta(hours=1)


@pytest.mark.parametrize("wrong", [True, False])
def test_events_clocks_and_messages_follow_the_database(
    db: Connection, world: World, monkeypatch: pytest.MonkeyPatch, wrong: bool
) -> None:
    if wrong:
        monkeypatch.setattr(clock, "datetime", _Fast)
        assert clock.now() - datetime.now(clock.UTC) > timedelta(minutes=59)
    made = make_ticket(world.client, world.it).ticket.id
    service.take(world.actor("agent"), made)
    comments.add(world.actor("agent"), made, "Which tray?")
    edge = db.scalar(select(func.clock_timestamp() + timedelta(minutes=1)))
    assert edge is not None
    latest = [
        db.scalar(select(func.max(ticket_events.c.at)).where(ticket_events.c.ticket_id == made)),
        db.scalar(select(tickets.c.updated_at).where(tickets.c.id == made)),
        db.scalar(
            select(func.max(notification_logs.c.next_attempt_at)).where(notification_logs.c.ticket_id == made)
        ),
    ]
    assert [one for one in latest if one is None or one >= edge] == []

"""Acts of both sides on a ticket's conversation: writing, watching, confirming, rating, messages tried again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from helpdesk.core.db import transaction
from helpdesk.models.notification import notification_logs
from tests import factories
from tests.factories import World
from tests.ui.parity.acts import Act, Event
from tests.ui.parity.stages import OWN, PAGE, held, rated, resolved, taken

_KEPT = frozenset({"drafts"})
"""A refused message stays in its writer's own draft, in the browser."""
_RETRY = "/api/v1/admin/notifications/{id}/retry"


def _failed(people: World, ticket_id: int) -> int:
    """The ticket's first mail, as if the mail server had refused it."""
    n = notification_logs.c
    with transaction() as s:
        first = s.scalars(
            select(n.id).where(n.ticket_id == ticket_id, n.channel == "email").order_by(n.id)
        ).first()
        s.execute(update(notification_logs).where(n.id == first).values(status="failed", attempts=1))
    assert first is not None
    return first


def failed(people: World) -> int:
    return _failed(people, taken(people))


def failed_in_hr(people: World) -> int:
    return _failed(people, factories.make_ticket(people.client, people.hr).ticket.id)


def _writes(handler: str, message: str) -> Event:
    return f"tickets.composer_state.ComposerState.{handler}", {"form": {"message": message}}


def _asked(handler: str, **payload: Any) -> tuple[Event, ...]:
    return ((f"tickets.requester_state.RequesterState.{handler}", payload),)


def _watchers(*names: str) -> Any:
    return lambda people, _: {"user_ids": [getattr(people, name).id for name in names]}


ACTS: dict[str, Act] = {
    "reply": Act(
        verb="comments.add",
        by="agent",
        before=taken,
        page=PAGE,
        events=(_writes("send_reply", "Which tray?"),),
        requests=(("POST", OWN + "/comments", {"message": "Which tray?"}),),
        strangers=("manager",),
        aside=_KEPT,
    ),
    "note": Act(
        verb="comments.add",
        by="agent",
        before=taken,
        page=PAGE,
        events=(
            ("tickets.composer_state.ComposerState.set_mode", {"mode": "note"}),
            _writes("send_note", "The old one"),
        ),
        requests=(("POST", OWN + "/comments", {"message": "The old one", "is_internal": True}),),
    ),
    "requester's reply": Act(
        verb="comments.add",
        by="client",
        before=held,
        page=PAGE,
        events=(_writes("send_reply", "Any news?"),),
        requests=(("POST", OWN + "/comments", {"message": "Any news?"}),),
        strangers=("manager",),
        aside=_KEPT,
    ),
    "confirm": Act(
        verb="tickets.close",
        by="client",
        before=resolved,
        page=PAGE,
        events=_asked("confirm"),
        requests=(("POST", OWN + "/close", {}),),
    ),
    "withdraw": Act(
        verb="tickets.close",
        by="client",
        before=taken,
        page=PAGE,
        events=_asked("withdraw"),
        requests=(("POST", OWN + "/close", {}),),
    ),
    "not yet": Act(
        verb="tickets.reopen",
        by="client",
        before=resolved,
        page=PAGE,
        events=_asked("not_yet", form={"reason": "It still burns"}),
        requests=(("POST", OWN + "/reopen", {"reason": "It still burns"}),),
    ),
    "rate": Act(
        verb="tickets.rate",
        by="client",
        before=resolved,
        page=PAGE,
        events=_asked("rate", stars=4),
        requests=(("POST", OWN + "/rating", {"rating": 4}),),
    ),
    "comment on the rating": Act(
        verb="tickets.rate",
        by="client",
        before=rated,
        page=PAGE,
        events=_asked("comment_rating", form={"comment": "Quick"}),
        requests=(("POST", OWN + "/rating", {"rating": 4, "comment": "Quick"}),),
    ),
    "watch": Act(
        verb="tickets.set_watchers",
        by="client",
        before=taken,
        page=PAGE,
        events=(("tickets.watch_state.WatchState.add", lambda people, _: {"person_id": people.manager.id}),),
        requests=(("PUT", OWN + "/watchers", _watchers("client2", "manager")),),
        strangers=("manager",),
    ),
    "watch no more": Act(
        verb="tickets.set_watchers",
        by="agent",
        before=taken,
        page=PAGE,
        events=(
            ("tickets.watch_state.WatchState.remove", lambda people, _: {"person_id": people.client2.id}),
        ),
        requests=(("PUT", OWN + "/watchers", _watchers()),),
        strangers=("manager",),
    ),
    "leave": Act(
        verb="tickets.set_watchers",
        by="client2",
        before=taken,
        page=PAGE,
        events=(("tickets.watch_state.WatchState.leave", {}),),
        requests=(("PUT", OWN + "/watchers", _watchers()),),
        strangers=("manager",),
    ),
    "try a message again": Act(
        verb="notifications.retry",
        by="agent",
        before=failed,
        page=PAGE,
        events=(("tickets.edit_state.EditState.retry", lambda _, one: {"notification_id": str(one)}),),
        requests=(("POST", _RETRY, None),),
        strangers=("client", "client2"),
    ),
    "try a message again from the log": Act(
        verb="notifications.retry",
        by="admin",
        before=failed_in_hr,
        page="/admin/notifications",
        events=(("notifications.state.LogState.retry", lambda _, one: {"notification_id": one}),),
        requests=(("POST", _RETRY, None),),
        strangers=("client", "agent", "manager"),
    ),
}

"""Acts on what is a person's own: bell, profile, sessions, tokens, password, drafts, waiting files."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from helpdesk.core import clock
from helpdesk.services import comments, notifications, sessions, tickets, tokens
from helpdesk.services.notifications import BellQuery
from tests import factories
from tests.factories import PASSWORD, World
from tests.ui.filing import upload
from tests.ui.parity.acts import Act

NEW_PASSWORD = "a grey heron at dusk"
_OF_NOBODY = frozenset({200, 204})
"""What the API answers to somebody who does it to their own, of which there is none: others' stay as they are."""


def rung(people: World) -> int:
    """Two replies to the client; the first one's bell."""
    ticket_id = factories.make_ticket(people.client, people.it).ticket.id
    tickets.take(people.actor("agent"), ticket_id)
    for words in ("Which tray?", "And since when?"):
        comments.add(people.actor("agent"), ticket_id, words)
    return notifications.list_mine(people.actor("client"), BellQuery()).items[-1].id


def signed_in_elsewhere(people: World) -> str:
    """Two more sessions of the client; one of them."""
    client = sessions.Client("127.0.0.1", "elsewhere")
    first, _ = [sessions.sign_in(client, people.client.email, PASSWORD) for _ in range(2)]
    return first[0].id


def session_actor(people: World) -> Any:
    client = sessions.Client("127.0.0.1", "tests")
    actor = sessions.actor_of_cookie(sessions.sign_in(client, people.client.email, PASSWORD)[1])
    assert actor is not None
    return actor


def with_token(people: World) -> int:
    made = tokens.create(session_actor(people), "Nightly", ["read"], clock.now() + timedelta(days=30))
    return made.token.id


def with_all(people: World) -> int:
    signed_in_elsewhere(people)
    return with_token(people)


def with_upload(people: World) -> int:
    return upload(people.client)


def with_draft(people: World) -> int:
    from helpdesk.services import drafts

    drafts.save(people.actor("client"), "wizard", {"title": "The dock hums"})
    return 0


def _keep(name: str, value: Any, sent: str) -> Act:
    return Act(
        verb="profile.update_profile",
        by="client",
        page="/profile",
        events=((f"profile.state.ProfileState.{sent}", {"name": name, "value": value}),)
        if sent == "choose"
        else ((f"profile.state.ProfileState.{sent}", {"on": value}),),
        requests=(("PUT", "/api/v1/profile", {name: value}),),
        strangers=(),
    )


_WIZARD = {"description": "", "hold_up": "", "files": [], "for": {"id": 0, "name": ""}, "watchers": []}
ACTS: dict[str, Act] = {
    "read one bell": Act(
        verb="notifications.mark_read",
        by="client",
        before=rung,
        page="/my",
        events=(("bell.state.BellState.take_as_read", lambda _, bell: {"bell_id": bell}),),
        requests=(("POST", "/api/v1/notifications/{id}/read", None),),
        strangers=("client2", "agent", "admin"),
    ),
    "read one bell on the page": Act(
        verb="notifications.mark_read",
        by="client",
        before=rung,
        page="/notifications",
        events=(("bell.page_state.BellPageState.take_as_read", lambda _, bell: {"bell_id": bell}),),
        requests=(("POST", "/api/v1/notifications/{id}/read", None),),
        strangers=("client2",),
    ),
    "read all bells": Act(
        verb="notifications.mark_all_read",
        by="client",
        before=rung,
        page="/my",
        events=(("bell.state.BellState.take_all_as_read", {}),),
        requests=(("POST", "/api/v1/notifications/read-all", None),),
        strangers=("client2",),
        answers=_OF_NOBODY,
    ),
    "theme": _keep("theme", "dark", "choose"),
    "density": _keep("density", "compact", "choose"),
    "language": _keep("locale", "de", "choose"),
    "time zone": _keep("time_zone", "Asia/Tokyo", "choose"),
    "single keys": _keep("single_keys", False, "set_single_keys"),
    "what one is told": Act(
        verb="profile.update_profile",
        by="client",
        page="/profile",
        events=(
            (
                "profile.state.ProfileState.tell",
                {"event": "public_comment", "channel": "email", "on": False},
            ),
        ),
        requests=(
            (
                "PUT",
                "/api/v1/profile",
                {"notifications": [{"event": "public_comment", "channel": "email", "enabled": False}]},
            ),
        ),
        strangers=(),
    ),
    "end a session": Act(
        verb="profile.end_session",
        by="client",
        before=signed_in_elsewhere,
        page="/profile",
        events=(("profile.account.SessionState.end", lambda _, one: {"session_id": one}),),
        requests=(("DELETE", "/api/v1/profile/sessions/{id}", None),),
        strangers=("client2", "admin"),
    ),
    "end the other sessions": Act(
        verb="profile.end_other_sessions",
        by="client",
        before=signed_in_elsewhere,
        page="/profile",
        events=(("profile.account.SessionState.end_others", {}),),
        requests=(("DELETE", "/api/v1/profile/sessions", None),),
        strangers=(),
        cookie=True,
    ),
    "make a token": Act(
        verb="tokens.create",
        by="client",
        page="/profile",
        events=(
            (
                "profile.token_state.TokenState.create",
                {"form": {"name": "Nightly", "read": "on", "write": "on", "days": "30"}},
            ),
        ),
        requests=(
            (
                "POST",
                "/api/v1/profile/tokens",
                lambda *_: {
                    "name": "Nightly",
                    "scopes": ["read", "write"],
                    "expires_at": (clock.now() + timedelta(days=30)).isoformat(),
                },
            ),
        ),
        strangers=(),
    ),
    "revoke a token": Act(
        verb="tokens.revoke",
        by="client",
        before=with_token,
        page="/profile",
        events=(
            ("profile.token_state.TokenState.look", {}),
            ("profile.token_state.TokenState.ask", lambda _, token: {"token_id": token}),
            ("profile.token_state.TokenState.revoke", {}),
        ),
        requests=(("DELETE", "/api/v1/profile/tokens/{id}", None),),
        strangers=("client2", "admin"),
    ),
    "change the password": Act(
        verb="sessions.change_password",
        by="client",
        before=with_all,
        page="/profile",
        events=(
            (
                "profile.account.PasswordState.change",
                {
                    "form": {
                        "current_password": PASSWORD,
                        "new_password": NEW_PASSWORD,
                        "again": NEW_PASSWORD,
                    }
                },
            ),
        ),
        requests=(
            (
                "POST",
                "/api/v1/auth/password",
                {"current_password": PASSWORD, "new_password": NEW_PASSWORD},
            ),
        ),
        strangers=(),
        cookie=True,
    ),
    "keep a draft": Act(
        verb="drafts.save",
        by="client",
        page="/new",
        events=(("wizard.state.WizardState.keep", {"name": "title", "value": "The dock hums"}),),
        requests=(("PUT", "/api/v1/drafts/wizard", {"title": "The dock hums", **_WIZARD}),),
        strangers=(),
    ),
    "forget a draft": Act(
        verb="drafts.discard",
        by="client",
        before=with_draft,
        page="/new",
        events=(("wizard.state.WizardState.start_over", {}),),
        requests=(("DELETE", "/api/v1/drafts/wizard", None),),
        strangers=("client2",),
        answers=_OF_NOBODY,
    ),
    "drop a waiting file": Act(
        verb="attachments.discard_upload",
        by="client",
        before=with_upload,
        page="/new",
        events=(("wizard.state.WizardState.drop_file", lambda _, one: {"upload_id": str(one)}),),
        requests=(("DELETE", "/api/v1/uploads/{id}", None),),
        strangers=("client2", "admin"),
        aside=frozenset({"drafts"}),
    ),
}

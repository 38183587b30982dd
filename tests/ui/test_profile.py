"""The profile page: choices are kept at once, and a token's value is in the State only while it is shown."""

from __future__ import annotations

import asyncio
import json

import pytest

from helpdesk.services import profile, sessions, tokens
from tests.factories import PASSWORD, World
from tests.ui.conftest import Opener, cookie_of
from tests.ui.doing import act, as_person, loaded
from tests.ui.protocol import Tab

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_choices_are_kept_and_reach_the_frame(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.app_state import AppState
    from helpdesk.ui.profile.state import ProfileState

    name = ProfileState.get_full_name()
    tab = await loaded(await open_tab(people.client, "/profile"), ProfileState)
    await act(tab, f"{name}.choose", name="theme", value="dark")
    await act(tab, f"{name}.choose", name="time_zone", value="Asia/Tokyo")
    await act(tab, f"{name}.set_single_keys", on=False)
    me = tab.var(AppState, "me")
    assert (me["theme"], me["zone"], me["look"]) == ("dark", "Asia/Tokyo", "dark - off")
    await act(tab, f"{name}.choose", name="role", value="admin")
    await act(tab, f"{name}.choose", name="theme", value="pink")
    assert tab.var(AppState, "toasts")[-1]["kind"] == "bad"
    seen = await as_person(people, "client", profile.get)
    assert (seen.theme, seen.time_zone, seen.single_keys, seen.role) == (
        "dark",
        "Asia/Tokyo",
        False,
        "client",
    )
    other = await open_tab(people.client, "/my")
    await other.until(lambda: other.var(AppState, "me")["look"] == "dark - off", timeout=10)


async def test_what_one_is_told(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.app_state import AppState
    from helpdesk.ui.profile.state import ProfileState

    name = ProfileState.get_full_name()
    tab = await loaded(await open_tab(people.client, "/profile"), ProfileState)
    await act(tab, f"{name}.tell", event="public_comment", channel="email", on=False)
    rows = {row["event"]: row for row in tab.var(ProfileState, "wishes")}
    assert (rows["public_comment"]["mail"], rows["public_comment"]["app"]) == (False, True)
    assert "assigned" not in rows
    for event, channel in (("resolved", "in_app"), ("assigned", "email"), ("nonsense", "x")):
        await act(tab, f"{name}.tell", event=event, channel=channel, on=False)
        assert tab.var(AppState, "toasts")[-1]["kind"] == "bad"


async def test_a_tokens_value_is_forgotten_once_it_was_shown(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.profile.token_state import TokenState

    name = TokenState.get_full_name()
    cookie = await asyncio.to_thread(cookie_of, people.client)
    tab = await open_tab(cookie=cookie, path="/profile")
    await act(tab, f"{name}.begin")
    await act(tab, f"{name}.create", form={"name": "Nightly", "read": "on", "days": "30"})
    assert tab.var(TokenState, "made") is True
    value = put(tab)[-1]
    assert value.startswith("hd_")
    assert value not in json.dumps(tab.state), "no State holds it"
    assert (await asyncio.to_thread(tokens.actor_of_token, value)).user_id == people.client.id
    told = [frame for frame in tab.raw if value in frame]
    assert len(told) == 1, "it goes over the line once"
    await act(tab, f"{name}.close")
    assert (tab.var(TokenState, "made"), put(tab)[-1]) == (False, "")
    await tab.close()
    tab = await open_tab(cookie=cookie, path="/profile", token=tab.token)
    await act(tab, f"{name}.look")
    assert value not in json.dumps(tab.state) + "".join(tab.raw)
    (row,) = tab.var(TokenState, "rows")
    await act(tab, f"{name}.ask", token_id=row["id"])
    await act(tab, f"{name}.revoke")
    assert tab.var(TokenState, "rows") == []


def put(tab: Tab) -> list[str]:
    """What was written into the field of a new token."""
    written = [one["payload"] for one in tab.actions if one["name"] == "_set_value"]
    assert {one["ref"] for one in written} <= {"ref_new_token"}
    return [one["value"] for one in written]


async def test_what_makes_no_token_stands_at_its_field(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.profile.token_state import TokenState

    name = TokenState.get_full_name()
    tab = await open_tab(people.client, "/profile")
    await act(tab, f"{name}.create", form={"name": "", "read": "on", "days": "30"})
    assert list(tab.var(TokenState, "errors")) == ["name"]
    await act(tab, f"{name}.create", form={"name": "A", "days": "30"})
    assert list(tab.var(TokenState, "errors")) == ["scopes"]
    await act(tab, f"{name}.create", form={"name": "A", "read": "on", "days": "9999"})
    assert list(tab.var(TokenState, "errors")) == ["expires_at"]
    await act(tab, f"{name}.create", form={"name": "A", "read": "on", "admin": "on", "days": "7"})
    assert list(tab.var(TokenState, "errors")) == ["scopes"]
    assert await as_person(people, "client", tokens.list_tokens) == []


async def test_a_new_password_ends_what_else_is_open(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.profile.account import PasswordState, SessionState

    other = await asyncio.to_thread(cookie_of, people.client)
    tab = await open_tab(people.client, "/profile")
    name = PasswordState.get_full_name()
    new = "a grey heron at dusk"
    await act(tab, f"{name}.change", form={"current_password": PASSWORD, "new_password": new, "again": "x"})
    assert list(tab.var(PasswordState, "errors")) == ["again"]
    await act(tab, f"{name}.change", form={"current_password": "x", "new_password": new, "again": new})
    assert list(tab.var(PasswordState, "errors")) == ["current_password"]
    assert await asyncio.to_thread(sessions.actor_of_cookie, other) is not None
    await act(tab, f"{name}.change", form={"current_password": PASSWORD, "new_password": new, "again": new})
    assert await asyncio.to_thread(sessions.actor_of_cookie, other) is None
    await tab.until(lambda: len(tab.var(SessionState, "rows")) == 1, timeout=10)
    assert new not in json.dumps(tab.state)


async def test_sessions_end_one_by_one_and_all(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.profile.account import SessionState, program

    phone, laptop = [await asyncio.to_thread(cookie_of, people.client) for _ in range(2)]
    tab = await open_tab(people.client, "/profile")
    name = SessionState.get_full_name()
    await act(tab, f"{name}.look")
    rows = tab.var(SessionState, "rows")
    assert [row["current"] for row in rows].count(True) == 1
    assert len(rows) == 3
    await act(tab, f"{name}.end", session_id=phone.partition(".")[0])
    assert await asyncio.to_thread(sessions.actor_of_cookie, phone) is None
    await act(tab, f"{name}.end_others")
    assert await asyncio.to_thread(sessions.actor_of_cookie, laptop) is None
    assert [row["current"] for row in tab.var(SessionState, "rows")] == [True]
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36"
    assert (program(agent), program("<script>")) == ("Chrome on Linux", "A browser")

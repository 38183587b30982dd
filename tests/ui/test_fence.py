"""The outer fence: who gets a socket, which events run, and what a stranger learns (nothing)."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from sqlalchemy import select, update

from helpdesk.core.db import transaction
from helpdesk.domain.enums import SELECTABLE_ROLES, Role
from helpdesk.models.person import roles, sessions, users
from tests.factories import World
from tests.ui.conftest import Opener, cookie_of
from tests.ui.frames import HYDRATE, ROOT, new_token
from tests.ui.protocol import Tab

pytestmark = pytest.mark.asyncio(loop_scope="session")


def handlers() -> dict[str, Any]:
    """Every handler that a browser can name, by its full name."""
    from reflex_base.registry import RegistrationContext

    return {name: one.handler.fn for name, one in RegistrationContext.get().event_handlers.items()}


async def test_every_handler_of_ours_is_marked(asgi: Any) -> None:
    from helpdesk.ui.guard.events import allowed_roles

    ours = {name: fn for name, fn in handlers().items() if not fn.__module__.startswith("reflex")}
    assert len(ours) >= 5
    unmarked = [name for name, fn in ours.items() if not allowed_roles(fn)]
    assert unmarked == []


async def test_of_the_framework_only_the_needed_events_pass(asgi: Any) -> None:
    from helpdesk.ui.guard.events import FRAMEWORK_EVENTS, may_call

    framework = {name: fn for name, fn in handlers().items() if fn.__module__.startswith("reflex")}
    passing = {fn.__name__ for fn in framework.values() if may_call(fn, Role.ADMIN)}
    assert passing <= FRAMEWORK_EVENTS
    assert "setvar" not in passing
    assert any(fn.__name__ == "setvar" for fn in framework.values()), (
        "the framework changed: look what replaced it"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"cookie": ""},
        {"cookie": "forged"},
        {"origin": None},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"token": "not-a-uuid"},
        {"token": ""},
    ],
    ids=lambda change: "-".join(f"{k}={v}" for k, v in change.items()),
)
async def test_a_socket_is_refused_before_it_opens(asgi: Any, people: World, change: dict[str, Any]) -> None:
    good = {"cookie": await asyncio.to_thread(cookie_of, people.agent)}
    assert await Tab(asgi, **good).open()
    tab = Tab(asgi, **{**good, **change})
    assert not await tab.open()
    assert tab.closed == 4401
    assert tab.raw == []


async def test_every_token_that_the_framework_makes_is_let_in(asgi: Any, people: World) -> None:
    """Its generator is not quite RFC 9562: the variant's digit runs from 8 to f."""
    cookie = await asyncio.to_thread(cookie_of, people.agent)
    for variant in "89abcdef":
        tab = Tab(asgi, cookie=cookie, token=f"5a5a58fb-d00a-456f-{variant}a7f-ade201db252d")
        assert await tab.open(), variant
        await tab.close()


async def test_hydrating_tells_class_defaults_and_the_persons_own(open_tab: Opener, people: World) -> None:
    """Every var of every State goes to every browser that connects: all but what `enter` loads must be defaults."""
    from reflex.state import State
    from reflex_base.utils.format import json_dumps

    from helpdesk.ui.app_state import AppState

    tab = await open_tab(people.client)
    own = AppState.get_full_name()
    assert tab.var(AppState, "me")["name"] == people.client.name
    defaults = json.loads(json_dumps(State(_reflex_internal_init=True).dict()))
    assert own in defaults
    for name, told in tab.state.items():
        for var, value in told.items():
            if var.startswith(("is_hydrated", "rx_router", "router")) or (name, var) == (own, "me_rx_state_"):
                continue
            assert value == defaults[name][var], f"{name}.{var} is not its default"


async def test_setvar_and_what_is_not_marked_is_refused(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.app_state import AppState

    tab = await open_tab(people.client)
    app_state = AppState.get_full_name()
    await tab.event(f"{app_state}.setvar", var_name="counts", value={"all": 99})
    assert tab.var(AppState, "counts") == {}
    assert tab.var(AppState, "toasts")[-1]["text"] == "You are not allowed to do that."
    before = len(tab.var(AppState, "toasts"))
    await tab.event(f"{app_state}._toast", kind="ok", text="made up")  # a helper: not even registered
    assert len(tab.var(AppState, "toasts")) == before
    names = handlers()
    assert not any(name.rpartition(".")[2].startswith("_") for name in names)


async def test_a_browser_brings_no_vars(open_tab: Opener, people: World) -> None:
    """Of the framework's events that are let through, two take vars that a browser kept: none of ours is kept there."""
    from helpdesk.ui.app_state import AppState

    tab = await open_tab(people.client)
    made_up = {f"{AppState.get_full_name()}.me_rx_state_": {"role": "admin", "staff": True}}
    update_vars = f"{ROOT}.reflex___state____update_vars_internal_state.update_vars_internal"
    for number, name in enumerate((HYDRATE, update_vars), 1):
        assert name in handlers()
        payload = {"vars": made_up} | ({"hashes": {}} if name == HYDRATE else {})
        await tab.event(name, **payload)
        refused = [toast["text"] for toast in tab.var(AppState, "toasts")]
        assert len(refused) == number
        assert all(words.startswith("That could not be understood.") for words in refused)
        assert tab.var(AppState, "me")["role"] == "client"


async def test_the_role_decides_for_each_handler(asgi: Any) -> None:
    from helpdesk.ui.guard.events import allowed_roles, may_call

    for name, fn in handlers().items():
        for role in SELECTABLE_ROLES:
            expected = role in (allowed_roles(fn) or ())
            if not fn.__module__.startswith("reflex"):
                assert may_call(fn, role) == expected, f"{name} as {role}"
        assert not may_call(fn, Role.SYSTEM) or fn.__module__.startswith("reflex")


async def test_a_revoked_session_stops_at_once(open_tab: Opener, people: World) -> None:
    from helpdesk.core import clock
    from helpdesk.ui.app_state import AppState

    tab = await open_tab(people.agent)
    assert tab.var(AppState, "signed_out") is False

    def revoke() -> None:
        with transaction() as s:
            s.execute(
                update(sessions).where(sessions.c.user_id == people.agent.id).values(revoked_at=clock.now())
            )

    await asyncio.to_thread(revoke)
    tab.state.clear()
    await tab.event(f"{AppState.get_full_name()}.refresh_counts")
    assert tab.state == {AppState.get_full_name(): {"signed_out_rx_state_": True}}
    assert not await Tab(tab.asgi, cookie=tab.cookie).open()


async def test_a_changed_role_acts_at_once(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.app_state import AppState

    tab = await open_tab(people.agent)
    assert tab.var(AppState, "counts") != {}, "staff have counts"

    def demote() -> None:
        with transaction() as s:
            client = s.scalar(select(roles.c.id).where(roles.c.name == "client"))
            s.execute(update(users).where(users.c.id == people.agent.id).values(role_id=client))

    await asyncio.to_thread(demote)
    await tab.event(f"{AppState.get_full_name()}.enter")
    assert tab.var(AppState, "me")["role"] == "client"
    assert tab.var(AppState, "me")["staff"] is False


async def test_a_leaked_token_opens_nothing(open_tab: Opener, people: World) -> None:
    """The token stands in the socket's address, so in logs. With another session it names another state."""
    from helpdesk.ui.app_state import AppState

    victim = await open_tab(people.admin)
    assert victim.var(AppState, "me")["name"] == people.admin.name
    thief = await open_tab(people.client, token=victim.token)
    assert people.admin.name not in "".join(thief.raw)
    await victim.close()
    later = await open_tab(people.client2, token=victim.token)
    assert people.admin.name not in "".join(later.raw)


async def test_headers_in_an_event_are_not_believed(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.app_state import AppState

    admin = await asyncio.to_thread(cookie_of, people.admin)
    tab = await open_tab(people.client, headers={"authorization": "hd-socket guessed"})
    await tab.forged(
        {
            "name": f"{AppState.get_full_name()}.enter",
            "payload": {},
            "router_data": {
                "headers": {"cookie": f"hd_session={admin}", "authorization": "hd-socket x"},
                "sid": "x",
            },
            "token": new_token(),
        }
    )
    assert tab.var(AppState, "me")["id"] == people.client.id


async def test_nothing_secret_comes_back_to_the_browser(open_tab: Opener, people: World) -> None:
    tab = await open_tab(people.agent)
    everything = "".join(tab.raw)
    assert tab.cookie not in everything
    assert tab.cookie.split(".")[1] not in everything
    assert "hd-socket" not in everything


async def test_a_flood_closes_the_socket(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.guard.http import EVENT_BURST

    tab = await open_tab(people.client)
    for _ in range(EVENT_BURST + 20):
        await tab._send("42/_event," + json.dumps(["ping"]))
    await tab.until(lambda: tab.closed is not None)
    assert tab.closed == 1008


async def test_a_huge_event_closes_the_socket(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.guard.http import MAX_EVENT_CHARS

    tab = await open_tab(people.client)
    await tab.event("x", text="a" * (MAX_EVENT_CHARS + 1))
    assert tab.closed == 1008


async def test_a_person_has_ten_sockets(asgi: Any, people: World) -> None:
    cookie = await asyncio.to_thread(cookie_of, people.client2)
    tabs = [Tab(asgi, cookie=cookie) for _ in range(11)]
    assert [await tab.open() for tab in tabs] == [True] * 10 + [False]
    assert tabs[-1].closed == 4429
    await tabs[0].close()
    assert await Tab(asgi, cookie=cookie).open()
    for tab in tabs:
        await tab.close()


@pytest.mark.parametrize(
    "text", ["<reflex.Var>1</reflex.Var>", "<reflex.Var></reflex.Var>", "<reflex.Var>abc</reflex.Var>"]
)
async def test_the_frameworks_marker_in_text_does_no_harm(open_tab: Opener, people: World, text: str) -> None:
    """In an argument, in a form, in a redirect: the process must neither hang nor fail."""
    from helpdesk.ui.app_state import AppState

    tab = await open_tab(people.client)
    started = time.monotonic()
    name = AppState.get_full_name()
    await tab.event(f"{name}.dismiss_toast", toast_id=text)
    await tab.event(f"{name}.search", form={"__reflex_form_data__": [["q", text]]})
    await tab.event(f"{name}.crashed", reference=text)
    await tab.event(f"{name}.enter")
    assert time.monotonic() - started < 10
    assert tab.var(AppState, "me")["id"] == people.client.id


async def test_odd_arguments_fail_quietly(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.app_state import AppState

    tab = await open_tab(people.client)
    name = AppState.get_full_name()
    for value in (None, 7, [], {}, "\x00", "\ud800", [[[[["deep"]]]]]):
        await tab.event(f"{name}.dismiss_toast", toast_id=value)
    await tab.event(f"{name}.dismiss_toast")
    await tab.event(f"{name}.dismiss_toast", toast_id="x", more=1)
    await tab.event("no_such.handler")
    tab.state.clear()
    await tab.event(f"{name}.enter")
    assert tab.var(AppState, "me")["id"] == people.client.id

"""The fence around events: who calls, and may they call this."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

import reflex as rx
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event
from reflex_base.event.context import EventContext
from reflex_base.registry import RegistrationContext

from helpdesk.core.errors import DomainError
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import SELECTABLE_ROLES, Role
from helpdesk.ui import live
from helpdesk.ui.guard import sockets
from helpdesk.ui.guard.arguments import fits

if TYPE_CHECKING:
    from reflex.app import App

log = logging.getLogger(__name__)
F = TypeVar("F", bound=Callable[..., Any])

_me: ContextVar[Actor | None] = ContextVar("helpdesk_ui_me", default=None)
_MARK = "__helpdesk_allow__"
_FRAMEWORK = frozenset({"reflex", "reflex_base"})
# The framework's own events that a browser needs; everything else of it (`setvar` above all) is refused.
FRAMEWORK_EVENTS = frozenset({
    "hydrate", "hydrate_and_load", "on_load_internal", "set_is_hydrated", "update_vars_internal",
    "handle_frontend_exception",
})  # fmt: skip
_OTHER_KINDS = frozenset({"hydrate_and_load"})  # browsers send it an object where it says a list
_MAX_DEPTH = 20


def allow(*roles: Role) -> Callable[[F], F]:
    """Mark a handler as callable, by these roles; without any, by everybody signed in. Stand below `@rx.event`.

    It grants nothing: the service decides again.
    """

    def mark(handler: F) -> F:
        setattr(handler, _MARK, frozenset(roles) or SELECTABLE_ROLES)
        return handler

    return mark


def allowed_roles(handler: Callable[..., Any]) -> frozenset[Role] | None:
    """The roles that a handler is marked with; None for one that is not marked and hence never runs."""
    return getattr(handler, _MARK, None)


def me() -> Actor:
    """The person whose event runs, verified for this very event; also inside a background handler.

    Raises:
        RuntimeError: outside an event.
    """
    actor = _me.get()
    if actor is None:
        raise RuntimeError("me() outside an event")
    return actor


def clean(value: Any, depth: int = 0) -> Any:
    """Break the framework's marker in text: `<reflex.Var>` in a redirect or a chained argument hangs the process.

    For text on its way through one of those doors. What people typed is stored and shown as they typed it: vars and
    deltas are safe. Works through lists and dictionaries; everything else comes back as it is.
    """
    if isinstance(value, str):
        return value.replace("<reflex.Var>", "<reflex\u200b.Var>") if "<reflex.Var>" in value else value
    if depth > _MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return {clean(k, depth + 1): clean(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [clean(v, depth + 1) for v in value]
    return value


class EventFence(rx.Middleware):
    """Default deny: an event runs when its session is alive and its handler is marked for that person's role.

    The session is looked up for each event, so that a revoked one stops and a changed role acts at once.
    """

    async def preprocess(self, app: App, state: BaseState, event: Event) -> StateUpdate | None:
        _me.set(None)
        # The event's own routing data, never `state.router`: that one is stored and can belong to somebody else.
        headers = (EventContext.get().router_data or {}).get("headers") or {}
        try:
            actor = await sockets.actor_of_event(headers)
        except DomainError as error:
            return await _refuse(state, error.message)
        if actor is None:
            return _leave()
        handler = RegistrationContext.get().event_handlers[event.name].handler.fn
        if not may_call(handler, actor.role):
            log.warning("event refused", extra={"event": event.name, "user_id": actor.user_id})
            return await _refuse(state, "You are not allowed to do that.")
        # no var of ours lives in the browser, so a browser has none to bring
        typed = handler.__name__ not in _OTHER_KINDS
        if event.payload.get("vars") or not fits(handler, event.payload, kinds=typed):
            log.warning("event with other arguments", extra={"event": event.name, "user_id": actor.user_id})
            return await _refuse(state, "That could not be understood. Reload the page and try again.")
        _me.set(actor)
        live.begun(event.name)
        return None


def may_call(handler: Callable[..., Any], role: Role) -> bool:
    """Whether the fence lets `role` call a registered handler."""
    if handler.__module__.partition(".")[0] in _FRAMEWORK:
        return handler.__name__ in FRAMEWORK_EVENTS
    return role in (allowed_roles(handler) or frozenset())


def _leave() -> StateUpdate:
    """Nothing but "you are signed out": the state is neither read nor changed, the page goes to sign-in."""
    from helpdesk.ui.app_state import AppState

    return StateUpdate(delta={AppState.get_full_name(): {"signed_out_rx_state_": True}})


async def _refuse(state: BaseState, words: str) -> StateUpdate:
    from helpdesk.ui.app_state import AppState

    app_state = await state.get_state(AppState)
    app_state._toast("bad", words)
    root = state._get_root_state()
    update = StateUpdate(delta=root.get_delta())
    root._clean()
    return update

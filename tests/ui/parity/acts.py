"""An act, as the browser sends it and as a program does, and the doing of it by either door."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.testclient import TestClient

from tests.client import Api
from tests.factories import World
from tests.ui.parity.company import Company
from tests.ui.protocol import ORIGIN, Tab

Payload = dict[str, Any] | Callable[[World, Any], dict[str, Any]]
Event = tuple[str, Payload]
"""`("queue.bulk.BulkState.take", {})`: State and handler below `helpdesk.ui`, and the arguments."""
Body = Any | Callable[[World, Any], Any]
Request = tuple[str, str | Callable[[World, Any], str], Body]
"""Method, path (`{id}` is the act's thing) and body; None sends none."""

NULL = "null"  # as a body
REFUSED = frozenset({403, 404, 422})


def nothing(_people: World) -> Any:
    return 0


@dataclass(frozen=True, kw_only=True)
class Act:
    """One verb: by whom, on what, as the page's events and as requests.

    Attributes:
        verb: the service that both doors lead to.
        api_verb: the API's, where the browser uses one that does the same for many.
        before: makes what it is about; its answer is the thing.
        strangers: who may not do it. Whoever was signed out may not either, without being named.
        forged: the events of strangers, where their page would not offer the first ones.
        answers: what the API says to strangers.
        cookie: the API is called from the browser's own session: for acts that spare the session they come from.
        aside: tables that only the browser writes along the way.
    """

    verb: str
    by: str
    page: str
    events: tuple[Event, ...]
    requests: tuple[Request, ...]
    api_verb: str = ""
    before: Callable[[World], Any] = nothing
    strangers: tuple[str, ...] = ("manager", "client2")
    forged: tuple[Event, ...] = ()
    answers: frozenset[int] = REFUSED
    cookie: bool = False
    aside: frozenset[str] = frozenset()


def handler_of(name: str) -> str:
    """The framework's name of a handler."""
    module, state, handler = name.rsplit(".", 2)
    found = getattr(importlib.import_module(f"helpdesk.ui.{module}"), state)
    return f"{found.get_full_name()}.{handler}"


async def send(tab: Tab, company: Company, events: tuple[Event, ...]) -> None:
    """The events, each when the one before it is done."""
    for name, payload in events:
        given = payload(company.people, company.thing) if callable(payload) else payload
        await tab.event(handler_of(name), **given)


def call(company: Company, act: Act, name: str) -> int:
    """The requests as this person; the status of the last. A refusal of a bulk change's only ticket is 404."""
    client = _client(company, act, name)
    status = 0
    for method, path, body in act.requests:
        given = body(company.people, company.thing) if callable(body) else body
        sent: dict[str, Any] = {} if given is None else {"json": given}
        if given == NULL:
            sent = {"content": NULL, "headers": {"Content-Type": "application/json"}}
        address = path(company.people, company.thing) if callable(path) else path.format(id=company.thing)
        answer = client.request(method, address, **sent)
        results = answer.json().get("results") if answer.status_code == 200 else None
        status = answer.status_code if not results or results[0]["ok"] else 404
    return status


def _client(company: Company, act: Act, name: str) -> TestClient:
    if not act.cookie:
        return Api().client(company.tokens[name])
    client = Api().client()
    client.cookies.set("hd_session", company.cookies[name])
    client.headers["Origin"] = ORIGIN
    return client

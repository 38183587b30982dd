"""What a browser says over the websocket and makes of what it hears, whoever carries the frames.

Frames are socket.io over engine.io: "0" opens, "40/_event," connects, "42/_event,7[name, body]" is an event that asks
for the acknowledgement "43/_event,7[]".
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NAMESPACE = "/_event,"
ROOT = "reflex___state____state"
HYDRATE = f"{ROOT}.hydrate_and_load"
ON_LOAD = f"{ROOT}.reflex___state____on_load_internal_state.on_load_internal"


def new_token() -> str:
    return str(uuid.uuid4())


@dataclass(kw_only=True)
class Heard:
    """A page at an address. `state` is what the server told it, by state and var; `actions` the browser events."""

    path: str = "/"
    state: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    actions: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def joining(self, *, hydrate: bool = True) -> str:
        """The frame that joins the namespace and, as the browser does, asks for the state and the load handlers."""
        boot = {"event": self.body_of(HYDRATE, {"vars": {}, "hashes": {}})}
        return "40" + NAMESPACE + (json.dumps(boot) if hydrate else "")

    def body_of(self, name: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The body of an event of this page."""
        path, _, search = self.path.partition("?")
        query = dict(pair.split("=", 1) for pair in search.split("&") if "=" in pair)
        router = {"pathname": path, "asPath": self.path, "query": query}
        return {"name": name, "payload": payload, "router_data": router}

    def hear(self, update: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Take in an update of the server; the bodies of the events that the browser sends back for it."""
        for state, delta in (update.get("delta") or {}).items():
            self.state.setdefault(state, {}).update(delta)
        again: list[dict[str, Any]] = []
        for event in update.get("events") or []:
            if event["name"].startswith("_"):
                self.actions.append(event)
            else:
                again.append(self.body_of(event["name"], event.get("payload") or {}))
        return again

    def var(self, state: type, name: str) -> Any:
        """What this page was last told of a var; None when it was never told."""
        found: Any = state
        return self.state.get(found.get_full_name(), {}).get(f"{name}_rx_state_")

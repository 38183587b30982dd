"""The API's place in front of the browser UI."""

from __future__ import annotations

from typing import Any

from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from helpdesk.api import in_front_of
from tests.api import conftest


def test_only_what_belongs_to_the_api_is_taken(db: object, monkeypatch) -> None:
    monkeypatch.setattr(conftest, "check_answer", lambda *_: None)
    kinds: list[str] = []

    async def behind(scope: Any, receive: Any, send: Any) -> None:
        kinds.append(scope["type"])
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.send", "text": "behind"})
            await send({"type": "websocket.close"})
        else:
            await PlainTextResponse("behind")(scope, receive, send)

    with TestClient(in_front_of(behind)) as client:
        for path in ("/", "/queue", "/apis", "/healthy", "/ready/x", "/css/tokens.css"):
            assert client.get(path).text == "behind"
        assert client.get("/health").json() == {"status": "ok"}
        for path in ("/api", "/api/", "/api/v1", "/api/v1/nothing"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        for path in ("/_event", "/api/v1/groups"):
            with client.websocket_connect(path) as socket:
                assert socket.receive_text() == "behind"
    assert kinds.count("lifespan") == 1

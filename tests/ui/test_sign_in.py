"""The pages before sign-in, and what the guard does to every answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.responses import PlainTextResponse

from helpdesk.ui.guard import asgi_guard
from helpdesk.ui.sign_in import safe_next
from tests.factories import PASSWORD, World
from tests.ui.conftest import cookie_of
from tests.ui.protocol import ORIGIN

pytestmark = pytest.mark.asyncio(loop_scope="session")
NAVIGATION = {"sec-fetch-mode": "navigate", "accept": "text/html"}


@pytest_asyncio.fixture(loop_scope="session")
async def browser(asgi: Any, people: World) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(asgi), base_url=ORIGIN, headers={"origin": ORIGIN}
    ) as client:
        yield client


async def test_a_page_without_a_session_leads_to_sign_in_and_back(
    browser: httpx.AsyncClient, people: World
) -> None:
    answer = await browser.get("/tickets/HD-1042?tab=changes", headers=NAVIGATION)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Ftickets%2FHD-1042%3Ftab%3Dchanges"
    shown = await browser.get(answer.headers["location"], headers=NAVIGATION)
    assert 'value="/tickets/HD-1042?tab=changes"' in shown.text
    form = {"email": people.agent.email, "password": PASSWORD, "next": "/tickets/HD-1042?tab=changes"}
    signed = await browser.post("/login", data=form)
    assert (signed.status_code, signed.headers["location"]) == (303, "/tickets/HD-1042?tab=changes")
    cookie = signed.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "hd_session=" in cookie
    again = await browser.get("/login", headers=NAVIGATION)
    assert again.status_code == 303


async def test_the_start_depends_on_the_role(browser: httpx.AsyncClient, people: World) -> None:
    for person, start in (
        (people.client, "/my"),
        (people.agent, "/queue?view=mine"),
        (people.admin, "/home"),
    ):
        cookie = await asyncio.to_thread(cookie_of, person)
        answer = await browser.get("/", headers={**NAVIGATION, "cookie": f"hd_session={cookie}"})
        assert (answer.status_code, answer.headers["location"]) == (303, start)


async def test_unknown_and_wrong_read_alike(browser: httpx.AsyncClient, people: World) -> None:
    wrong = await browser.post("/login", data={"email": people.agent.email, "password": "wrong wrong wrong"})
    unknown = await browser.post(
        "/login", data={"email": "nobody@example.com", "password": "wrong wrong wrong"}
    )
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace(people.agent.email, "X") == unknown.text.replace("nobody@example.com", "X")
    assert "set-cookie" not in wrong.headers
    assert "wrong wrong wrong" not in wrong.text


async def test_a_form_from_elsewhere_signs_nobody_in_or_out(
    browser: httpx.AsyncClient, people: World
) -> None:
    form = {"email": people.agent.email, "password": PASSWORD}
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}):
        assert (await browser.post("/login", data=form, headers=headers)).status_code == 403
    cookie = await asyncio.to_thread(cookie_of, people.agent)
    evil = {"origin": "https://evil.example", "cookie": f"hd_session={cookie}"}
    assert (await browser.post("/logout", headers=evil)).status_code == 403
    still = await browser.get("/anything", headers={**NAVIGATION, "cookie": f"hd_session={cookie}"})
    assert still.status_code != 303


async def test_signing_out_ends_the_session(browser: httpx.AsyncClient, people: World) -> None:
    cookie = await asyncio.to_thread(cookie_of, people.agent)
    mine = {"cookie": f"hd_session={cookie}"}
    answer = await browser.post("/logout", headers=mine)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?reason=out")
    after = await browser.get("/queue", headers={**NAVIGATION, **mine})
    assert after.status_code == 303


async def test_a_large_or_odd_form_is_refused(browser: httpx.AsyncClient) -> None:
    assert (await browser.post("/login", data={"email": "a" * 20_000})).status_code == 413
    assert (await browser.post("/login", json={"email": "a"})).status_code == 413


async def test_what_is_typed_comes_back_escaped(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/login", data={"email": '"><script>alert(1)</script>', "password": "x" * 12})
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("path", ["/_upload", "/_upload/x", "/_all_routes", "/ping", "/_event/"])
async def test_the_frameworks_own_doors_are_closed(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 404
    assert (await browser.post(path)).status_code == 404


async def test_every_page_carries_the_headers(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/login", headers=NAVIGATION)
    policy = answer.headers["content-security-policy"]
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert (
        "access-control-allow-origin"
        not in (await browser.get("/login", headers={"origin": "https://evil.example"})).headers
    )


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("/queue?view=all&q=a%20b", "/queue?view=all&q=a%20b"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/login?next=/", "/"),
        ("/api/v1/x", "/"),
        ("/a\nb", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
async def test_next_stays_here(given: object, used: str) -> None:
    assert safe_next(given) == used


async def test_a_made_up_host_leads_nowhere(browser: httpx.AsyncClient, people: World) -> None:
    """Addresses in answers are paths, or begin with the public URL of the settings."""
    evil = {**NAVIGATION, "host": "evil.example", "x-forwarded-host": "evil.example"}
    cookie = await asyncio.to_thread(cookie_of, people.client)
    asked = [await browser.get(path, headers=evil) for path in ("/", "/my", "/login", "/api/v1/openapi.json")]
    asked.append(await browser.get("/", headers={**evil, "cookie": f"hd_session={cookie}"}))
    assert [answer.headers["location"] for answer in asked if "location" in answer.headers] == [
        "/login", "/login?next=%2Fmy", "/my",
    ]  # fmt: skip
    assert not any("evil.example" in f"{answer.headers}{answer.text}" for answer in asked)


async def test_https_is_kept_to_once_it_was_used(browser: httpx.AsyncClient, settings: Any) -> None:
    assert "strict-transport-security" not in (await browser.get("/login")).headers
    settings(public_url="https://desk.example.com")
    policy = (await browser.get("/login")).headers["strict-transport-security"]
    assert policy == "max-age=31536000; includeSubDomains"


async def test_a_page_keeps_its_address_without_a_slash(tmp_path: Path) -> None:
    (tmp_path / "queue").mkdir()
    (tmp_path / "queue" / "index.html").write_text("<p>queue</p>")
    asked: list[str] = []

    async def files(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["path"])
        await PlainTextResponse("ok")(scope, receive, send)

    guard = asgi_guard(files, static_dir=tmp_path)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(guard), base_url=ORIGIN) as client:
        assert (await client.get("/queue?view=all")).status_code == 200
        moved = await client.get("/queue/?view=all")
        assert (moved.status_code, moved.headers["location"]) == (308, "/queue?view=all")
        await client.get("/tickets/HD-1")
    assert asked == ["/queue/index.html", "/tickets/HD-1"]

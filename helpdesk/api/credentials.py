"""Who calls: an access token, or a browser's session cookie on a request from our own pages."""

from __future__ import annotations

from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import Response

from helpdesk.core.config import get_settings
from helpdesk.core.errors import Forbidden, Unauthenticated
from helpdesk.domain.access import Actor
from helpdesk.services import sessions, tokens

_COOKIE_AGE_S = 14 * 24 * 3600


def actor_of(request: Request) -> Actor:
    """Whoever calls. A token (a session's or a personal one) wins over a cookie, which is good for reading everywhere.

    Raises:
        Unauthenticated: neither, or ended.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            raise Unauthenticated("Use an access token: Authorization: Bearer …")
        given = token.strip()
        if given.startswith(tokens.PREFIX):
            return tokens.actor_of_token(given)
        return sessions.actor_of_access_token(given)
    actor = sessions.actor_of_cookie(request.cookies.get(cookie_name()))
    if actor is None:
        raise Unauthenticated()
    return actor


def check_origin(request: Request) -> None:
    """A change with the cookie has to come from our own pages: a foreign page's form carries the cookie too.

    Raises:
        Forbidden: from elsewhere, or nobody vouches for it.
    """
    if request.headers.get("authorization"):
        return
    origin = request.headers.get("origin")
    ours = (
        origin in get_settings().origins if origin else request.headers.get("sec-fetch-site") == "same-origin"
    )
    if not ours:
        raise Forbidden("This request did not come from the helpdesk's own pages.")


def client_of(request: Request) -> sessions.Client:
    """Where a request comes from: the last address in the chain that no trusted proxy has."""
    address = request.client.host if request.client else "unknown"
    forwarded = ",".join(request.headers.getlist("x-forwarded-for"))
    chain = [part.strip() for part in forwarded.split(",") if part.strip()]
    while chain and _is_trusted(address):
        address = chain.pop()
    return sessions.Client(address, request.headers.get("user-agent"))


def cookie_name() -> str:
    return "__Host-hd_session" if get_settings().secure_cookies else "hd_session"


def set_cookie(response: Response, value: str) -> None:
    response.set_cookie(
        cookie_name(),
        value,
        max_age=_COOKIE_AGE_S,
        path="/",
        secure=get_settings().secure_cookies,
        httponly=True,
        samesite="lax",
    )


def delete_cookie(response: Response) -> None:
    response.delete_cookie(
        cookie_name(), path="/", secure=get_settings().secure_cookies, httponly=True, samesite="lax"
    )


def _is_trusted(address: str) -> bool:
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return any(ip in network for network in get_settings().trusted_proxies)


def check_sign_in_origin(request: Request) -> None:
    """A foreign page must not sign a browser in as somebody else; programs send no Origin.

    Raises:
        Forbidden: the request says that it came from elsewhere.
    """
    origin = request.headers.get("origin")
    foreign = origin is not None and origin not in get_settings().origins
    if foreign or request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Forbidden("This request did not come from the helpdesk's own pages.")

"""The open sockets of this process: whose cookie each came with.

The framework keeps the headers of a handshake in the state that it stores. So the guard hands it a meaningless key in
place of the cookie, and only this map, in memory, knows what belongs to the key.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from collections import Counter
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from helpdesk.core.config import get_settings
from helpdesk.domain.access import Actor
from helpdesk.services import sessions
from helpdesk.ui.together import Batched

MAX_SOCKETS_PER_USER = 10
_PREFIX = "hd-socket "


@dataclass(frozen=True, slots=True)
class Socket:
    key: str
    cookie: str
    user_id: int


_open: dict[str, Socket] = {}
_per_user: Counter[int] = Counter()
_actors = Batched(sessions.actors_of_cookies)


def cookie_name() -> str:
    """The session cookie's name: with the `__Host-` prefix where the public address is https (product rules §7)."""
    return "__Host-hd_session" if get_settings().secure_cookies else "hd_session"


def cookie_value(header: str) -> str:
    """The session's value in a Cookie header, "" where there is none or the header can't be read."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header)
    except CookieError:
        return ""
    found = jar.get(cookie_name())
    return found.value if found else ""


async def actor_of(cookie: str) -> Actor | None:
    """The person that a cookie's session belongs to, looked up now: nothing is cached. Many at once take one look-up.

    Raises:
        Unavailable: the database does not answer.
    """
    return await _actors.get(cookie) if cookie else None


async def actor_of_event(headers: dict[str, str]) -> Actor | None:
    """The person behind an event, by the key that the guard put into its socket's headers; None for anything else."""
    given = headers.get("authorization", "")
    socket = _open.get(given.removeprefix(_PREFIX)) if given.startswith(_PREFIX) else None
    return await actor_of(socket.cookie) if socket else None


def register(cookie: str, actor: Actor) -> Socket | None:
    """Remember a socket about to be accepted; None when the person has too many open."""
    if _per_user[actor.user_id] >= MAX_SOCKETS_PER_USER:
        return None
    socket = Socket(secrets.token_urlsafe(18), cookie, actor.user_id)
    _open[socket.key] = socket
    _per_user[actor.user_id] += 1
    return socket


def forget(socket: Socket) -> None:
    """The socket closed: events that still come in its name are anonymous."""
    if _open.pop(socket.key, None):
        _per_user[socket.user_id] -= 1
        if _per_user[socket.user_id] <= 0:
            del _per_user[socket.user_id]


def header_of(socket: Socket) -> bytes:
    """What stands in the authorization header that the framework sees."""
    return (_PREFIX + socket.key).encode()


def state_token(client_token: str, session_id: str) -> str:
    """The token under which the framework keeps this tab's state, derived from the session too.

    A token that leaks (it stands in the socket's address) opens nothing: with another session it names another state.
    """
    digest = hmac.digest(
        get_settings().secret_key, f"ui\0{session_id}\0{client_token}".encode(), hashlib.sha256
    )
    return str(uuid.UUID(bytes=digest[:16], version=4))

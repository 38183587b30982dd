"""The address that a request came from, behind the proxies that are trusted."""

from __future__ import annotations

from ipaddress import ip_address

from starlette.requests import HTTPConnection

from helpdesk.core.config import get_settings


def client_address(request: HTTPConnection) -> str:
    """The last address in the chain that no trusted proxy has; what others put into the header is not believed."""
    peer = request.client.host if request.client else "unknown"
    chain = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",") if part.strip()]
    address = peer
    while chain and _trusted(address):
        address = chain.pop()
    return address[:64]


def _trusted(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in get_settings().trusted_proxies)

"""How much is allowed of what costs or can be abused (product rules §7 "Rate limits").

These functions open no transaction: other services and the faces call them in front of the work.
"""

from __future__ import annotations

import hashlib
import ipaddress

from helpdesk.core.config import get_settings
from helpdesk.core.errors import RateLimited
from helpdesk.domain.access import Actor
from helpdesk.integrations import ratelimit

_SIGN_IN_PER_MINUTE = ratelimit.per_minute(10)
_SIGN_IN_PER_HOUR = ratelimit.per_hour(100)
_REQUESTS = ratelimit.per_minute(600)
_CREATING = ratelimit.per_minute(30)
_DENIALS = ratelimit.per_minute(20)
_IPV6_NETWORK_BITS = 64


def sign_in(address: str, account: str, *, count: bool = True) -> None:
    """Count a try to sign in: 10 a minute per account and address, 100 an hour per address.

    Args:
        count: False only asks, for a try that may come to nothing by our own fault.

    Raises:
        RateLimited: with `extra["retry_after"]` in whole seconds; asked before any password is hashed.
    """
    place = network_of(address)
    digest = hashlib.sha256(account.strip().casefold().encode("utf-8", "replace")).hexdigest()[:32]
    _count(_SIGN_IN_PER_MINUTE, "sign-in", place, digest, count=count)
    _count(_SIGN_IN_PER_HOUR, "sign-in-address", place, count=count)


def sign_in_address(address: str) -> None:
    """Count a try that names no account, such as a refresh token: 100 an hour per address when it fails."""
    _count(_SIGN_IN_PER_HOUR, "token-address", network_of(address))


def password(actor: Actor) -> None:
    """Count a try to change the password, which checks the present one: 10 a minute per user."""
    _count(_SIGN_IN_PER_MINUTE, "password", str(actor.user_id))


def request(actor: Actor) -> None:
    """Count a request to the API: 600 a minute per user. Raises RateLimited."""
    _count(_REQUESTS, "api", str(actor.user_id))


def creating(actor: Actor) -> None:
    """Count a new ticket: 30 a minute per user. Raises RateLimited."""
    _count(_CREATING, "creating", str(actor.user_id))


def denial_worth_recording(actor: Actor) -> bool:
    """Whether a refusal still goes into the audit log: 20 a minute of each person, who can't flood it."""
    return ratelimit.hit(_DENIALS, "denial", str(actor.user_id)) is None


def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 that a single IPv6 host can roam in."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, _IPV6_NETWORK_BITS), strict=False))
    return str(ip)


def _count(limit: ratelimit.RateLimitItem, *key: str, count: bool = True) -> None:
    if get_settings().rate_limits == "off":
        return
    wait = ratelimit.hit(limit, *key, count=count)
    if wait is not None:
        raise RateLimited(f"Too many requests. Try again in {wait} s.", retry_after=wait)

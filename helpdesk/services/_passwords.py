"""Passwords: what is accepted, how it is stored, and a check that takes the same time for everybody.

bcrypt reads 72 bytes, so it gets a keyed digest of the whole password (product rules §8). The key comes from
the secret key: a copied database alone can't be guessed against, and a new secret key needs new passwords.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import os
import re
import threading
import unicodedata
from collections.abc import Generator
from contextlib import contextmanager

import bcrypt

from helpdesk.core.config import get_settings
from helpdesk.core.errors import Invalid, Unavailable
from helpdesk.services._common_passwords import is_common

SHORTEST, LONGEST = 10, 256
UNUSABLE = "!"
"""Stored for accounts that can't sign in, such as the hidden system user."""

_SCHEME = "v1$"
_MIN_OWN_LETTERS = 3
_WAIT_S = 10.0
# A hash takes a quarter of a second of one core: more at once than cores only makes all of them slow.
_slots = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))


def check_new_password(field: str, password: object, *, email: str = "", name: str = "") -> str:
    """The password, when it may be set for the person with this address and name.

    Raises:
        Invalid: not text, too short, too long, common, or the person's own name or address.
    """
    if not isinstance(password, str):
        raise Invalid.at(field, "Text is needed here.")
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid.at(field, f"A password has {SHORTEST} to {LONGEST} characters.")
    if re.search("[\x00\ud800-\udfff]", password):
        raise Invalid.at(field, "This password contains a character that can't be typed again.")
    if is_common(password):
        raise Invalid.at(field, "This password is among the first that others try. Choose another one.")
    if _letters(password) in _own_words(email, name):
        raise Invalid.at(field, "A password can't be the person's own name or address.")
    return password


def hash_password(password: str) -> str:
    """What is stored of a password, at the cost of the settings."""
    with _slot():
        return _SCHEME + bcrypt.hashpw(_digest(password), bcrypt.gensalt(get_settings().bcrypt_cost)).decode()


def verify(password: str, stored: str | None) -> bool:
    """Whether `password` belongs to `stored`; None for an account that does not exist.

    A refusal takes as long as a hash of the present cost, whether the account exists, can't sign in, or
    still has a hash of a lower cost.

    Raises:
        Unavailable: too many are signing in at the same moment.
    """
    now = get_settings().bcrypt_cost
    cost = _cost(stored)
    with _slot():
        stand_in = _dummy(now)  # made at the first check of any kind, so that none stands out
        if stored is None or cost is None:
            bcrypt.checkpw(_digest(password), stand_in)
            return False
        if bcrypt.checkpw(_digest(password), stored.removeprefix(_SCHEME).encode()):
            return True
        for missing in range(cost, now):  # 2^cost + 2^cost + … + 2^(now-1) = 2^now
            bcrypt.checkpw(_digest(password), _dummy(missing))
        return False


def needs_rehash(stored: str) -> bool:
    """Whether the hash is of another cost than the settings ask for; done at the next sign-in."""
    return _cost(stored) != get_settings().bcrypt_cost


@contextmanager
def _slot() -> Generator[None]:
    if not _slots.acquire(timeout=_WAIT_S):
        raise Unavailable("Too many people are signing in just now. Try again in a moment.")
    try:
        yield
    finally:
        _slots.release()


def _digest(password: str) -> bytes:
    """44 bytes of base64: no NUL inside, nothing beyond what bcrypt reads."""
    text = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    pepper = hmac.digest(get_settings().secret_key, b"helpdesk password v1", hashlib.sha256)
    return base64.b64encode(hmac.digest(pepper, text, hashlib.sha256))


def _cost(stored: str | None) -> int | None:
    match = re.fullmatch(r"v1\$\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}", stored or "")
    return int(match[1]) if match else None


@functools.cache
def _dummy(cost: int) -> bytes:
    return bcrypt.hashpw(base64.b64encode(os.urandom(32)), bcrypt.gensalt(cost))


def _letters(text: str) -> str:
    return "".join(
        character for character in unicodedata.normalize("NFKC", text).casefold() if character.isalpha()
    )


def _own_words(email: str, name: str) -> set[str]:
    words = {email, email.partition("@")[0], name, *re.split(r"\W+", name), *re.split(r"[\W_]+", email)}
    return {own for own in map(_letters, words) if len(own) >= _MIN_OWN_LETTERS}

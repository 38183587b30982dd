"""Checking an address and a password: counted, written down when refused, and the same for every reason."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from helpdesk.core.db import transaction
from helpdesk.core.errors import Invalid, Unauthenticated
from helpdesk.domain.enums import Role
from helpdesk.models.person import roles, users
from helpdesk.services import _passwords, limits
from helpdesk.services._audit import audit

WRONG = "E-mail or password is wrong."
_EMAIL_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Client:
    """Where a sign-in comes from: the address behind the trusted proxies, and the program's own words."""

    address: str
    user_agent: str | None = None

    @property
    def ip(self) -> str | None:
        """The address as it is stored; None for what is none, which a proxy's header may hold."""
        try:
            return str(ipaddress.ip_address(self.address.partition("%")[0]))
        except ValueError:
            return None

    @property
    def program(self) -> str | None:
        """The program's own words as they are stored."""
        words = "".join(character for character in self.user_agent or "" if character.isprintable())
        return words[:300] or None


@dataclass(frozen=True, slots=True)
class _Account:
    id: int
    password_hash: str
    may_sign_in: bool


def check_credentials(client: Client, email: object, password: object) -> int:
    """The id of the active user with this address and password.

    Hashing takes a quarter of a second: it runs between two transactions, so that no connection waits for it.

    Raises:
        Unauthenticated: alike for an unknown address, a wrong password and a deactivated person.
        RateLimited: too many tries; asked before anything is hashed.
    """
    if not isinstance(email, str):
        raise Invalid.at("email", "Text is needed here.")
    if not isinstance(password, str):
        raise Invalid.at("password", "Text is needed here.")
    limits.sign_in(client.address, email, count=False)
    with transaction() as s:
        account = _account(s, email)
    # counted once the database has answered: an outage must not lock out those who try again meanwhile
    limits.sign_in(client.address, email)
    stored = account.password_hash if account and account.may_sign_in else None
    right = _passwords.verify(password, stored)
    if account is None or stored is None or not right:
        _record_failure(client, email, account)
        raise Unauthenticated(WRONG)
    if _passwords.needs_rehash(stored):
        _rehash(account, password)
    return account.id


def _account(s: Session, email: str) -> _Account | None:
    address = email.strip()
    if not address.isprintable() or len(address) > _EMAIL_LONGEST:
        return None
    row = s.execute(
        select(users.c.id, users.c.password_hash, users.c.is_active, roles.c.name.label("role"))
        .join(roles, roles.c.id == users.c.role_id)
        .where(func.lower(users.c.email) == func.lower(address))
    ).first()
    return _Account(row.id, row.password_hash, row.is_active and row.role != Role.SYSTEM) if row else None


def _record_failure(client: Client, email: str, account: _Account | None) -> None:
    """The typed address is kept as a digest: people type passwords into the wrong field."""
    digest = hashlib.sha256(email.strip().casefold().encode("utf-8", "replace")).hexdigest()[:16]
    with transaction() as s:
        audit(
            s,
            None,
            "sign_in_failed",
            "user",
            account.id if account else None,
            {"account": digest},
            ip=client.ip,
        )


def _rehash(account: _Account, password: str) -> None:
    stored = _passwords.hash_password(password)
    with transaction() as s:
        s.execute(
            update(users)
            .where(users.c.id == account.id, users.c.password_hash == account.password_hash)
            .values(password_hash=stored)
        )

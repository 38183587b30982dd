"""`helpdesk user …`: people, from the shell. Whoever may start it acts as the hidden system user."""

import getpass
import sys

from helpdesk.core.db import transaction
from helpdesk.core.errors import Invalid
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Source
from helpdesk.services import people
from helpdesk.services._lock import system_actor

_PAGE = 100


def create(email: str, name: str, role: str, *, with_password: bool) -> int:
    """Add a person and say their number."""
    password = _ask_password() if with_password else None
    row = people.create_user(_actor(), people.NewUser(name=name, email=email, role=role, password=password))
    print(f"{row.role} {row.email} has the number {row.id}")
    return 0


def set_password(email: str) -> int:
    """Replace a person's password."""
    people.set_password(_actor(), email, _ask_password())
    print(f"{email} has a new password, and their sessions are ended")
    return 0


def show(role: str | None) -> int:
    """Print people, one a line, fields separated by tabs."""
    actor, cursor = _actor(), None
    while True:
        query = people.UserQuery(role=(role,) if role else (), page_size=_PAGE, cursor=cursor)
        page = people.list_users(actor, query)
        for row in page.items:
            print(row.id, row.email, row.role, "active" if row.is_active else "inactive", row.name, sep="\t")
        if (cursor := page.next_cursor) is None:
            return 0


def _actor() -> Actor:
    with transaction() as s:
        return system_actor(s, Source.SHELL)


def _ask_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise Invalid.at("password", "The two are not the same.")
    return password

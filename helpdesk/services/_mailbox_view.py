"""The local mailbox as the app shows it, in development: what the SMTP twin received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from sqlalchemy import select

from helpdesk.core.config import get_settings
from helpdesk.core.db import transaction
from helpdesk.core.errors import NotFound
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Role
from helpdesk.integrations import mailbox as twin
from helpdesk.models.person import users
from helpdesk.services._text import clean_line, clean_number

_MOST = 100
_LOOK_AT = 1000


@dataclass(frozen=True, slots=True)
class MailView:
    """A received mail; `html` is a page for an isolated frame, never for the page itself."""

    id: str
    to: str
    subject: str
    at: datetime
    message_id: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]


def mailbox(actor: Actor, limit: object = 50, before: object = None) -> list[MailView]:
    """Mails in the local mailbox, newest first, up to 100; `before`: older than the mail of that id.

    An admin sees all, everybody else those to their own address: mails tell agents what clients may not know.

    Raises:
        NotFound: in production, where there is no such mailbox.
        Invalid: a limit out of range.
    """
    _require_development()
    most = clean_number("limit", limit, 1, _MOST)
    cursor = None if before is None else clean_line("before", before, 40)
    own = _own_address(actor)
    found = twin.read_mailbox(get_settings().mailbox_folder, most if own is None else _LOOK_AT, cursor)
    return [_view(one) for one in found if own is None or _is_to(one, own)][:most]


def read_mail(actor: Actor, mail_id: object) -> MailView:
    """One mail of the local mailbox.

    Raises `NotFound` where the actor may not know of it, and in production.
    """
    _require_development()
    own = _own_address(actor)
    found = twin.read_mail(get_settings().mailbox_folder, clean_line("id", mail_id, 40))
    if own is not None and not _is_to(found, own):
        raise NotFound("There is no such mail")
    return _view(found)


def _require_development() -> None:
    if get_settings().production:
        raise NotFound("There is no such page")


def _own_address(actor: Actor) -> str | None:
    """The address whose mails the actor may read; None for all."""
    if actor.role is Role.ADMIN:
        return None
    with transaction() as s:
        address = s.scalar(select(users.c.email).where(users.c.id == actor.user_id))
    return (address or "").lower()


def _is_to(mail: twin.StoredMail, address: str) -> bool:
    # the envelope, as the server wrote it; a header of the same name within the mail comes after it
    delivered = next((value for name, value in mail.headers if name == "Delivered-To"), "")
    return bool(address) and parseaddr(delivered)[1].lower() == address


def _view(mail: twin.StoredMail) -> MailView:
    return MailView(
        mail.id, mail.to, mail.subject, mail.at, mail.message_id, mail.text, mail.html, mail.headers
    )

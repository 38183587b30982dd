"""The local mailbox of a development system: what was mailed, without a mail program."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query

from helpdesk.api.guard import Caller, GuardedRoute, signed_in
from helpdesk.api.openapi import answers
from helpdesk.api.shapes import Out
from helpdesk.services import notifications

router = APIRouter(prefix="/api/v1/mailbox", tags=["mailbox"], route_class=GuardedRoute)


class MailOut(Out):
    id: str
    to: str
    subject: str
    at: datetime
    message_id: str
    text: str
    html: str
    headers: list[tuple[str, str]]


class MailsOut(Out):
    items: list[MailOut]


@router.get("", responses=answers(404))
@signed_in
def list_mails(
    actor: Caller,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    before: Annotated[str | None, Query(max_length=40, description="Older than the mail of this id.")] = None,
) -> MailsOut:
    """Mails, newest first: an admin's list has all, everybody else's those to their address. 404 in production."""
    return MailsOut(items=[MailOut.of(one) for one in notifications.mailbox(actor, limit, before)])


@router.get("/{mail_id}", responses=answers(404))
@signed_in
def read_mail(actor: Caller, mail_id: Annotated[str, Path(max_length=40)]) -> MailOut:
    """One mail. 404 in production."""
    return MailOut.of(notifications.read_mail(actor, mail_id))

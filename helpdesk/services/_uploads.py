"""Hanging uploads on a ticket or comment: only one's own, only once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from helpdesk.core.errors import Invalid
from helpdesk.domain.enums import Visibility
from helpdesk.models.ticket import attachments
from helpdesk.services._record import TICK, TicketWork

MAX_FILES = 10


def hang(
    s: Session, work: TicketWork, upload_ids: Sequence[int], comment_id: int | None, visibility: Visibility
) -> list[str]:
    """Give the actor's waiting uploads to the ticket of `work`; returns their file names.

    Raises:
        Invalid: too many, not the actor's own, or already used.
    """
    if not upload_ids:
        return []
    if len(upload_ids) > MAX_FILES:
        raise Invalid.at("attachments", f"At most {MAX_FILES} files at once.")
    a = attachments.c
    waiting = (
        s.execute(
            select(a.id, a.filename)
            .where(a.id.in_(upload_ids), a.uploaded_by == work.actor.user_id, a.ticket_id.is_(None))
            .order_by(a.created_at, a.id)
            .with_for_update()
        )
        .mappings()
        .all()
    )
    if len(waiting) != len(set(upload_ids)):
        raise Invalid.at("attachments", "One of the files is not there any more. Attach it again.")
    place = dict.fromkeys(upload_ids)  # files keep the order in which they were attached
    moments = {upload: work.at + TICK * number for number, upload in enumerate(place)}
    s.execute(
        update(attachments)
        .where(a.id.in_(upload_ids))
        .values(
            ticket_id=work.row["id"],
            comment_id=comment_id,
            created_at=case(moments, value=a.id, else_=work.at),
        )
    )
    for row in waiting:
        work.log("attachment", None, row["filename"], visibility)
    return [row["filename"] for row in waiting]

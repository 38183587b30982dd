"""Writing on a ticket: public messages and internal notes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from helpdesk.core.db import transaction
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.domain.access import Actor, require_worker
from helpdesk.models.ticket import tickets
from helpdesk.models.tree import groups
from helpdesk.services import _text, _uploads
from helpdesk.services._commenting import write_comment
from helpdesk.services._detail import written
from helpdesk.services._lock import key_condition, lock
from helpdesk.services._mentions import candidates
from helpdesk.services._scope import in_staff_scope, visible_to
from helpdesk.services.idempotency import Idempotency, first_answer, keep
from helpdesk.services.views import CommentView, MentionView

MAX_MESSAGE, MAX_NAME = 20_000, 150
_SHOWN = 8


def mentionable(actor: Actor, key: object, words: str) -> tuple[MentionView, ...]:
    """Up to eight colleagues who see the ticket as staff, by the beginning of a name: to mention them in a note.

    Raises:
        Invalid, NotFound, Forbidden (not an agent or admin, or one who sees it as its requester).
    """
    require_worker(actor)
    words = _text.clean_line("q", words, MAX_NAME, required=False)
    with transaction() as s:
        row = s.execute(
            select(tickets.c.group_id, groups.c.restricted, in_staff_scope(actor).label("staff"))
            .join(groups, groups.c.id == tickets.c.group_id)
            .where(key_condition(key), visible_to(actor))
        ).first()
        if row is None:
            raise NotFound("There is no such ticket.")
        if not row.staff:
            raise Forbidden("You see this ticket as its requester, so you can't write internal notes.")
        return candidates(s, words, row.group_id, row.restricted, but=actor.user_id, most=_SHOWN)


def add(
    actor: Actor,
    key: object,
    message: str,
    is_internal: bool = False,
    upload_ids: Sequence[int] = (),
    seen_comment_id: int | None = None,
    *,
    idempotency: Idempotency | None = None,
) -> CommentView:
    """Write a public message, or (agents and admins) an internal note, with one's own uploads.

    The assignee's first public reply starts an Assigned ticket; the requester's message ends a hold that waits for
    them. A public message tells the other side, a note those mentioned in it.

    Args:
        seen_comment_id: the last public message that the writer had before them, 0 for none. A public message is
            held where others wrote after it. None: whatever was written meanwhile, it is sent.

    Raises:
        Invalid (also a note by somebody who can't write one), NotFound, Forbidden (a manager), NewerComments,
        Conflict (closed).
    """
    message = _text.clean_text("message", message, MAX_MESSAGE)
    is_internal = _text.clean_flag("is_internal", is_internal)
    uploads = _text.clean_ids("attachments", tuple(upload_ids), _uploads.MAX_FILES)
    saw_none = type(seen_comment_id) is int and seen_comment_id == 0
    seen = 0 if saw_none else _text.clean_optional_id("seen_comment_id", seen_comment_id)
    if is_internal and not actor.may_work:
        raise Invalid.at("is_internal", "Only the helpdesk writes internal notes.")
    with transaction() as s:
        known = first_answer(s, actor, idempotency, CommentView)
        if known is not None:
            return known
        locked = lock(s, actor, key)
        comment_id = write_comment(s, actor, locked, message, is_internal, uploads, seen)
        answer = written(s, actor, comment_id, locked.row["requested_for"])
        keep(s, actor, idempotency, CommentView, answer)
        return answer

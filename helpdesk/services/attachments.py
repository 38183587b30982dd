"""Files: uploads that wait for their form, files on tickets, downloads."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import RowMapping, and_, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from helpdesk.core.clock import now
from helpdesk.core.config import get_settings
from helpdesk.core.db import transaction
from helpdesk.core.errors import Conflict, DomainError, NotFound
from helpdesk.core.ids import random_id, random_key
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import EventKind, Visibility
from helpdesk.domain.filetypes import clean_filename, sniff
from helpdesk.integrations.storage import Readable, get_storage, peek
from helpdesk.models.ticket import attachments, ticket_comments, tickets
from helpdesk.services import _rows, _text, _uploads
from helpdesk.services._commenting import require_may_write
from helpdesk.services._lock import lock
from helpdesk.services._scope import in_staff_scope, visible_to
from helpdesk.services.idempotency import Idempotency, first_answer, keep
from helpdesk.services.views import AttachmentView, Download

_HEAD_BYTES = 8192
_MEGABYTE = 1024 * 1024
_LINK_SECONDS = 60
WAITS = timedelta(hours=24)
MAX_WAITING = 50
_KEYS_AT_ONCE = 1000
_VIEW = ("id", "filename", "content_type", "size", "comment_id", "created_at")


def store_upload(
    actor: Actor,
    filename: str,
    stream: Readable,
    *,
    declared_type: str | None = None,
    idempotency: Idempotency | None = None,
) -> AttachmentView:
    """Store a file that waits, for its author alone, for the form that it belongs to; forgotten after 24 h.

    The object is stored before its row, so that no row points to a missing object. With `idempotency` the same
    request again returns the first answer.

    Raises:
        TooLarge, UnsupportedType (by content, not by name), Conflict (too many waiting), Unavailable (storage).
    """
    name = clean_filename(filename)
    head, whole = peek(stream, _HEAD_BYTES)
    content_type = sniff(name, head, declared_type)
    _require_room(actor)
    key = random_key()
    stored = get_storage().put(key, whole, get_settings().max_upload_mb * _MEGABYTE)
    row: dict[str, Any] = {
        "id": random_id(),
        "file_path": key,
        "filename": name,
        "content_type": content_type,
        "size": stored.size,
        "sha256": bytes.fromhex(stored.sha256),
        "uploaded_by": actor.user_id,
        "created_at": now(),
    }
    try:
        with transaction() as s:
            known = first_answer(s, actor, idempotency, AttachmentView)
            if known is None:
                s.execute(insert(attachments).values(**row))
                view = _view(s, actor, row | {"comment_id": None})
                keep(s, actor, idempotency, AttachmentView, view)
                return view
    except Exception:
        _delete_object(key)
        raise
    _delete_object(key)
    return known


def _require_room(actor: Actor) -> None:
    a = attachments.c
    with transaction() as s:
        waiting = s.scalar(
            select(func.count())
            .select_from(attachments)
            .where(a.uploaded_by == actor.user_id, a.ticket_id.is_(None))
        )
    if (waiting or 0) >= MAX_WAITING:
        raise Conflict("Too many files wait to be sent. Send or remove some first.")


def discard_upload(actor: Actor, upload_id: int) -> None:
    """Remove one's own waiting upload. Raises `NotFound` for any other."""
    upload_id = _text.clean_id("id", upload_id)
    a = attachments.c
    with transaction() as s:
        key = s.scalar(
            delete(attachments)
            .where(a.id == upload_id, a.uploaded_by == actor.user_id, a.ticket_id.is_(None))
            .returning(a.file_path)
        )
    if key is None:
        raise NotFound("There is no such file.")
    _delete_object(key)


def waiting_uploads(actor: Actor) -> list[AttachmentView]:
    """One's own uploads that wait for their form, oldest first."""
    a = attachments.c
    with transaction() as s:
        rows = s.execute(
            select(attachments)
            .where(a.uploaded_by == actor.user_id, a.ticket_id.is_(None))
            .order_by(a.created_at, a.id)
            .limit(MAX_WAITING)
        ).mappings()
        return _views(s, actor, rows.all())


def attach(
    actor: Actor, key: object, upload_ids: Sequence[int], *, idempotency: Idempotency | None = None
) -> tuple[AttachmentView, ...]:
    """Hang one's uploads on a ticket, for everybody who sees it.

    Raises:
        Invalid, NotFound, Forbidden, Conflict (closed).
    """
    uploads = _text.clean_ids("attachments", tuple(upload_ids), _uploads.MAX_FILES)
    with transaction() as s:
        known = first_answer(s, actor, idempotency, tuple[AttachmentView, ...])
        if known is not None:
            return known
        locked = lock(s, actor, key)
        require_may_write(actor, locked)
        work = locked.work(s, actor)
        if _uploads.hang(s, work, uploads, None, Visibility.PUBLIC):
            work.event(EventKind.FILES_ADDED, data={"count": len(uploads)})
        work.flush()
        a = attachments.c
        hung = s.execute(select(attachments).where(a.id.in_(uploads)).order_by(a.created_at, a.id))
        answer = tuple(_views(s, actor, hung.mappings().all()))
        keep(s, actor, idempotency, tuple[AttachmentView, ...], answer)
        return answer


def open_download(actor: Actor, attachment_id: int) -> Download:
    """A file of a visible ticket, of a visible comment of it, or one's own waiting upload.

    Raises:
        NotFound, Unavailable (storage).
    """
    attachment_id = _text.clean_id("id", attachment_id)
    with transaction() as s:
        row = _find(s, actor, attachment_id)
        view = _view(s, actor, row)
    storage = get_storage()
    url = storage.signed_url(row["file_path"], _LINK_SECONDS, view.filename, view.content_type)
    return Download(view, url, None if url else storage.open(row["file_path"]))


def _find(s: Session, actor: Actor, attachment_id: int) -> RowMapping:
    a = attachments.c
    internal = func.coalesce(ticket_comments.c.is_internal, False)
    on_ticket = and_(a.ticket_id.is_not(None), visible_to(actor), or_(~internal, in_staff_scope(actor)))
    waiting = and_(a.ticket_id.is_(None), a.uploaded_by == actor.user_id)
    row = (
        s.execute(
            select(attachments)
            .select_from(attachments)
            .outerjoin(tickets, tickets.c.id == a.ticket_id)
            .outerjoin(ticket_comments, ticket_comments.c.id == a.comment_id)
            .where(a.id == attachment_id, or_(on_ticket, waiting))
        )
        .mappings()
        .first()
    )
    if row is None:
        raise NotFound("There is no such file.")
    return row


def sweep_uploads(limit: int = 500) -> int:
    """Forget uploads that nobody sent within 24 h; returns how many. Run by the timer."""
    a = attachments.c
    old = (
        select(a.id)
        .where(a.ticket_id.is_(None), a.created_at < now() - WAITS)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    with transaction() as s:
        keys = s.scalars(delete(attachments).where(a.id.in_(old)).returning(a.file_path)).all()
    for key in keys:
        _delete_object(key)
    return len(keys)


def sweep_objects() -> int:
    """Delete stored objects without a row; returns how many. Run by the timer, each hour for its part of all keys.

    Such are left where a process was killed, or the database went, between storing an object and its row.
    """
    moment = now()
    edge, storage = moment - WAITS, get_storage()
    storage.forget_unfinished(edge)
    removed = 0
    for number in range(moment.hour, 256, 24):
        keys = storage.keys(f"{number:02x}", edge)
        while batch := set(islice(keys, _KEYS_AT_ONCE)):
            for key in batch - _with_row(batch):
                _delete_object(key)
                removed += 1
    return removed


def _with_row(keys: set[str]) -> set[str]:
    a = attachments.c
    with transaction() as s:
        return set(s.scalars(select(a.file_path).where(a.file_path.in_(keys))))


def _delete_object(key: str) -> None:
    """Best effort: an object without a row is invisible to everybody."""
    try:
        get_storage().delete(key)
    except DomainError:
        logging.getLogger(__name__).warning("The stored object of a removed upload could not be deleted")


def _view(s: Session, actor: Actor, row: RowMapping | dict[str, Any]) -> AttachmentView:
    return _views(s, actor, [row])[0]


def _views(s: Session, actor: Actor, rows: Sequence[RowMapping | dict[str, Any]]) -> list[AttachmentView]:
    persons = _rows.people(s, actor, [row["uploaded_by"] for row in rows])
    return [
        AttachmentView(**{name: row[name] for name in _VIEW}, uploaded_by=persons[row["uploaded_by"]])
        for row in rows
    ]

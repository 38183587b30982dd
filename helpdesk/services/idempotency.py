"""`Idempotency-Key`: the same request twice has one effect and one answer (product rules §7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from pydantic import TypeAdapter
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from helpdesk.core.clock import now
from helpdesk.core.errors import Invalid
from helpdesk.domain.access import Actor
from helpdesk.models.person import idempotency_keys

T = TypeVar("T")
KEPT = timedelta(hours=24)
MAX_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A caller's key and a digest of what was asked for, route and body."""

    key: str
    fingerprint: bytes


def first_answer(s: Session, actor: Actor, asked: Idempotency | None, answer: type[T]) -> T | None:
    """The stored answer to this key, or None for the first request, which then has to call `keep`.

    Two at once: the second waits here for the first one's commit.

    Raises:
        Invalid: the key was used for another request.
    """
    if asked is None:
        return None
    if not 1 <= len(asked.key) <= MAX_LENGTH or not (asked.key.isascii() and asked.key.isprintable()):
        raise Invalid.at("Idempotency-Key", f"A key has 1 to {MAX_LENGTH} printable ASCII characters.")
    k = idempotency_keys.c
    mine = (k.user_id == actor.user_id) & (k.key == asked.key)
    s.execute(delete(idempotency_keys).where(mine, k.created_at < now() - KEPT))
    claimed = s.execute(
        insert(idempotency_keys)
        .values(user_id=actor.user_id, key=asked.key, fingerprint=asked.fingerprint, created_at=now())
        .on_conflict_do_nothing()
        .returning(k.key)
    ).first()
    if claimed is not None:
        return None
    row = s.execute(select(k.fingerprint, k.answer).where(mine)).one()
    if bytes(row.fingerprint) != asked.fingerprint:
        raise Invalid.at("Idempotency-Key", "This key was used for another request.")
    return TypeAdapter(answer).validate_python(row.answer)


def keep(s: Session, actor: Actor, asked: Idempotency | None, kind: type[T], answer: T) -> None:
    """Store the answer beside the effect, in the same transaction."""
    if asked is None:
        return
    k = idempotency_keys.c
    document = TypeAdapter(kind).dump_python(answer, mode="json")
    s.execute(
        update(idempotency_keys).where(k.user_id == actor.user_id, k.key == asked.key).values(answer=document)
    )


def forget_old(s: Session) -> int:
    """Delete the keys that are older than 24 h; returns how many."""
    gone = s.execute(
        delete(idempotency_keys)
        .where(idempotency_keys.c.created_at < now() - KEPT)
        .returning(idempotency_keys.c.key)
    )
    return len(gone.all())

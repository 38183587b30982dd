"""`Idempotency-Key`: the same request twice has one effect and one answer (product rules §7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from pydantic import TypeAdapter
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from helpdesk.core.clock import now
from helpdesk.core.errors import Invalid
from helpdesk.domain.access import Actor
from helpdesk.models.person import idempotency_keys

T = TypeVar("T")
KEPT = timedelta(hours=24)
MAX_LENGTH = 255
_k = idempotency_keys.c
_MINE = (_k.user_id == bindparam("whose")) & (_k.key == bindparam("asked"))
_FORGET = delete(idempotency_keys).where(_MINE, _k.created_at < bindparam("before"))
_CLAIM = insert(idempotency_keys).on_conflict_do_nothing().returning(_k.key)
_ANSWER = select(_k.fingerprint, _k.answer).where(_MINE)
_KEEP = update(idempotency_keys).where(_MINE).values(answer=bindparam("document"))


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
    mine = {"whose": actor.user_id, "asked": asked.key}
    s.execute(_FORGET, {**mine, "before": now() - KEPT})
    claim = {
        "user_id": actor.user_id,
        "key": asked.key,
        "fingerprint": asked.fingerprint,
        "created_at": now(),
    }
    if s.execute(_CLAIM, claim).first() is not None:
        return None
    row = s.execute(_ANSWER, mine).one()
    if bytes(row.fingerprint) != asked.fingerprint:
        raise Invalid.at("Idempotency-Key", "This key was used for another request.")
    return TypeAdapter(answer).validate_python(row.answer)


def keep(s: Session, actor: Actor, asked: Idempotency | None, kind: type[T], answer: T) -> None:
    """Store the answer beside the effect, in the same transaction."""
    if asked is None:
        return
    document = TypeAdapter(kind).dump_python(answer, mode="json")
    s.execute(_KEEP, {"whose": actor.user_id, "asked": asked.key, "document": document})


def forget_old(s: Session) -> int:
    """Delete the keys that are older than 24 h; returns how many."""
    gone = s.execute(
        delete(idempotency_keys)
        .where(idempotency_keys.c.created_at < now() - KEPT)
        .returning(idempotency_keys.c.key)
    )
    return len(gone.all())

"""The audit log: security-relevant acts outside a ticket's own history, append-only and chained."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from helpdesk.core import clock
from helpdesk.domain.access import Actor
from helpdesk.models.person import audit_log

_LOCK = 0x68645F6175646974  # one number for the whole log: entries are chained one behind the other
_START = bytes(32)


def audit(
    s: Session,
    actor: Actor | int | None,
    action: str,
    object_type: str | None = None,
    object_id: int | str | None = None,
    data: Mapping[str, Any] | None = None,
    *,
    ip: str | None = None,
) -> None:
    """Append one entry in the caller's transaction.

    Writers queue for the end of the chain until they commit, so this belongs behind the caller's own locks.
    `actor` is None for somebody not signed in; `data` holds JSON values without floats, never a secret.
    """
    s.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    last = s.execute(
        select(audit_log.c.seq, audit_log.c.hash).order_by(audit_log.c.seq.desc()).limit(1)
    ).first()
    signed_in = actor if isinstance(actor, Actor) else None
    entry: dict[str, Any] = {
        "seq": last.seq + 1 if last else 1,
        "at": clock.now(),
        "actor_id": actor.user_id if isinstance(actor, Actor) else actor,
        "action": action,
        "object_type": object_type,
        "object_id": None if object_id is None else str(object_id),
        "session_id": uuid.UUID(signed_in.session_id) if signed_in and signed_in.session_id else None,
        "ip": ip,
        "data": dict(data or {}) | _token(signed_in),
    }
    before = bytes(last.hash) if last else _START
    s.execute(insert(audit_log).values(**entry, prev_hash=before, hash=_link(before, entry)))


def _token(actor: Actor | None) -> dict[str, int]:
    """By which personal token it was done, where it was one."""
    return {"by_token": actor.token_id} if actor and actor.token_id is not None else {}


def verify_audit(s: Session) -> list[str]:
    """Walk the whole chain and return one sentence per break; an empty list means that it holds."""
    problems: list[str] = []
    before, seq = _START, 0
    for row in s.execute(select(audit_log).order_by(audit_log.c.seq)).mappings():
        if row["seq"] != seq + 1:
            problems.append(f"audit log: entry {seq + 1} is missing before entry {row['seq']}")
        elif bytes(row["prev_hash"]) != before:
            problems.append(f"audit log: entry {row['seq']} does not follow entry {seq}")
        if bytes(row["hash"]) != _link(bytes(row["prev_hash"]), row):
            problems.append(f"audit log: entry {row['seq']} was changed")
        before, seq = bytes(row["hash"]), row["seq"]
    return problems


def _link(before: bytes, entry: Mapping[Any, Any]) -> bytes:
    at: datetime = entry["at"]
    body = {
        "seq": entry["seq"],
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": entry["actor_id"],
        "action": entry["action"],
        "object_type": entry["object_type"],
        "object_id": entry["object_id"],
        "session_id": str(entry["session_id"]) if entry["session_id"] else None,
        "ip": entry["ip"],
        "data": entry["data"],
    }
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(before + text.encode()).digest()

"""The hash chain of a ticket's history: what makes a silent change of the past show."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any

GENESIS = bytes(32)
SALT_BYTES = 16
_FIELDS = (
    "ticket_id",
    "seq",
    "changed_by",
    "on_behalf_of",
    "source",
    "field_name",
    "old_value",
    "new_value",
    "visibility",
)

_encoded = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":")
).encode  # once: it is called millions of times


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def text_digest(salt: bytes, old: str | None, new: str | None) -> bytes:
    """What the chain holds of words that may have to be erased: without the salt they can't be guessed from it."""
    return hashlib.sha256(salt + _canonical([old, new])).digest()


def link(row: Mapping[str, Any], prev_hash: bytes) -> bytes:
    """The hash of a history row: over its facts and the hash before it."""
    digest = row["text_digest"]
    facts = [row[name] for name in _FIELDS]
    facts += [
        digest.hex() if digest else None,
        row["changed_at"].astimezone(UTC).isoformat(timespec="microseconds"),
    ]
    return hashlib.sha256(prev_hash + _canonical(facts)).digest()


def broken_at(rows: Iterable[Mapping[str, Any]]) -> int | None:
    """The `seq` of the first row of one ticket's history that does not fit the chain, or None. Rows come by `seq`."""
    before, expected = GENESIS, 1
    for row in rows:
        if row["seq"] != expected or row["prev_hash"] != before or row["hash"] != link(row, before):
            return int(row["seq"])
        before, expected = row["hash"], expected + 1
    return None


def _canonical(value: Any) -> bytes:
    return _encoded(value).encode()

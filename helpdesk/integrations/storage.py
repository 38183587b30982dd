"""Where the bytes of attachments live: a folder or an S3 bucket, behind one interface, chosen by
`HELPDESK_STORAGE`.

A key is 128 random bits in hex (`core.ids.random_key`). File names never reach the storage as names, so no
name can become a path.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from helpdesk.core.config import get_settings
from helpdesk.core.errors import TooLarge

CHUNK_BYTES = 256 * 1024
MAX_URL_SECONDS = 300
"""A signed link outlives the right to read for no longer than this."""

_KEY = re.compile(r"[0-9a-f]{32}")


class Readable(Protocol):
    """What `put` reads from: an open binary file, an upload, a `Peeked` stream."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What was written: its size in bytes and the hex SHA-256 of its content."""

    size: int
    sha256: str


class Chunks(Protocol):
    """An iterator over an object's bytes; `close` it when it is not read to its end."""

    def __iter__(self) -> Iterator[bytes]: ...

    def __next__(self) -> bytes: ...

    def close(self) -> None: ...


class Storage(Protocol):
    """Bytes by key. Every method raises `Unavailable` where the storage does not answer or can't write."""

    def put(self, key: str, stream: Readable, size_limit: int) -> StoredObject:
        """Store what `stream` yields up to its end, at most `size_limit` bytes, all or nothing.

        The content passes in chunks and is never whole in memory. Raises `TooLarge` above the limit; whatever
        is
        raised, also by the stream, nothing is left under the key. A key is written once.
        """
        ...

    def open(self, key: str) -> Chunks:
        """Return the bytes in chunks.

        Raises `NotFound` here, before the first chunk, where there is no such object.
        """
        ...

    def delete(self, key: str) -> None:
        """Remove the object; no matter if it is gone already."""
        ...

    def exists(self, key: str) -> bool:
        """Tell whether there is such an object."""
        ...

    def signed_url(self, key: str, seconds: int, filename: str, content_type: str) -> str | None:
        """Return a link that downloads the object under `filename` for `seconds` (at most 300), or None:
        then stream it.
        """
        ...

    def keys(self, prefix: str, before: datetime) -> Iterator[str]:
        """The keys that begin with `prefix` (two hex digits), of objects written before that moment."""
        ...

    def forget_unfinished(self, before: datetime) -> None:
        """Remove what writes left that were begun before that moment and never ended: their process was killed."""
        ...

    def check(self) -> None:
        """Return when the storage can be written to; for the readiness page."""
        ...


def valid_key(key: str) -> str:
    """Return `key`;
    raises ValueError for anything but 32 hex digits, so that a mistake never becomes a path.
    """
    if not is_key(key):
        raise ValueError("not a storage key")
    return key


def is_key(name: str) -> bool:
    """Whether this is the name of an object of ours."""
    return _KEY.fullmatch(name) is not None


class MeteredReader:
    """Hands a stream on while it counts and hashes it; raises `TooLarge` as soon as it exceeds the limit.

    It has no `seek` on purpose: each byte is read exactly once, so that the hash is that of what was stored.
    """

    def __init__(self, stream: Readable, size_limit: int) -> None:
        self._stream = stream
        self._limit = size_limit
        self._hash = hashlib.sha256()
        self._size = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes; without a size up to the end of the stream."""
        data = self._stream.read(size) if size >= 0 else self._rest()
        self._size += len(data)
        if self._size > self._limit:
            raise TooLarge(f"A file may have at most {_in_words(self._limit)}", limit=self._limit)
        self._hash.update(data)
        return data

    def _rest(self) -> bytes:
        # one byte past the limit is enough to know that it is too large
        room = self._limit - self._size + 1
        parts: list[bytes] = []
        while room > 0 and (part := self._stream.read(min(room, CHUNK_BYTES))):
            parts.append(part)
            room -= len(part)
        return b"".join(parts)

    def result(self) -> StoredObject:
        """Return size and hash of what has been read so far."""
        return StoredObject(self._size, self._hash.hexdigest())


def _in_words(size: int) -> str:
    return f"{size // (1024 * 1024)} MB" if size >= 1024 * 1024 else f"{size} bytes"


class Peeked:
    """A stream of which the first bytes have been looked at and will still be read."""

    def __init__(self, head: bytes, stream: Readable) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, the head first; without a size everything that is left."""
        if not self._head:
            return self._stream.read(size)
        if size < 0:
            data, self._head = self._head + self._stream.read(), b""
            return data
        data, self._head = self._head[:size], self._head[size:]
        return data


def peek(stream: Readable, size: int) -> tuple[bytes, Peeked]:
    """Return the first `size` bytes (fewer at the stream's end) and a stream that begins with them again."""
    parts: list[bytes] = []
    missing = size
    while missing > 0 and (part := stream.read(missing)):
        parts.append(part)
        missing -= len(part)
    head = b"".join(parts)
    return head, Peeked(head, stream)


@functools.cache
def get_storage() -> Storage:
    """Return the storage that the settings choose, one per process (tests: `get_storage.cache_clear()`)."""
    from helpdesk.integrations.storage_folder import FolderStorage
    from helpdesk.integrations.storage_s3 import S3Storage

    settings = get_settings()
    return (
        S3Storage.from_settings(settings)
        if settings.storage == "s3"
        else FolderStorage(settings.files_folder)
    )

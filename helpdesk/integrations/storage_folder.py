"""Attachments in a folder:
`ab/abcdef…`, each written beside its place, flushed to the disk and then renamed into it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Generator, Iterator
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Self

from helpdesk.core.errors import NotFound, Unavailable
from helpdesk.integrations.storage import (
    CHUNK_BYTES,
    MeteredReader,
    Readable,
    StoredObject,
    is_key,
    valid_key,
)

_NO_WRITE = "Files can't be stored just now. Nothing was saved; please try again."
_NO_READ = "Files can't be read just now. Please try again."


class FolderStorage:
    """`Storage` on a file system that all processes share."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, stream: Readable, size_limit: int) -> StoredObject:
        """See `Storage.put`."""
        path = self._path(key)
        reader = MeteredReader(stream, size_limit)
        # in the same folder, so that the rename never crosses file systems; the dot keeps it out of every key
        partial = path.with_name(f".{key}.{secrets.token_hex(4)}.part")
        try:
            with _writing():
                path.parent.mkdir(parents=True, exist_ok=True)
                # without a buffer, which closing would try to write once more
                file = partial.open("xb", buffering=0)
            with file:
                while chunk := reader.read(CHUNK_BYTES):
                    _write(file, chunk)
                with _writing():
                    os.fsync(file.fileno())
            with _writing():
                partial.replace(path)
                _sync_folder(path.parent)
        except BaseException:
            with contextlib.suppress(OSError):  # the disk that failed above may fail here too
                partial.unlink()
            raise
        return reader.result()

    def open(self, key: str) -> _FileChunks:
        """See `Storage.open`."""
        try:
            return _FileChunks(self._path(key).open("rb"))
        except FileNotFoundError:
            raise NotFound("The file is not there any more") from None
        except OSError as error:
            raise Unavailable(_NO_READ) from error

    def delete(self, key: str) -> None:
        """See `Storage.delete`."""
        with _writing():
            self._path(key).unlink(missing_ok=True)

    def exists(self, key: str) -> bool:
        """See `Storage.exists`."""
        return self._path(key).is_file()

    def signed_url(self, key: str, seconds: int, filename: str, content_type: str) -> str | None:
        """A folder has no links of its own."""
        return None

    def keys(self, prefix: str, before: datetime) -> Iterator[str]:
        """See `Storage.keys`."""
        for path in self._older(prefix, before):
            if is_key(path.name):
                yield path.name

    def forget_unfinished(self, before: datetime) -> None:
        """See `Storage.forget_unfinished`."""
        for folder in ("", *(f"{number:02x}" for number in range(256))):
            for path in self._older(folder, before):
                if path.name.startswith("."):
                    with _writing():
                        path.unlink(missing_ok=True)

    def _older(self, folder: str, before: datetime) -> Iterator[Path]:
        limit = before.timestamp()
        try:
            with os.scandir(self._root / folder) as entries:
                yield from (
                    Path(one.path) for one in entries if one.is_file() and one.stat().st_mtime < limit
                )
        except FileNotFoundError:
            return
        except OSError as error:
            raise Unavailable(_NO_READ) from error

    def check(self) -> None:
        """Write and remove a probe: that also finds a full or read-only disk."""
        probe = self._root / f".check.{secrets.token_hex(4)}"
        with _writing():
            self._root.mkdir(parents=True, exist_ok=True)
            try:
                probe.write_bytes(b"ok")
            finally:
                probe.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._root / valid_key(key)[:2] / key


class _FileChunks:
    """Closes its file at the end, when told to, and when it is thrown away unread."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._file.closed:
            raise StopIteration
        try:
            chunk = self._file.read(CHUNK_BYTES)
        except OSError as error:
            raise Unavailable(_NO_READ) from error
        if not chunk:
            self.close()
            raise StopIteration
        return chunk

    def close(self) -> None:
        self._file.close()


@contextlib.contextmanager
def _writing() -> Generator[None]:
    """Only around the disk: an OSError of the stream that is being stored is not the storage's."""
    try:
        yield
    except OSError as error:
        raise Unavailable(_NO_WRITE) from error


def _write(file: FileIO, chunk: bytes) -> None:
    left = memoryview(chunk)
    with _writing():
        while left:
            left = left[file.write(left) :]


def _sync_folder(folder: Path) -> None:
    # the name itself is only safe once the folder is flushed
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

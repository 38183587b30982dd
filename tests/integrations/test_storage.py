"""Both storages through one interface: the folder on a disk, S3 against a server of its protocol."""

from __future__ import annotations

import hashlib
import io
import os
import resource
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from helpdesk.core.config import Settings
from helpdesk.core.errors import NotFound, TooLarge, Unavailable
from helpdesk.core.ids import random_key
from helpdesk.integrations import storage_folder
from helpdesk.integrations.storage import CHUNK_BYTES, Peeked, Storage, get_storage, peek, valid_key
from helpdesk.integrations.storage_folder import FolderStorage
from helpdesk.integrations.storage_s3 import S3Storage

BIG = 20 * 1024 * 1024


class Stream:
    """Yields bytes without holding them, and notes the largest piece asked for."""

    def __init__(self, size: int, fail_at: int | None = None) -> None:
        self.left = size
        self.fail_at = fail_at
        self.read_so_far = 0
        self.largest = 0

    def read(self, size: int = -1, /) -> bytes:
        if self.fail_at is not None and self.read_so_far >= self.fail_at:
            raise ConnectionResetError("the browser went away")
        part = min(self.left, size if size >= 0 else self.left)
        self.left -= part
        self.read_so_far += part
        self.largest = max(self.largest, part)
        return b"x" * part


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def _s3_settings(url: str, bucket: str = "files") -> Settings:
    return Settings(
        storage="s3", s3_endpoint_url=url, s3_bucket=bucket, s3_access_key="key", s3_secret_key="secret"
    )


@pytest.fixture
def s3(s3_url: str) -> S3Storage:
    store = S3Storage.from_settings(_s3_settings(s3_url))
    store._client.create_bucket(Bucket="files")
    return store


@pytest.fixture
def folder(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "files")


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest) -> Storage:
    return request.getfixturevalue(request.param)


def _leftovers(store: Storage) -> list[str]:
    if isinstance(store, FolderStorage):
        return [str(path) for path in store._root.rglob("*") if path.is_file()]
    assert isinstance(store, S3Storage)
    objects = store._client.list_objects_v2(Bucket="files").get("Contents", [])
    parts = store._client.list_multipart_uploads(Bucket="files").get("Uploads", [])
    return [item["Key"] for item in [*objects, *parts]]


@pytest.mark.parametrize("size", [0, 1, 256 * 1024, BIG])
def test_what_is_stored_comes_back(store: Storage, size: int) -> None:
    key, content = random_key(), os.urandom(size)
    stored = store.put(key, io.BytesIO(content), size)
    assert (stored.size, stored.sha256) == (size, hashlib.sha256(content).hexdigest())
    assert store.exists(key)
    assert b"".join(store.open(key)) == content
    store.delete(key)
    store.delete(key)
    assert not store.exists(key)
    with pytest.raises(NotFound):
        store.open(key)


def test_a_large_file_passes_in_pieces(store: Storage) -> None:
    stream = Stream(BIG)
    assert store.put(random_key(), stream, BIG).size == BIG
    assert stream.largest <= 8 * 1024 * 1024


@pytest.mark.parametrize("limit", [10, 9 * 1024 * 1024])
def test_over_the_limit_nothing_is_left(store: Storage, limit: int) -> None:
    key, before, stream = random_key(), _leftovers(store), Stream(BIG)
    with pytest.raises(TooLarge) as caught:
        store.put(key, stream, limit)
    assert caught.value.status == 413
    assert not store.exists(key)
    assert _leftovers(store) == before
    assert stream.read_so_far < BIG  # it did not read on


@pytest.mark.parametrize("at", [0, 9 * 1024 * 1024])
def test_a_stream_that_breaks_leaves_nothing(store: Storage, at: int) -> None:
    key, before = random_key(), _leftovers(store)
    with pytest.raises(ConnectionResetError):
        store.put(key, Stream(BIG, fail_at=at), BIG)
    assert not store.exists(key)
    assert _leftovers(store) == before


@pytest.mark.parametrize(
    "key", ["", "../etc/passwd", "A" * 32, "a" * 31, "a" * 33, "a" * 32 + "\n", "/" * 32]
)
def test_only_keys_are_keys(store: Storage, key: str) -> None:
    for use in (
        lambda: store.put(key, io.BytesIO(b""), 1),
        lambda: store.open(key),
        lambda: store.exists(key),
        lambda: store.delete(key),
    ):
        with pytest.raises(ValueError, match="not a storage key"):
            use()
    with pytest.raises(ValueError, match="not a storage key"):
        valid_key(key)


def test_ready(store: Storage) -> None:
    store.check()


def test_reading_can_stop_early(store: Storage) -> None:
    key = random_key()
    store.put(key, Stream(BIG), BIG)
    chunks = store.open(key)
    assert len(next(chunks)) <= 256 * 1024
    chunks.close()
    assert list(chunks) == []


def test_folder_files_are_private_to_their_keys(folder: FolderStorage) -> None:
    key = random_key()
    folder.put(key, io.BytesIO(b"a"), 1)
    files = [path.relative_to(folder._root) for path in folder._root.rglob("*") if path.is_file()]
    assert files == [Path(key[:2], key)]
    assert folder.signed_url(key, 60, "a.txt", "text/plain") is None


@pytest.mark.parametrize("size", [24, 3 * CHUNK_BYTES])
def test_a_full_disk_is_unavailable(folder: FolderStorage, size: int) -> None:
    """The system refuses to write further than to the tenth byte, as it does where no room is left."""
    key, before = random_key(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(Unavailable):
            folder.put(key, io.BytesIO(b"a" * size), size)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert _leftovers(folder) == []
    folder.put(key, io.BytesIO(b"a" * size), size)
    assert b"".join(folder.open(key)) == b"a" * size


def test_a_disk_that_fails_at_the_flush_is_unavailable(
    folder: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage_folder.os, "fsync", full)
    key = random_key()
    with pytest.raises(Unavailable):
        folder.put(key, io.BytesIO(b"a"), 1)
    assert _leftovers(folder) == []


def test_a_folder_that_is_a_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    store = FolderStorage(tmp_path / "files")
    with pytest.raises(Unavailable):
        store.check()
    with pytest.raises(Unavailable):
        store.put(random_key(), io.BytesIO(b"a"), 1)


def test_signed_links_download_under_the_name_and_end(s3: S3Storage) -> None:
    key = random_key()
    s3.put(key, io.BytesIO(b"%PDF-1.7"), 100)
    url = s3.signed_url(key, 3600, 'Größe "A4"\r\nX: y.pdf', "application/pdf")
    assert url is not None
    assert "X-Amz-Expires=300" in url
    answer = httpx.get(url)
    assert answer.status_code == 200
    assert answer.content == b"%PDF-1.7"
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%22A4%22X%3A%20y.pdf" in answer.headers["content-disposition"]


def test_a_missing_bucket_is_unavailable(s3_url: str) -> None:
    store = S3Storage.from_settings(_s3_settings(s3_url, "nowhere"))
    with pytest.raises(Unavailable):
        store.check()
    with pytest.raises(Unavailable):
        store.put(random_key(), io.BytesIO(b"a"), 1)


def test_an_absent_server_is_unavailable_soon() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    store = S3Storage.from_settings(_s3_settings(f"http://127.0.0.1:{port}"))
    started = time.monotonic()
    for use in (
        lambda: store.put(random_key(), Stream(BIG), BIG),
        lambda: store.open(random_key()),
        lambda: store.check(),
    ):
        with pytest.raises(Unavailable):
            use()
    assert time.monotonic() - started < 30


def test_timeouts_and_retries_are_bounded(s3: S3Storage) -> None:
    config: Config = s3._client.meta.config
    attempts = config.retries["total_max_attempts"]
    assert attempts >= 2
    # an answer within ten seconds, whether it is yes or no
    assert attempts * max(config.connect_timeout, config.read_timeout) < 10


def test_keys_by_prefix_and_age(store: Storage) -> None:
    keys = [f"{prefix}{random_key()[2:]}" for prefix in ("ab", "ab", "cd")]
    for key in keys:
        store.put(key, io.BytesIO(b"1"), 10)
    later, earlier = datetime.now(UTC) + timedelta(minutes=1), datetime.now(UTC) - timedelta(minutes=1)
    assert sorted(store.keys("ab", later)) == sorted(keys[:2])
    assert list(store.keys("cd", later)) == [keys[2]]
    assert list(store.keys("ee", later)) == []
    assert list(store.keys("ab", earlier)) == []
    store.forget_unfinished(later)
    assert store.exists(keys[0])


def test_what_a_killed_upload_left_is_forgotten(folder: FolderStorage, s3: S3Storage) -> None:
    key = random_key()
    folder.put(key, io.BytesIO(b"1"), 10)
    place = folder._path(key).parent
    partial = place / f".{key}.1234.part"
    partial.write_bytes(b"half")
    folder.forget_unfinished(datetime.now(UTC) - timedelta(minutes=1))
    assert partial.exists()
    folder.forget_unfinished(datetime.now(UTC) + timedelta(minutes=1))
    assert [one.name for one in place.iterdir()] == [key]

    begun = s3._client.create_multipart_upload(Bucket="files", Key=key)
    s3.forget_unfinished(datetime.now(UTC) + timedelta(minutes=1))
    assert begun["UploadId"] not in str(s3._client.list_multipart_uploads(Bucket="files").get("Uploads"))


def test_the_settings_choose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, s3_url: str) -> None:
    def chosen(settings: Settings) -> Storage:
        monkeypatch.setattr("helpdesk.integrations.storage.get_settings", lambda: settings)
        get_storage.cache_clear()
        return get_storage()

    try:
        assert isinstance(chosen(Settings(data=tmp_path)), FolderStorage)
        assert isinstance(chosen(_s3_settings(s3_url)), S3Storage)
    finally:
        get_storage.cache_clear()


@pytest.mark.parametrize("size", [-1, 3])
def test_peeking_takes_nothing_away(size: int) -> None:
    head, stream = peek(io.BytesIO(b"0123456789"), 4)
    assert head == b"0123"
    assert isinstance(stream, Peeked)
    assert b"".join(iter(lambda: stream.read(size), b"")) == b"0123456789"
    short, stream = peek(io.BytesIO(b"01"), 4)
    assert (short, stream.read(), stream.read()) == (b"01", b"01", b"")


def test_links_without_an_endpoint_go_to_the_bucket_host(monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[str, Any] = {}

    def client(_: object, *__: object, **options: Any) -> object:
        made.update(options)
        return object()

    monkeypatch.setattr(boto3.session.Session, "client", client)
    S3Storage.from_settings(Settings(storage="s3", s3_bucket="files"))
    assert (made["endpoint_url"], made["region_name"], made["aws_access_key_id"]) == (None, None, None)
    assert made["config"].s3 == {"addressing_style": "auto"}

"""Attachments in a private S3 bucket (AWS, MinIO and others that speak the protocol)."""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from datetime import datetime
from typing import Any, Self

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError

from helpdesk.core.config import Settings
from helpdesk.core.errors import NotFound, Unavailable
from helpdesk.domain.filetypes import content_disposition
from helpdesk.integrations.storage import (
    CHUNK_BYTES,
    MAX_URL_SECONDS,
    MeteredReader,
    Readable,
    StoredObject,
    is_key,
    valid_key,
)

_PART_BYTES = 8 * 1024 * 1024
_MISSING = {"404", "NoSuchKey", "NotFound"}


class S3Storage:
    """`Storage` in one bucket; the keys are the object names."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket
        # without threads a part is one buffer, and the reader is used by one thread alone
        self._transfer = TransferConfig(
            multipart_threshold=_PART_BYTES, multipart_chunksize=_PART_BYTES, use_threads=False
        )

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Connect as the settings say; without keys, boto3's own chain (instance role, profile) applies."""
        config = Config(
            # a server that hangs is given up within ten seconds, so that the caller hears of it in time
            connect_timeout=2,
            read_timeout=4,
            retries={"total_max_attempts": 2, "mode": "standard"},
            signature_version="s3v4",
            # other servers than Amazon's know neither the bucket as a host name nor the newer checksums
            s3={"addressing_style": "path" if settings.s3_endpoint_url else "auto"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        session: Any = Session()
        client = session.client(
            "s3",
            endpoint_url=settings.s3_endpoint_url or None,
            aws_access_key_id=settings.s3_access_key or None,
            aws_secret_access_key=settings.s3_secret_key.get_secret_value() or None,
            region_name="us-east-1" if settings.s3_endpoint_url else None,
            config=config,
        )
        return cls(client, settings.s3_bucket)

    def put(self, key: str, stream: Readable, size_limit: int) -> StoredObject:
        """See `Storage.put`. An upload that fails half-way is aborted, so that no parts stay behind."""
        reader = MeteredReader(stream, size_limit)
        with _s3():
            self._client.upload_fileobj(reader, self._bucket, valid_key(key), Config=self._transfer)
        return reader.result()

    def open(self, key: str) -> _BodyChunks:
        """See `Storage.open`."""
        with _s3():
            answer = self._client.get_object(Bucket=self._bucket, Key=valid_key(key))
        return _BodyChunks(answer["Body"])

    def delete(self, key: str) -> None:
        """See `Storage.delete`."""
        with _s3():
            self._client.delete_object(Bucket=self._bucket, Key=valid_key(key))

    def exists(self, key: str) -> bool:
        """See `Storage.exists`."""
        try:
            with _s3():
                self._client.head_object(Bucket=self._bucket, Key=valid_key(key))
        except NotFound:
            return False
        return True

    def signed_url(self, key: str, seconds: int, filename: str, content_type: str) -> str | None:
        """See `Storage.signed_url`.

        Name and type are signed with the link, so that nobody can change them.
        """
        with _s3():
            url: str = self._client.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self._bucket,
                    "Key": valid_key(key),
                    "ResponseContentDisposition": content_disposition(filename),
                    "ResponseContentType": content_type,
                },
                ExpiresIn=max(1, min(seconds, MAX_URL_SECONDS)),
            )
        return url

    def keys(self, prefix: str, before: datetime) -> Iterator[str]:
        """See `Storage.keys`."""
        for found in self._pages("list_objects_v2", "Contents", Prefix=prefix):
            if found["LastModified"] < before and is_key(found["Key"]):
                yield found["Key"]

    def forget_unfinished(self, before: datetime) -> None:
        """See `Storage.forget_unfinished`: uploads in parts, of which a bucket keeps each part for ever."""
        for found in self._pages("list_multipart_uploads", "Uploads"):
            if found["Initiated"] < before and is_key(found["Key"]):
                with _s3():
                    self._client.abort_multipart_upload(
                        Bucket=self._bucket, Key=found["Key"], UploadId=found["UploadId"]
                    )

    def _pages(self, question: str, name: str, **options: str) -> Iterator[dict[str, Any]]:
        with _s3():
            for page in self._client.get_paginator(question).paginate(Bucket=self._bucket, **options):
                yield from page.get(name, ())

    def check(self) -> None:
        """See `Storage.check`."""
        try:
            with _s3():
                self._client.head_bucket(Bucket=self._bucket)
        except NotFound:
            raise Unavailable("The bucket for files does not exist") from None


class _BodyChunks:
    """The body of an answer; closing it gives the connection back."""

    def __init__(self, body: Any) -> None:
        self._body = body
        self._done = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._done:
            raise StopIteration
        with _s3():
            chunk: bytes = self._body.read(CHUNK_BYTES)
        if not chunk:
            self.close()
            raise StopIteration
        return chunk

    def close(self) -> None:
        self._done = True
        self._body.close()


@contextlib.contextmanager
def _s3() -> Generator[None]:
    try:
        yield
    except ClientError as error:
        answer: dict[str, Any] = error.response
        if answer.get("Error", {}).get("Code") in _MISSING:
            raise NotFound("The file is not there any more") from None
        raise Unavailable("The file storage refused the request. Please try again later.") from error
    except (BotoCoreError, Boto3Error, IncompleteReadError) as error:
        raise Unavailable("The file storage does not answer. Nothing was saved; please try again.") from error

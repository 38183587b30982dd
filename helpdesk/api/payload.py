"""Bodies that come as JSON, or as a form with files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from helpdesk.api.guard import is_json, parse_json, validated, wrong_type
from helpdesk.api.middleware import FILES_PER_REQUEST
from helpdesk.core.config import get_settings
from helpdesk.core.errors import DomainError, Invalid, TooLarge
from helpdesk.domain.access import Actor
from helpdesk.services import attachments
from helpdesk.services.idempotency import Idempotency
from helpdesk.services.views import AttachmentView

M = TypeVar("M", bound=BaseModel)
A = TypeVar("A")

FIELD = "attachments"
_MOST_FIELDS = 200
_MOST_PARTS = 50
_FIELD_BYTES = 256 * 1024
_CHUNK = 256 * 1024


@dataclass(frozen=True)
class Payload:
    """A body as it came: the value of JSON, or the fields and files of a form."""

    value: Any
    fields: FormData | None
    files: tuple[UploadFile, ...]
    place: str
    key: str | None

    def into(self, model: type[M]) -> M:
        """The body as a `model`. Raises RequestValidationError, which names the fields."""
        if self.fields is None:
            return validated(model, self.value)
        return validated(model, _form_values(model, self.fields), as_text=True)

    def idempotency(self, body: BaseModel) -> Idempotency | None:
        """The caller's key, with a digest of what is asked for: place, fields and the files' content."""
        if self.key is None:
            return None
        digest = hashlib.sha256(self.place.encode())
        digest.update(json.dumps(body.model_dump(mode="json"), sort_keys=True).encode())
        for file in self.files:
            digest.update(f"\0{file.filename}\0".encode("utf-8", "replace"))
            file.file.seek(0)
            while chunk := file.file.read(_CHUNK):
                digest.update(chunk)
        return Idempotency(self.key, digest.digest())

    def with_uploads(
        self, actor: Actor, use: Callable[[tuple[int, ...]], A], used: Callable[[A], set[int]]
    ) -> A:
        """Store the files, hand their ids to `use` and return its answer.

        Those that the answer does not have (it was the answer to an earlier request with the same key, or the
        request failed) are forgotten again. `used` finds the files in the answer.
        """
        stored: list[int] = []
        kept: set[int] = set()
        try:
            for file in self.files:
                stored.append(store(actor, file).id)
            answer = use(tuple(stored))
            kept = used(answer)
        finally:
            for one in stored:
                if one not in kept:
                    _forget(actor, one)
        return answer


def store(actor: Actor, file: UploadFile, asked: Idempotency | None = None) -> AttachmentView:
    """Store one file of a form as a waiting upload."""
    file.file.seek(0)
    most = get_settings().max_upload_bytes
    if file.size is not None and file.size > most:
        raise TooLarge(f"A file can have {get_settings().max_upload_mb} MB.")
    return attachments.store_upload(
        actor, file.filename or "", file.file, declared_type=file.content_type, idempotency=asked
    )


_Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="The same key and body again gives the first answer again; kept 24 h.",
        json_schema_extra={"minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    ),
]


async def _payload(request: Request, idempotency_key: _Key = None) -> AsyncIterator[Payload]:
    place = _place(request)
    if is_json(request):
        yield Payload(parse_json(await request.body()), None, (), place, idempotency_key)
        return
    form = await _read_form(request)
    try:
        files = tuple(value for _, value in form.multi_items() if isinstance(value, UploadFile))
        _check_files(form, files)
        yield Payload(None, form, files, place, idempotency_key)
    finally:
        await form.close()


JsonOrFiles = Annotated[Payload, Depends(_payload)]
"""The parameter of a route that takes JSON, or a form with files under `attachments`."""


async def _one_file(request: Request, idempotency_key: _Key = None) -> AsyncIterator[Payload]:
    form = await _read_form(request)
    try:
        items = form.multi_items()
        if len(items) != 1 or items[0][0] != FIELD or not isinstance(items[0][1], UploadFile):
            raise Invalid.at(FIELD, "One file is needed here, and nothing else.")
        yield Payload(None, form, (items[0][1],), _place(request), idempotency_key)
    finally:
        await form.close()


OneFile = Annotated[Payload, Depends(_one_file)]
"""The parameter of a route that takes a form with a single file under `attachments`."""


async def _json_value(request: Request) -> Any:
    raw = await request.body()
    if not raw:
        raise Invalid.at("body", "A body in JSON is needed here.")
    if not is_json(request):
        raise wrong_type("application/json")
    return parse_json(raw)


JsonValue = Annotated[Any, Depends(_json_value)]
"""The parameter of a route that takes any JSON value, also null."""


def _place(request: Request) -> str:
    return f"{request.method} {request.url.path}\n"


async def _read_form(request: Request) -> FormData:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise wrong_type("application/json", "multipart/form-data")
    try:
        return await request.form(max_files=_MOST_PARTS, max_fields=_MOST_FIELDS, max_part_size=_FIELD_BYTES)
    except HTTPException as error:
        raise Invalid.at("body", f"This form can't be read: {error.detail}") from None


def _check_files(form: FormData, files: tuple[UploadFile, ...]) -> None:
    for name, value in form.multi_items():
        if isinstance(value, UploadFile) and name != FIELD:
            raise Invalid.at(name[:100], f"Files are taken under {FIELD}.")
        if not isinstance(value, UploadFile) and name == FIELD:
            raise Invalid.at(FIELD, "Files are needed here.")
    if len(files) > FILES_PER_REQUEST:
        raise TooLarge(f"A request can have {FILES_PER_REQUEST} files.")


def _form_values(model: type[BaseModel], form: FormData) -> dict[str, Any]:
    """The fields of a form for `model`: repeated ones become lists, and an empty one that is no text is left out."""
    values: dict[str, Any] = {}
    for name in dict.fromkeys(form.keys()):
        given = [value for value in form.getlist(name) if not isinstance(value, UploadFile)]
        if not given:
            continue
        field = model.model_fields.get(name)
        kinds = _kinds(field.annotation) if field else set()
        if list in kinds:
            values[name] = [value for value in given if value != ""]
        elif len(given) > 1:
            raise Invalid.at(name[:100], "This can be given once.")
        elif given[0] != "" or field is None or (str in kinds and type(None) not in kinds):
            values[name] = given[0]
    return values


def _kinds(annotation: Any) -> set[Any]:
    """The plain types in an annotation."""
    origin = get_origin(annotation)
    if origin is list:
        return {list}
    if origin is Annotated:
        return _kinds(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        return set().union(*map(_kinds, get_args(annotation)))
    return {str} if origin is Literal else {annotation}


def _forget(actor: Actor, upload_id: int) -> None:
    try:
        attachments.discard_upload(actor, upload_id)
    except DomainError:
        return  # the sweep of waiting uploads finds it

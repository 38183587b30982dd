"""Uploads that wait for their form, and downloads."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from fastapi import APIRouter, Response
from starlette.responses import RedirectResponse, StreamingResponse

from helpdesk.api import payload
from helpdesk.api.bodies import Nothing
from helpdesk.api.guard import Caller, GuardedRoute, reads_body, signed_in
from helpdesk.api.openapi import answers, one_file
from helpdesk.api.payload import OneFile
from helpdesk.api.queries import Id
from helpdesk.api.shapes import AttachmentOut, AttachmentsOut
from helpdesk.services import attachments
from helpdesk.services.views import Download

router = APIRouter(prefix="/api/v1", tags=["files"], route_class=GuardedRoute)

_BYTES = {"*/*": {"schema": {"type": "string", "format": "binary"}}}


@router.get("/uploads")
@signed_in
def waiting(actor: Caller) -> AttachmentsOut:
    """The caller's uploads that wait for their form; they are forgotten after 24 hours."""
    return AttachmentsOut(attachments=[AttachmentOut.of(one) for one in attachments.waiting_uploads(actor)])


@router.post("/uploads", status_code=201, responses=answers(409), openapi_extra=one_file())
@signed_in
@reads_body
def upload(actor: Caller, sent: OneFile) -> AttachmentOut:
    """Upload one file, to be named in `upload_ids` of a ticket or comment."""
    return AttachmentOut.of(payload.store(actor, sent.files[0], sent.idempotency(Nothing())))


@router.delete("/uploads/{upload_id}", status_code=204, responses=answers(404))
@signed_in
def discard(actor: Caller, upload_id: Id) -> None:
    """Remove a waiting upload of one's own."""
    attachments.discard_upload(actor, upload_id)


@router.get(
    "/attachments/{attachment_id}",
    response_class=Response,
    responses=answers(404)
    | {
        200: {"description": "The bytes", "content": _BYTES},
        302: {"description": "To a link of the storage that holds for a few minutes"},
    },
)
@signed_in
def download(actor: Caller, attachment_id: Id) -> Response:
    """A file, always as a download; a page can show its picture, but nothing in it runs."""
    found = attachments.open_download(actor, attachment_id)
    if found.signed_url is not None:
        return RedirectResponse(found.signed_url, 302)
    headers = {
        "Content-Disposition": disposition(found.attachment.filename),
        "Content-Length": str(found.attachment.size),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return StreamingResponse(_chunks(found), 200, headers, media_type=found.attachment.content_type)


def disposition(filename: str) -> str:
    """A `Content-Disposition` (RFC 6266) for a name in any script, which can't break out of the header."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-()") else "_" for c in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _chunks(found: Download) -> Iterator[bytes]:
    chunks = found.chunks
    if chunks is None:
        return
    try:
        yield from chunks
    finally:
        # the storage's file or connection is let go also when the caller hangs up half-way
        close = getattr(chunks, "close", None)
        if close is not None:
            close()

"""The tickets of a list as a file, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import anyio
from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from helpdesk.api import csv_text
from helpdesk.api.filters import QueueList
from helpdesk.api.guard import Caller, GuardedRoute, overseer
from helpdesk.api.openapi import answers
from helpdesk.services import tickets
from helpdesk.services.tickets.export import COLUMNS, Export

router = APIRouter(prefix="/api/v1/admin/tickets", tags=["queue"], route_class=GuardedRoute)

_CSV = {200: {"description": "The tickets", "content": {"text/csv": {"schema": {"type": "string"}}}}}


class _Stream(StreamingResponse):
    """Closes what it is made from whether it is sent to its end, fails, or nobody listens any more."""

    def __init__(self, export: Export, **more: Any) -> None:
        super().__init__(_pieces(export), **more)
        self.export = export

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(self.export.close)


def _pieces(export: Export) -> Iterator[bytes]:
    yield (csv_text.BEGINNING + csv_text.lines([COLUMNS])).encode()
    for batch in export.batches():
        yield csv_text.lines(batch).encode()


@router.get("/export.csv", response_class=Response, responses=answers(409) | _CSV)
@overseer
def export(actor: Caller, query: QueueList) -> Response:
    """Every ticket that `GET /admin/tickets` lists with these filters, as CSV: as of one moment and without a limit.

    A search gives all its matches, the newest first, where no other order is asked for.
    """
    made = tickets.export(actor, query)
    name = f"tickets-{datetime.now(UTC):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Accel-Buffering": "no"}
    return _Stream(made, headers=headers, media_type=csv_text.MEDIA_TYPE)

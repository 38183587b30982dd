"""Where the server gives a whole list of the queue as a file."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from urllib.parse import urlencode

from helpdesk.domain.enums import Role
from helpdesk.services.views import TicketQuery

EXPORTERS = frozenset({Role.MANAGER, Role.ADMIN})
_PATH = "/api/v1/admin/tickets/export.csv"
_PAGE = frozenset({"page", "page_size", "cursor"})


def export_href(asked: TicketQuery) -> str:
    """The address of exactly the tickets of a list over all its pages, in its order."""
    pairs: list[tuple[str, str]] = []
    for one in fields(asked):
        value = getattr(asked, one.name)
        if one.name not in _PAGE and value != one.default:
            pairs += [(one.name, _said(part)) for part in (value if isinstance(value, tuple) else (value,))]
    return f"{_PATH}?{urlencode(pairs, errors='replace')}"


def _said(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value).lower() if isinstance(value, bool) else str(value)

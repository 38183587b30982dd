"""The filters of a saved view: as they come in, as they are stored, and as the question that they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, cast

from helpdesk.core.errors import FieldError, Invalid
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import View
from helpdesk.services import _text
from helpdesk.services._filters import RELEVANCE, Filter, cleaned_query
from helpdesk.services.views import TicketQuery

COLUMNS = ("priority", "number", "subject", "tags", "group", "topic", "requester", "status", "assignee", "due",
           "created", "updated")  # fmt: skip
USUAL = ("priority", "number", "subject", "requester", "status", "assignee", "due", "updated")
NEEDED = "subject"
_PLACE = frozenset({"sort", "page", "page_size", "cursor", "watching", "needs_me"})
_DEFAULTS = {one.name: one.default for one in fields(TicketQuery) if one.name not in _PLACE}
_MOMENTS = frozenset({"created_from", "created_to", "resolved_from", "resolved_to"})


def cleaned(actor: Actor, filters: object, sort: object) -> tuple[dict[str, Any], str]:
    """Filters and order as they are stored: only what is set, as JSON.

    Raises:
        Invalid: names `filters.<filter>` or `sort`.
    """
    if not isinstance(filters, Mapping):
        raise Invalid.at("filters", "An object of filters is needed here.")
    if not isinstance(sort, str):
        raise Invalid.at("sort", "An order is needed here, such as -created_at.")
    given = cast("Mapping[object, object]", filters)
    for name in given:
        if name not in _DEFAULTS:
            raise Invalid.at("filters", f"There is no filter {str(name)[:40]!r}.")
    asked = {str(name): _typed(str(name), value) for name, value in given.items()}
    kept = {name: value for name, value in asked.items() if value != _DEFAULTS[name]}
    try:
        checked = cleaned_query(actor, TicketQuery(**kept, sort=sort), View.STAFF)
    except Invalid as error:
        raise Invalid(
            error.message,
            errors=[FieldError(_inside(one.field), one.message) for one in error.errors],
        ) from None
    kept |= {"tag": checked.tags} if checked.tags else {}
    order = checked.sort if checked.sort == RELEVANCE or not checked.descending else f"-{checked.sort}"
    return {name: _as_json(value) for name, value in kept.items()}, order


def query_of(stored: Mapping[str, Any], sort: str) -> TicketQuery:
    """The question that a stored view asks."""
    values: dict[str, Any] = {}
    for name, value in stored.items():
        if isinstance(value, list):
            values[name] = tuple(cast("list[Any]", value))
        else:
            values[name] = datetime.fromisoformat(value) if name in _MOMENTS else value
    return TicketQuery(**values, sort=sort)


def plain(query: TicketQuery) -> dict[str, Any]:
    """The filters of a question that are set, as `cleaned` takes them."""
    found = {name: getattr(query, name) for name in _DEFAULTS}
    return {name: value for name, value in found.items() if value != _DEFAULTS[name]}


def checked_for(actor: Actor, query: TicketQuery) -> Filter | None:
    """The stored question for this reader; None where it has grown wrong since."""
    try:
        return cleaned_query(actor, query, View.STAFF)
    except Invalid:
        return None


def cleaned_columns(value: object) -> list[str] | None:
    """Columns in order, each once, with the subject; None for none of one's own."""
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        raise Invalid.at("columns", "A list of columns is needed here.")
    given = cast("list[object] | tuple[object, ...]", value)
    names = [one for one in given if isinstance(one, str) and one in COLUMNS]
    if len(names) != len(given):
        raise Invalid.at("columns", f"Possible here: {', '.join(COLUMNS)}.")
    if NEEDED not in names:
        raise Invalid.at("columns", f"The column {NEEDED} stays.")
    return list(dict.fromkeys(names))


def _inside(name: str) -> str:
    return name if name == "sort" else f"filters.{name}"


def _typed(name: str, value: object) -> Any:
    """A value of the kind that the filter has; what it says is checked with the others."""
    field, usual = f"filters.{name}", _DEFAULTS[name]
    if isinstance(usual, tuple):
        if not isinstance(value, list | tuple):
            raise Invalid.at(field, "A list is needed here.")
        found = tuple(cast("list[object]", value))
        if name == "assigned_to":
            return tuple(str(one)[:20] if isinstance(one, str | int) else "" for one in found)
        if any(isinstance(one, list | dict | set) for one in found):
            raise Invalid.at(field, "A list of plain values is needed here.")
        return found
    if value is None and name != "mine_groups":
        return None
    if name in _MOMENTS:
        return _text.clean_when(field, value)
    if name == "q":
        return _text.clean_line(field, value, 200, required=False)
    return _text.clean_flag(field, value)


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(cast("tuple[Any, ...]", value))
    return value.isoformat() if isinstance(value, datetime) else value

"""Which open pages have to show a change, and how each would."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from benchmarks.live.changes import Change
from benchmarks.live.pages import Awaited, OpenPage, rows_of
from helpdesk.ui.app_state import AppState
from helpdesk.ui.home.state import HomeState
from helpdesk.ui.my.state import MyState
from helpdesk.ui.queue.state import QueueState
from helpdesk.ui.tickets.state import TicketState

Shown = Callable[[OpenPage, str], bool]


class Start:
    """What the pages counted before anything was filed: the rest has to come on top."""

    def __init__(self, pages: Iterable[OpenPage]) -> None:
        self.counts = {id(page): _count(page) for page in pages}
        self.today = {id(page): _today(page) for page in pages}


def expect(change: Change, pages: Iterable[OpenPage], start: Start) -> None:
    """Let every page look out for what it has to show of this change."""
    for page in pages:
        for what, shown in _due(change, page, start):
            page.awaits(Awaited(what, change.answered, shown, page.away))


def _due(change: Change, page: OpenPage, start: Start) -> Iterable[tuple[str, Shown]]:
    ticket = change.ticket
    if change.kind == "new":
        if page.staff:
            counted = start.counts[id(page)] + change.filed
            yield "count of the sidebar", lambda page, _: _count(page) >= counted
        if page.kind == "home":
            filed = start.today[id(page)] + change.filed
            yield "figures", lambda page, _: _today(page) >= filed
        return
    if page.ticket == ticket.id and not (change.internal and not page.staff):
        if change.words:
            yield "message", lambda page, heard: change.words in (heard or _thread(page))
        else:
            yield "head", lambda page, _: _head(page) >= change.version
    if change.internal:
        return
    if page.kind == "queue" and any(row["id"] == ticket.id for row in rows_of(page, QueueState, "rows")):
        yield "row", lambda page, _: _row_is_new(page, ticket.id, change.version)
    if page.kind == "my requests" and change.at is not None and _my_row(page, ticket.number) is not None:
        at = change.at.replace(microsecond=0)
        yield "row", lambda page, _: (_my_row(page, ticket.number) or at) >= at


def _count(page: OpenPage) -> int:
    return int((page.var(AppState, "counts") or {}).get("all", 0))


def _today(page: OpenPage) -> int:
    return int((page.var(HomeState, "numbers") or {}).get("created_today", 0))


def _head(page: OpenPage) -> int:
    return int((page.var(TicketState, "ticket") or {}).get("version", 0))


def _thread(page: OpenPage) -> str:
    return str(page.var(TicketState, "entries"))


def _row_is_new(page: OpenPage, ticket_id: int, version: int) -> bool:
    """Also where the row is gone: it went with another of its changes."""
    shown = [row["version"] for row in rows_of(page, QueueState, "rows") if row["id"] == ticket_id]
    return not shown or shown[0] >= version


def _my_row(page: OpenPage, number: str) -> datetime | None:
    """The last change that a row tells of; None where it tells of none."""
    rows = rows_of(page, MyState, "needs", "working")
    told = [row["at"] for row in rows if row["number"] == number and "last change" in row["about"]]
    return datetime.fromisoformat(told[0]) if told else None

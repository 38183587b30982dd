"""The order of the queue while one searches, also in a saved view."""

from __future__ import annotations

from datetime import UTC, datetime

from helpdesk.services.views import NamedRef, SavedViewRow, TicketQuery
from helpdesk.ui.queue import choices, filters


def test_a_search_is_ordered_by_relevance_unless_told_otherwise() -> None:
    assert filters.read({"view": "all", "q": "printer"}, "all").order == "relevance"
    assert filters.read({"view": "all", "q": "printer", "sort": "due_at"}, "all").order == "due_at"
    assert filters.read({"view": "all", "sort": "relevance"}, "all").order == "-updated_at"
    names = [one["name"] for one in choices.orders(filters.read({"view": "all"}, "all"))]
    assert "Best match" not in names
    assert "Best match" in [one["name"] for one in choices.orders(filters.read({"q": "x"}, "all"))]


def test_a_kept_search_without_its_words_has_an_order_too() -> None:
    kept = SavedViewRow(
        id=7,
        name="Printers",
        filters=TicketQuery(q="printer", sort="relevance"),
        sort="relevance",
        columns=None,
        shared="private",
        group=None,
        owner=NamedRef(1, "Ada"),
        position=0,
        may_edit=True,
        is_default=False,
        updated_at=datetime(2026, 9, 7, tzinfo=UTC),
    )
    assert filters.read({"view": "7"}, "all", kept).order == "relevance"
    assert filters.read({"view": "7", "without": "q"}, "all", kept).order == "-created_at"

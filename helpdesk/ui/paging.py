"""Keyset pages. A service gives the cursor of the next page alone; the way back is what this tab came by."""

from __future__ import annotations

from typing import Any, TypedDict

from helpdesk.services.views import Page
from helpdesk.ui.app_state import query


class Steps(TypedDict):
    """What `components.pager` needs: hrefs, "" where there is no such page."""

    newer: str
    older: str
    words: str


NO_STEPS: Steps = {"newer": "", "older": "", "words": ""}


def follow(trail: list[str], cursor: str) -> list[str]:
    """The cursors that lead to this page, its own last; the first page has none.

    A cursor that the tab has not come by (a pasted link) starts a trail of its own.
    """
    if not cursor:
        return []
    return trail[: trail.index(cursor) + 1] if cursor in trail else [*trail, cursor]


def steps(
    path: str, filters: dict[str, str | None], trail: list[str], next_cursor: str | None, words: str
) -> Steps:
    """The links to both neighbours, with the filters kept.

    Args:
        trail: as `follow` gave it for the present page.
        words: where one is, such as "63 people".
    """
    before = trail[-2] if len(trail) > 1 else None
    return {
        "newer": path + query(**filters, cursor=before) if trail else "",
        "older": path + query(**filters, cursor=next_cursor) if next_cursor else "",
        "words": words,
    }


def counted(page: Page[Any], one: str, many: str) -> str:
    """ "63 people", "more than 10,000 people"."""
    if page.total_capped:
        return f"more than {page.total:,} {many}"
    return f"{page.total:,} {one if page.total == 1 else many}"

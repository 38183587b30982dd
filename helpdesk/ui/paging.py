"""Keyset pages. A service gives the cursor of the next page alone; the way back is what this tab came by."""

from __future__ import annotations

from typing import Any, TypedDict

import reflex as rx

from helpdesk.services.views import Page
from helpdesk.ui.app_state import query
from helpdesk.ui.bridge import Failure


class Steps(TypedDict):
    """What `components.pager` needs: hrefs, "" where there is no such page."""

    newer: str
    older: str
    words: str


NO_STEPS: Steps = {"newer": "", "older": "", "words": ""}


class Paged(rx.State, mixin=True):
    """What a State needs that shows one page of a list, or why it can't; `listing.paged` draws it."""

    ready: bool = False
    problem: str = ""
    steps: Steps = NO_STEPS
    _cursor: str = ""
    _trail: list[str] = []

    def _come_to(self, cursor: str) -> None:
        """Take the page's place from the URL; "" is the first."""
        self._cursor, self._trail = cursor, follow(self._trail, cursor)

    def _refuse(self, failure: Failure) -> None:
        self.problem, self.ready = failure.message, True

    def _arrive(
        self, path: str, filters: dict[str, str | None], page: Page[Any], one: str, many: str
    ) -> None:
        """The page is there: the links to its neighbours, and how many there are."""
        self.steps = steps(path, filters, self._trail, page.next_cursor, counted(page, one, many))
        self.problem, self.ready = "", True


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

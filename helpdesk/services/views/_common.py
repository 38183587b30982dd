"""What several nouns share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: tuple[T, ...]
    total: int
    page: int
    page_size: int
    next_cursor: str | None
    total_capped: bool = False
    prev_cursor: str | None = None
    corrected_q: str | None = (
        None  # what was searched for instead, where nothing had the words as they were typed
    )


@dataclass(frozen=True, slots=True)
class NamedRef:
    id: int
    name: str

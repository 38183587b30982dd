"""What acts on tickets of the queue are about, how one is taken back, and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict

from helpdesk.ui.guard import me
from helpdesk.ui.queue.rows import QueueRow


class Refused(TypedDict):
    number: str
    reason: str


class Aim(TypedDict):
    """The ticket whose menu is open; `id` 0 for none."""

    id: int
    number: str
    href: str
    status: str
    priority: str
    mine: bool
    held: bool


NO_AIM: Aim = {"id": 0, "number": "", "href": "", "status": "", "priority": "", "mine": False, "held": False}


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the last change, the other way round: only where the version is still the one that it made."""

    ids: list[int]
    versions: list[int]
    numbers: list[str]
    action: str
    args: dict[str, Any]


def aim_at(row: QueueRow) -> Aim:
    """The ticket of a row, as this person's menu shows it."""
    return {
        "id": row["id"],
        "number": row["number"],
        "href": row["href"],
        "status": row["status"],
        "priority": row["priority"],
        "mine": row["assignee"]["id"] == me().user_id,
        "held": row["held"],
    }


def said(changed: int) -> str:
    """How many changed."""
    if not changed:
        return "Nothing had to change."
    return "1 ticket changed." if changed == 1 else f"{changed} tickets changed."


def not_undone(numbers: list[str]) -> str:
    """Which could not be taken back, and why."""
    named = ", ".join(numbers[:5]) + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")
    return f"Not taken back, because somebody changed it since or is changing it: {named}."

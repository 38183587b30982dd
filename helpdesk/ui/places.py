"""Places of the tree as the choices of a select: what it offers, and what was chosen. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from helpdesk.services.views import GroupNode

_NAMES = ("group_id", "category_id", "subcategory_id")


class Choice(TypedDict):
    value: str
    label: str


def place_choices(groups: Iterable[GroupNode]) -> list[Choice]:
    """Every place that a ticket may have, with the way to it: "IT › Hardware › Laptop"."""
    found: list[Choice] = []
    for group in groups:
        found.append(_choice(group.name, group.id))
        for category in group.categories:
            above = f"{group.name} › {category.name}"
            found.append(_choice(above, group.id, category.id))
            for one in category.subcategories:
                found.append(_choice(f"{above} › {one.name}", group.id, category.id, one.id))
    return found


def chosen_place(value: object) -> dict[str, int | None] | None:
    """What a choice asks a ticket to be changed to; None for none of ours. Whether the ids fit, the services check."""
    parts = str(value).split(":")
    if len(parts) != len(_NAMES) or not all(one.isascii() and one.isdigit() for one in parts):
        return None
    return {name: int(one) or None for name, one in zip(_NAMES, parts, strict=True)}


def _choice(label: str, group: int, category: int = 0, subcategory: int = 0) -> Choice:
    return {"value": f"{group}:{category}:{subcategory}", "label": label}

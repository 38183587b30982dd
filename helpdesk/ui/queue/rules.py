"""What a saved view asks for, in words: chips that leave a filter out for now. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from helpdesk.services.views import GroupNode

if TYPE_CHECKING:
    from helpdesk.ui.queue.choices import Chip
    from helpdesk.ui.queue.filters import Place

WHOSE = {"me": "Me", "none": "Nobody"}
_RULE_WORDS = {
    "status": "Status", "priority": "Priority", "group_id": "Group", "category_id": "Category",
    "subcategory_id": "Subcategory", "q": "Words", "created_from": "Created from", "created_to": "Created before",
    "resolved_from": "Resolved from", "resolved_to": "Resolved before", "assigned_to": "Assignee",
    "created_by": "Filed by", "requested_for": "Requester", "sla": "Promise", "on_hold": "On hold", "tag": "Tag",
    "mine_groups": "Groups",
}  # fmt: skip
_SLA_WORDS = {"breached": "breached", "at_risk": "breaching soon"}
_REPLACED = {"status": "status", "priority": "priority", "group_id": "group", "assigned_to": "assignee",
             "tag": "tag", "q": "words"}  # fmt: skip


def rule_chips(place: Place, groups: Sequence[GroupNode], people: Mapping[int, str]) -> list[Chip]:
    """What a saved view asks for, each to be left out for now; what the address replaces has its own chip."""
    found: list[Chip] = []
    for name, value in place.rules.items():
        if not (name in _REPLACED and getattr(place, _REPLACED[name])):
            href = place.href(without=".".join((*place.without, name)))
            found.append(
                {"name": _RULE_WORDS[name], "value": _rule_words(name, value, groups, people), "href": href}
            )
    return found


def _rule_words(name: str, value: Any, groups: Sequence[GroupNode], people: Mapping[int, str]) -> str:
    if isinstance(value, bool):
        return "mine" if name == "mine_groups" else "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if not isinstance(value, tuple):
        return str(value)
    names: dict[Any, str] = {}
    if name == "group_id":
        names = {group.id: group.name for group in groups}
    elif name == "category_id":
        names = {node.id: node.name for group in groups for node in group.categories}
    elif name == "subcategory_id":
        nodes = (node for group in groups for node in group.categories)
        names = {below.id: below.name for node in nodes for below in node.subcategories}
    elif name == "assigned_to":
        names = WHOSE | {str(person): words for person, words in people.items()}
    elif name == "sla":
        names = dict(_SLA_WORDS)
    by_id = name not in {"status", "priority", "tag", "sla"}
    words = [names.get(one, "somebody" if by_id else str(one)) for one in value]
    return ", ".join(words) if len(words) <= 3 else f"{len(words)} chosen"

"""One node of the tree as the values of its form, and what a sent form changes. Plain functions."""

from __future__ import annotations

from typing import Any, TypedDict

from helpdesk.services.views import GroupNode, Inherited
from helpdesk.ui.tree.rows import CHILD_KIND, KIND_WORDS, Spot, effective, name_of


class NodeForm(TypedDict):
    """What the panel shows; `key` "" is no node."""

    key: str
    id: int
    kind: str
    kind_words: str
    child_words: str
    name: str
    above: list[str]
    description: str
    icon: str
    priority: str
    priority_inherit: str
    priority_note: str
    assignee: str
    assignee_inherit: str
    assignee_note: str
    archived: bool
    restricted: bool
    queue_email: str
    lead: str
    members: str
    tickets: int
    usage: str
    first: bool
    last: bool


NO_NODE: NodeForm = {
    "key": "", "id": 0, "kind": "", "kind_words": "", "child_words": "", "name": "", "above": [], "description": "",
    "icon": "", "priority": "", "priority_inherit": "", "priority_note": "", "assignee": "", "assignee_inherit": "",
    "assignee_note": "", "archived": False, "restricted": False, "queue_email": "", "lead": "", "members": "",
    "tickets": 0, "usage": "", "first": True, "last": True,
}  # fmt: skip


def form(spot: Spot) -> NodeForm:
    """The values of the panel."""
    node = spot.node
    parent = spot.above[-1] if spot.above else None
    shown = [one for one in spot.siblings if not one.archived or one.id == node.id]
    at = [one.id for one in shown].index(node.id)
    group = node if isinstance(node, GroupNode) else None
    priority_above, assignee_above = effective(parent)
    values: NodeForm = {
        **NO_NODE,
        "key": spot.key,
        "id": node.id,
        "kind": spot.kind,
        "kind_words": KIND_WORDS[spot.kind],
        "child_words": CHILD_KIND[spot.kind],
        "name": node.name,
        "above": [one.name for one in spot.above],
        "description": node.description or "",
        "icon": node.icon or "",
        "priority": node.default_priority or "",
        "priority_inherit": f"Inherit: {priority_above.value}",
        "priority_note": _note(node.default_priority is not None, spot, priority_above),
        "assignee": str(node.default_assignee.id) if node.default_assignee else "",
        "assignee_inherit": f"Inherit: {name_of(assignee_above.value)}",
        "assignee_note": _note(node.default_assignee is not None, spot, assignee_above),
        "archived": node.archived,
        "tickets": node.tickets or 0,
        "usage": usage(node.tickets or 0),
        "first": at == 0,
        "last": at == len(shown) - 1,
    }
    if group is not None:
        values["restricted"] = bool(group.restricted)
        values["queue_email"] = group.queue_email or ""
        values["lead"] = str(group.lead.id) if group.lead else ""
        values["members"] = f"{group.members or 0} {'member' if group.members == 1 else 'members'}"
    return values


def changes(shown: NodeForm, sent: dict[str, Any]) -> dict[str, Any]:
    """What the form changes of the node, by the names of the service."""
    given: dict[str, Any] = {
        "name": str(sent.get("name", "")),
        "description": str(sent.get("description", "")).strip() or None,
        "default_priority": str(sent.get("default_priority", "")) or None,
        "default_assignee_id": _id(sent.get("default_assignee_id")),
    }
    before: dict[str, Any] = {
        "name": shown["name"],
        "description": shown["description"] or None,
        "default_priority": shown["priority"] or None,
        "default_assignee_id": _id(shown["assignee"]),
        "icon": shown["icon"] or None,
    }
    if "icon" in sent:
        given["icon"] = str(sent["icon"]) or None
    if shown["kind"] == "group":
        given |= {
            "restricted": bool(sent.get("restricted")),
            "queue_email": str(sent.get("queue_email", "")).strip() or None,
            "lead_id": _id(sent.get("lead_id")),
        }
        before |= {
            "restricted": shown["restricted"],
            "queue_email": shown["queue_email"] or None,
            "lead_id": _id(shown["lead"]),
        }
    return {name: value for name, value in given.items() if value != before[name]}


def usage(tickets: int) -> str:
    if not tickets:
        return "No ticket uses this. It can be deleted, with what lies below it."
    verb = "ticket uses" if tickets == 1 else "tickets use"
    return f"{tickets:,} {verb} this. It can be archived, not deleted."


# ---- parts


def _note(here: bool, spot: Spot, above: Inherited) -> str:
    """Where the value in effect comes from."""
    if here:
        return "Set here"
    level = {"group": 0, "category": 1}.get(above.origin or "")
    return f"From {spot.above[level].name}" if level is not None else "Built-in default"


def _id(value: object) -> int | str | None:
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) < 19 else (text or None)

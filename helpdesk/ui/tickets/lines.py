"""What somebody changed, as one sentence: "You took it, status Assigned". Plain functions of history rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpdesk.domain.enums import HoldReason
from helpdesk.services.views import HistoryView, TicketDetail
from helpdesk.ui.components.marks import PRIORITY_GLYPH, STATUS_GLYPH
from helpdesk.ui.rows import HOLD_WORDS
from helpdesk.ui.tickets.words import CODE_WORDS, HOLD_FOR_REQUESTER, Part, part

_PLACES = ("group_id", "category_id", "subcategory_id")
_SILENT = frozenset({"comment", "note", "policy_version_id", "rating_comment", "resolution_text", *_PLACES})
_EDITED = {
    "title": "the title",
    "description": "the description",
    "impact": "the impact",
    "urgency": "the urgency",
}


@dataclass(frozen=True, slots=True)
class Names:
    """Names for the ids in a history; whoever is not in them is "a colleague"."""

    people: Mapping[int, str] = field(default_factory=dict[int, str])
    nodes: Mapping[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])


@dataclass(frozen=True, slots=True)
class Line:
    glyph: str
    parts: list[Part]


def line_of(rows: list[HistoryView], seen: TicketDetail, viewer: int, names: Names) -> Line | None:
    """The sentence of one act; None where nothing of it is worth a line."""
    changes = {row.field_name: row for row in rows}
    if _is_filing(changes):
        return _filing(rows[0], seen, viewer)
    clauses: list[tuple[str, list[Part]]] = []
    for name, row in changes.items():
        clause = None if name in _SILENT else _clause(name, row, changes, viewer, names, seen)
        if clause is not None:
            clauses.append(clause)
    if set(_PLACES) & set(changes):
        clauses.append(_moved(changes, names))
    # several watchers or files in one act have a row each
    for name in ("watcher", "attachment", "tag"):
        extra = sum(row.field_name == name for row in rows) - 1
        if extra > 0 and name in changes and clauses:
            clauses.append(("users-round", [part(f"and {extra} more")]))
    if not clauses:
        return None
    parts = [*_who(rows[0], viewer)]
    for index, (_, words) in enumerate(clauses):
        parts += [part(", " if index and words[0]["text"][:4] != "and " else " "), *words]
    return Line(clauses[0][0], parts)


def _is_filing(changes: Mapping[str, HistoryView]) -> bool:
    return "status" in changes and changes["status"].old_value is None


def _filing(row: HistoryView, seen: TicketDetail, viewer: int) -> Line:
    ticket = seen.ticket
    verbs = {"web": "on the web", "email": "by e-mail", "api": "through the API"}
    how = verbs.get(row.source, "")
    who = "you" if ticket.created_by.id == viewer else ticket.created_by.name
    parts = [part(f"Filed {how} by ".replace("  ", " ")), part(who, "b")]
    if ticket.requested_for.id != ticket.created_by.id:
        whom = "you" if ticket.requested_for.id == viewer else ticket.requested_for.name
        parts += [part(" for "), part(whom, "b")]
    if seen.policy:
        parts.append(part(f", {seen.policy.partition(',')[0]} applies"))
    return Line("globe" if row.source == "web" else "mail" if row.source == "email" else "plus", parts)


def _who(row: HistoryView, viewer: int) -> list[Part]:
    if row.changed_by.role == "system" or row.source == "timer":
        return [part("Helpdesk", "b")]
    return [part("You" if row.changed_by.id == viewer else row.changed_by.name, "b")]


def _clause(
    name: str,
    row: HistoryView,
    changes: Mapping[str, HistoryView],
    viewer: int,
    names: Names,
    seen: TicketDetail,
) -> tuple[str, list[Part]] | None:
    old, new = row.old_value or "", row.new_value or ""
    if name == "assigned_to":
        return _assigned(row, viewer, names)
    if name == "status":
        return _status(new, old, changes)
    if name == "priority":
        return "zap", [part("changed priority "), *_marked(old, PRIORITY_GLYPH), part("", "arrow"),
                       *_marked(new, PRIORITY_GLYPH)]  # fmt: skip
    if name == "hold":
        return _hold(old, new, seen)
    if name == "watcher":
        whom = _person(new or old, viewer, names)
        return "eye", [part("added " if new else "removed "), part(whom, "b"), part(" as a watcher")]
    if name == "tag":
        return "hash", [part("added the tag " if new else "removed the tag "), part(new or old, "b")]
    if name == "attachment":
        return "paperclip", [part("attached "), part(new, "b")]
    if name == "reopen_reason":
        return "rotate-ccw", [part("wrote: "), part(new, "b")]
    if name == "rating":
        return "star", [part(f"rated the help {new} of 5")]
    if name == "sla_step":
        return "bell", [part(f"escalated: {_step_words(new)}")]
    if name in _EDITED:
        return "pencil", [part(f"changed {_EDITED[name]}")]
    return None


def _assigned(row: HistoryView, viewer: int, names: Names) -> tuple[str, list[Part]]:
    if row.new_value is None:
        return "user-x", [part("put it back into the queue")]
    if row.new_value == str(row.changed_by.id):
        return "user-check", [part("took it" if row.old_value is None else "took it over")]
    whom = _person(row.new_value, viewer, names)
    return "user-round", [part("gave it to "), part(whom, "b")]


def _status(new: str, old: str, changes: Mapping[str, HistoryView]) -> tuple[str, list[Part]]:
    code = changes.get("resolution_code")
    if new == "Resolved":
        words = [part("resolved it")]
        if code is not None and code.new_value:
            words = [part("resolved it as "), part(CODE_WORDS.get(code.new_value, code.new_value), "b")]
        return "st-resolved", words
    if new == "Closed":
        withdrawn = code is not None and code.new_value == "withdrawn"
        return "st-closed", [part("withdrew it" if withdrawn else "closed it")]
    verb = "reopened it, status " if old in {"Resolved", "Closed"} else "set the status to "
    verb = "status " if "assigned_to" in changes else verb
    return STATUS_GLYPH.get(new, "circle-dashed"), [part(verb), *_marked(new, STATUS_GLYPH)]


def _hold(old: str, new: str, seen: TicketDetail) -> tuple[str, list[Part]]:
    if not new:
        return "circle-play", [part("ended the hold")]
    table = HOLD_WORDS if seen.view == "staff" else HOLD_FOR_REQUESTER
    try:
        words = table[HoldReason(new)]
    except ValueError:
        words = new
    if new == "requester" and seen.view != "staff":
        words = f"Waiting for {seen.ticket.requested_for.name}"
    return "circle-pause", [part("put it on hold: "), part(words, "b")]


def _moved(changes: Mapping[str, HistoryView], names: Names) -> tuple[str, list[Part]]:
    """Where it went: the deepest named node of the three."""
    for name in reversed(_PLACES):
        row = changes.get(name)
        if row is not None and row.new_value and row.new_value.isdigit():
            node = names.nodes.get((name, int(row.new_value)))
            if node:
                return "folder-tree", [part("moved it to "), part(node, "b")]
    return "folder-tree", [part("moved it to another topic")]


def _marked(value: str, glyphs: Mapping[str, str]) -> list[Part]:
    return [part(value, glyphs.get(value, "b"))]


def _person(value: str, viewer: int, names: Names) -> str:
    if not value.isdigit():
        return "a colleague"
    return "you" if int(value) == viewer else names.people.get(int(value), "a colleague")


def _step_words(value: str) -> str:
    kind, _, step = value.partition(" ")
    percent = f"{step} %" if step.isdigit() else step.replace("_", " ")
    return f"{kind.replace('_', ' ')}, {percent}".strip(", ")

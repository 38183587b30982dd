"""From a `TicketDetail` to what the page's State holds: exactly the fields that are shown."""

from __future__ import annotations

from typing import TypedDict

from helpdesk.domain.enums import HoldReason, Status
from helpdesk.services.views import (
    AttachmentView,
    ClockView,
    NamedRef,
    StatusStep,
    TicketDetail,
    TicketRow,
)
from helpdesk.ui.components.marks import STATUS_GLYPH
from helpdesk.ui.rows import HOLD_WORDS, NOBODY, Person, iso, person
from helpdesk.ui.tickets.words import (
    CODE_WORDS,
    HOLD_FOR_REQUESTER,
    elapsed,
    first_name,
    listed,
    size,
    target,
)


class Ticket(TypedDict):
    """The head, the rail and what can be done; empty strings and zeros stand for "none"."""

    id: int
    number: str
    title: str
    staff: bool
    version: int
    status: str
    priority: str
    group: str
    topic: str
    above: str
    group_id: int
    category_id: int
    subcategory_id: int
    requester: Person
    requester_first: str
    requester_where: str
    requester_load: str
    creator: Person
    assignee: Person
    helper_first: str
    hold: str
    hold_reason: str
    hold_until: str
    hold_since: str
    your_turn: bool
    policy: str
    status_since: str
    closed_at: str
    resolved_at: str
    resolution: str
    resolution_text: str
    rating: int
    rating_comment: str
    merged_into: str
    mine: bool
    watching: bool
    tags: list[str]


class Can(TypedDict):
    reply: bool
    note: bool
    assign: bool
    take: bool
    set_hold: bool
    edit: bool
    resolve: bool
    confirm: bool
    withdraw: bool
    reopen: bool
    rate: bool
    watch: bool
    leave: bool


class File(TypedDict):
    id: str
    name: str
    size: str
    glyph: str
    href: str


class Step(TypedDict):
    status: str
    glyph: str
    css: str
    at: str
    current: bool


class Promise(TypedDict):
    """A promise in words; where `due` is set the browser completes them: "Answer due" in 2 h 10 min."""

    key: str
    state: str
    glyph: str
    words: str
    due: str
    hint: str


class Recipients(TypedDict):
    """Whom a public message reaches: on the button, in the line above, in the note's reassurance."""

    button: str
    names: list[str]
    all: str  # "Priya and Yuki get this"
    never: str


NO_TICKET: Ticket = {
    "id": 0, "number": "", "title": "", "staff": False, "version": 0, "status": "", "priority": "", "group": "",
    "topic": "", "above": "", "group_id": 0, "category_id": 0, "subcategory_id": 0, "requester": NOBODY,
    "requester_first": "", "requester_where": "", "requester_load": "", "creator": NOBODY, "assignee": NOBODY,
    "helper_first": "", "hold": "", "hold_reason": "", "hold_until": "", "hold_since": "", "your_turn": False,
    "policy": "", "status_since": "", "closed_at": "", "resolved_at": "", "resolution": "", "resolution_text": "",
    "rating": 0, "rating_comment": "", "merged_into": "", "mine": False, "watching": False, "tags": [],
}  # fmt: skip
NOTHING: Can = {
    "reply": False, "note": False, "assign": False, "take": False, "set_hold": False, "edit": False, "resolve": False,
    "confirm": False, "withdraw": False, "reopen": False, "rate": False, "watch": False, "leave": False,
}  # fmt: skip
NO_RECIPIENTS: Recipients = {"button": "", "names": [], "all": "", "never": ""}


def ticket(seen: TicketDetail, viewer: int) -> Ticket:
    """What the head and the rail show of a ticket, in the words of this viewer."""
    row, hold = seen.ticket, seen.ticket.hold
    staff = seen.view == "staff"
    mine = row.requested_for.id == viewer
    topic, above = _place(row)
    steps = {step.status: step.at for step in seen.steps}
    words = HOLD_WORDS if staff or not mine else HOLD_FOR_REQUESTER
    return {
        "id": row.id,
        "number": row.ticket_no,
        "title": row.title,
        "staff": staff,
        "version": row.version,
        "status": row.status,
        "priority": row.priority,
        "group": row.group.name,
        "topic": topic,
        "above": above,
        "group_id": row.group.id,
        "category_id": _id(row.category),
        "subcategory_id": _id(row.subcategory),
        "requester": person(row.requested_for),
        "requester_first": first_name(row.requested_for.name),
        "requester_where": ", ".join(filter(None, (seen.requester_department, seen.requester_location))),
        "requester_load": _load(seen),
        "creator": person(row.created_by if row.created_by.id != row.requested_for.id else None),
        "assignee": person(row.assigned_to),
        "helper_first": first_name(row.assigned_to.name) if row.assigned_to else row.group.name,
        "hold": words[HoldReason(hold.reason)] if hold else "",
        "hold_reason": hold.reason if hold else "",
        "hold_until": iso(hold.until) if hold else "",
        "hold_since": iso(hold.since) if hold else "",
        "your_turn": bool(hold and hold.reason == HoldReason.REQUESTER and mine),
        "policy": seen.policy or "",
        "status_since": iso(steps.get(row.status) or row.updated_at),
        "closed_at": iso(row.closed_at),
        "resolved_at": iso(row.resolved_at),
        "resolution": CODE_WORDS.get(row.resolution_code or "", ""),
        "resolution_text": row.resolution_text or "",
        "rating": row.rating or 0,
        "rating_comment": seen.rating_comment or "",
        "merged_into": seen.merged_into or "",
        "mine": mine,
        "watching": any(one.id == viewer for one in row.watchers),
        "tags": list(row.tags),
    }


def can(seen: TicketDetail, viewer: int) -> Can:
    """The buttons: what the service says is possible now."""
    able = seen.abilities
    watcher = any(one.id == viewer for one in seen.ticket.watchers)
    return {
        "reply": able.reply,
        "note": able.note,
        "assign": able.assign,
        "take": able.take,
        "set_hold": able.set_hold,
        "edit": able.edit,
        "resolve": str(Status.RESOLVED) in able.statuses,
        "confirm": able.confirm,
        "withdraw": able.withdraw,
        "reopen": able.reopen,
        "rate": able.rate,
        "watch": able.watch,
        "leave": watcher,
    }


def _place(row: TicketRow) -> tuple[str, str]:
    names = [node.name for node in (row.group, row.category, row.subcategory) if node]
    return names[-1], " › ".join(names[:-1])


def _id(node: NamedRef | None) -> int:
    return node.id if node else 0


def _load(seen: TicketDetail) -> str:
    if seen.requester_open is None:
        return ""
    return f"{seen.requester_open} open, {seen.requester_closed or 0} closed"


def file(view: AttachmentView) -> File:
    kind = view.content_type
    image = kind.startswith("image/")
    archive = any(word in kind for word in ("zip", "7z", "gzip"))
    return {
        "id": str(view.id),
        "name": view.filename,
        "size": size(view.size),
        "glyph": "image" if image else "file-archive" if archive else "file-text",
        "href": f"/api/v1/attachments/{view.id}",
    }


def steps(seen: TicketDetail) -> list[Step]:
    """The status line: what was reached is done, the present one is marked, the rest is to come."""
    present = seen.ticket.status
    order = [step.status for step in seen.steps]
    return [
        _step(step, order.index(step.status) - order.index(present), present == step.status)
        for step in seen.steps
    ]


def _step(step: StatusStep, distance: int, current: bool) -> Step:
    solved = step.status in {Status.RESOLVED, Status.CLOSED}
    if distance < 0:
        # Behind, but never reached: withdrawn before it was solved, resolved without being taken.
        css, glyph = ("done", "st-resolved") if step.at else ("todo", "st-none")
    elif current:
        css, glyph = ("now fin" if solved else "now"), STATUS_GLYPH[step.status]
    else:
        css, glyph = "todo", "st-none"
    return {"status": step.status, "glyph": glyph, "css": css, "at": iso(step.at), "current": current}


def promises(seen: TicketDetail) -> list[Promise]:
    """The clocks as the requester was promised them: an answer, then a solution."""
    sla, row = seen.ticket.sla, seen.ticket
    found: list[Promise] = []
    if sla.first_response:
        found.append(_promise("first", "Answer", "First answer", sla.first_response, row))
    if sla.next_response and sla.next_response.met_at is None:
        found.append(_promise("next", "Next answer", "Next answer", sla.next_response, row))
    if sla.resolution:
        found.append(_promise("solve", "Solution", "Solved", sla.resolution, row))
    return found


def _promise(key: str, ahead: str, behind: str, clock: ClockView, row: TicketRow) -> Promise:
    within = f"promised within {target(clock.target_seconds)}" if clock.target_seconds else ""
    made: Promise = {
        "key": key, "state": "ok", "glyph": "timer", "words": ahead, "due": "", "hint": within,
    }  # fmt: skip
    if clock.met_at:
        took = elapsed(clock.met_at - row.created_at)
        late = clock.breached
        made["words"] = f"{behind} after {took}"
        made["state"], made["glyph"] = ("late", "circle-alert") if late else ("met", "circle-check")
        made["hint"] = f"{within}, we were late" if late else within
    elif clock.paused or clock.state == "paused":
        made["words"], made["state"], made["glyph"] = f"{ahead} paused", "paused", "circle-pause"
        made["hint"] = f"{within}; the clock stands still while this waits"
    else:
        made["words"], made["due"] = f"{ahead} due", iso(clock.due_at)
        if clock.breached:
            made["state"], made["glyph"] = "late", "circle-alert"
    return made


def recipients(seen: TicketDetail, viewer_id: int) -> Recipients:
    """Whom a public message tells (product rules §5): from the helpdesk the requester's side, else the helpdesk."""
    row = seen.ticket
    from_staff = seen.view == "staff" and row.requested_for.id != viewer_id
    requester_side = [row.requested_for, row.created_by, *row.watchers]
    if from_staff:
        people = {one.id: one.name for one in requester_side if one.id != viewer_id}
        names = list(people.values())
    else:
        names = [row.assigned_to.name if row.assigned_to else row.group.name]
        if viewer_id not in {row.requested_for.id, row.created_by.id}:
            names += [one.name for one in dict.fromkeys((row.requested_for, row.created_by))]
    everybody = [first_name(one.name) for one in dict.fromkeys(requester_side)]
    lead = first_name(names[0]) if (from_staff or row.assigned_to) and names else "".join(names[:1])
    more = f" + {len(names) - 1}" if len(names) > 1 else ""
    told = listed([first_name(name) for name in names] if row.assigned_to or from_staff else names)
    return {
        "button": f"Send to {lead}{more}" if names else "Send",
        "names": names,
        "all": f"{told} {'get' if len(names) > 1 else 'gets'} this" if names else "",
        "never": listed(everybody),
    }

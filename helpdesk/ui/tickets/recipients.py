"""Whom a public message reaches, in the words around the composer. Plain functions."""

from __future__ import annotations

from typing import TypedDict

from helpdesk.services.views import TicketDetail
from helpdesk.ui.tickets.words import first_name, listed


class Recipients(TypedDict):
    """Whom a public message reaches: on the button, in the line above, in the note's reassurance."""

    button: str
    names: list[str]
    all: str  # "Priya and Yuki get this"
    never: str


NO_RECIPIENTS: Recipients = {"button": "", "names": [], "all": "", "never": ""}


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

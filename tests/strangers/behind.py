"""What staff do behind a requester's back: everything that the product rules (§1, §3, §5) keep from them."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from helpdesk.core.errors import Conflict, Forbidden
from helpdesk.domain.access import Actor
from helpdesk.services import (
    attachments,
    comments,
    drafts,
    notifications,
    presence,
    saved_views,
    sla,
    spelling,
    tickets,
)

SECRET = "quicksilverheron"
"""The canary: in notes, in the name and the bytes of a file, as a tag, in drafts and names of views."""

TAG = "warned twice"
"""A tag beside it, which somebody might guess."""


@dataclass(frozen=True)
class Traces:
    """What must be found nowhere on a requester's side, beside `SECRET`."""

    notes: tuple[int, ...]
    files: tuple[int, ...]
    view: int = 0  # no word: its number is a small one

    @property
    def words(self) -> tuple[str, ...]:
        return (SECRET, *map(str, (*self.notes, *self.files)))


def act_in_secret(by: Actor, colleague: Actor, bystander_id: int, ticket_id: int) -> Traces:
    """Let two who see the ticket as staff do all that they can without its requesters' knowing.

    Args:
        bystander_id: somebody without any part in the ticket, who watches it for a moment.
    """
    _look(by, ticket_id)
    traces = _write_notes(by, colleague, ticket_id)
    view = _sort_and_share(by, colleague, bystander_id, ticket_id)
    _be_told_and_refused(by, colleague, ticket_id, traces)
    return replace(traces, view=view)


def let_timers_run(by: Actor, ticket_id: int) -> None:
    """Warnings of deadlines, of this ticket and all others, tell staff alone; the words that searches are corrected
    by are read anew.
    """
    clock = tickets.get(by, ticket_id).ticket.sla.resolution
    assert clock is not None
    assert clock.due_at is not None
    assert sla.sweep_steps(clock.due_at - timedelta(minutes=1)), "no warning is due"
    spelling.relearn()


def deliver() -> None:
    """Send every mail that is due."""
    while notifications.deliver_due():
        pass


def _look(by: Actor, ticket_id: int) -> None:
    """Reading, and being seen there by colleagues."""
    tickets.get(by, ticket_id)
    for doing in ("looking", "replying", "noting"):
        presence.be(by, ticket_id, doing)
    drafts.save(by, f"ticket:{ticket_id}:note", {"message": f"Perhaps {SECRET}"})


def _write_notes(by: Actor, colleague: Actor, ticket_id: int) -> Traces:
    upload = attachments.store_upload(by, f"{SECRET}.txt", io.BytesIO(SECRET.encode()))
    first = comments.add(by, ticket_id, f"Between us {SECRET}, @{colleague.name}", True, (upload.id,))
    second = comments.add(colleague, ticket_id, f"Indeed, @{by.name}, a {SECRET}", True)
    return Traces((first.id, second.id), (first.attachments[0].id,))


def _sort_and_share(by: Actor, colleague: Actor, bystander_id: int, ticket_id: int) -> int:
    """Tags, watchers and a view of the staff's own; returns the view's id."""
    before = tickets.get(by, ticket_id).ticket
    tickets.set_tags(by, ticket_id, [*before.tags, SECRET, f"{SECRET} again"])
    tickets.set_tags(colleague, ticket_id, [*before.tags, SECRET, TAG])
    watching = [one.id for one in before.watchers]
    tickets.set_watchers(by, ticket_id, [*watching, colleague.user_id, bystander_id])
    tickets.set_watchers(by, ticket_id, [*watching, colleague.user_id])
    return saved_views.create_view(by, {"name": SECRET, "filters": {"tag": [SECRET]}}).id


def _be_told_and_refused(by: Actor, colleague: Actor, ticket_id: int, traces: Traces) -> None:
    """The mention's bell and mail, the file's download, and acts that the rules refuse."""
    notifications.mark_all_read(by)
    for _ in attachments.open_download(colleague, traces.files[0]).chunks or ():
        pass
    with pytest.raises(Forbidden):
        tickets.set_status(by, ticket_id, "Closed", resolution_code="solved", resolution_text=SECRET)
    with pytest.raises(Conflict):
        tickets.update(by, ticket_id, {"title": SECRET}, tickets.get(by, ticket_id).ticket.version - 1)

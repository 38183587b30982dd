"""What open queues read again, for `attempt_together`: services and the rows made of their answers, once for all.

Those who share a read get the same rows, so that they copy what they keep.
"""

from __future__ import annotations

from helpdesk.domain.access import Actor
from helpdesk.services import tickets
from helpdesk.services.views import TicketQuery
from helpdesk.ui.paging import counted
from helpdesk.ui.queue.rows import QueueRow, queue_row


def listed(actor: Actor, asked: TicketQuery) -> tuple[list[QueueRow], str]:
    """The rows of a page, and the words for its total."""
    page = tickets.list_queue(actor, asked)
    return [queue_row(row) for row in page.items], counted(page, "ticket", "tickets")


def elsewhere(actor: Actor, ids: tuple[int, ...]) -> list[QueueRow]:
    """Rows that a list has no more, without those out of sight."""
    return [queue_row(row) for row in tickets.listed(actor, ids)]

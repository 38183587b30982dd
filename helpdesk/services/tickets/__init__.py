"""The verbs of tickets; each takes its actor first and opens the only transaction."""

from helpdesk.services.tickets.bulk import bulk
from helpdesk.services.tickets.create import create
from helpdesk.services.tickets.edits import set_watchers, update
from helpdesk.services.tickets.export import export
from helpdesk.services.tickets.holds import hold
from helpdesk.services.tickets.lists import (
    list_mine,
    list_mine_together,
    list_queue,
    listed,
    queue_counts,
    similar,
)
from helpdesk.services.tickets.moves import assign, set_status, take
from helpdesk.services.tickets.neighbours import neighbours
from helpdesk.services.tickets.read import get
from helpdesk.services.tickets.requester import close, rate, reopen
from helpdesk.services.tickets.tags import find_tags, set_tags

__all__ = [
    "assign",
    "bulk",
    "close",
    "create",
    "export",
    "find_tags",
    "get",
    "hold",
    "list_mine",
    "list_mine_together",
    "list_queue",
    "listed",
    "neighbours",
    "queue_counts",
    "rate",
    "reopen",
    "set_status",
    "set_tags",
    "set_watchers",
    "similar",
    "take",
    "update",
]

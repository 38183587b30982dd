"""Tickets in the states that acts begin from; each returns the ticket's id."""

from __future__ import annotations

from helpdesk.services import tickets
from tests import factories
from tests.factories import World

PAGE, ADMIN, OWN = "/tickets/{id}", "/api/v1/admin/tickets/{id}", "/api/v1/tickets/{id}"
RESOLVE = {"code": "solved", "text": "A new fuse"}
RESOLVED = {"status": "Resolved", "resolution_code": "solved", "resolution_text": "A new fuse"}


def new_ticket(people: World) -> int:
    return factories.make_ticket(people.client, people.it, watchers=(people.client2.id,)).ticket.id


def taken(people: World) -> int:
    ticket_id = new_ticket(people)
    tickets.take(people.actor("agent"), ticket_id)
    return ticket_id


def held(people: World) -> int:
    ticket_id = taken(people)
    tickets.hold(people.actor("agent"), ticket_id, "third_party")
    return ticket_id


def resolved(people: World) -> int:
    ticket_id = taken(people)
    tickets.set_status(people.actor("agent"), ticket_id, **RESOLVED)
    return ticket_id


def rated(people: World) -> int:
    ticket_id = resolved(people)
    tickets.rate(people.actor("client"), ticket_id, 4)
    return ticket_id


def tagged(people: World) -> int:
    ticket_id = taken(people)
    tickets.set_tags(people.actor("agent"), ticket_id, ("vpn", "paper"))
    return ticket_id


def version(people: World, ticket_id: int) -> int:
    return tickets.get(people.actor("agent"), ticket_id).ticket.version

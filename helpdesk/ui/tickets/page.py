"""`/tickets/[key]`: one ticket, for those who may see it."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.layout import shell
from helpdesk.ui.pages import page
from helpdesk.ui.tickets import dialogs, view
from helpdesk.ui.tickets.composer_state import ComposerState
from helpdesk.ui.tickets.place_state import PlaceState
from helpdesk.ui.tickets.requester_state import RequesterState
from helpdesk.ui.tickets.state import TicketState


@page(
    "/tickets/[key]",
    title=TicketState.title,
    on_load=[PlaceState.look, TicketState.load, ComposerState.open, RequesterState.arrive],
)
def ticket() -> rx.Component:
    active = rx.cond(TicketState.me["staff"], "", "my")
    return shell(
        view.body(), active=active, bare=rx.cond(TicketState.missing, False, True), after=dialogs.dialogs()
    )

"""The smallest page: it only sends people on. Its parts show how a page is made; see `helpdesk.ui`."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.app_state import AppState, go_to
from helpdesk.ui.components import skeleton_rows
from helpdesk.ui.guard import allow, me
from helpdesk.ui.layout import shell
from helpdesk.ui.navigation import START
from helpdesk.ui.pages import page


class StartState(AppState):
    @rx.event
    @allow()
    async def go(self):
        """The brand in the sidebar leads here; a browser that opens "/" is sent on by the guard already."""
        return go_to(START[me().role], replace=True)


@page("/", title="Start", on_load=[StartState.go])
def start() -> rx.Component:
    return shell(
        rx.el.div(skeleton_rows(6, "40%", "20%", class_name="row line-row"), class_name="scroll page")
    )

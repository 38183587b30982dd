"""`/new`: filing a request."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.layout import shell
from helpdesk.ui.pages import page
from helpdesk.ui.wizard import view
from helpdesk.ui.wizard.state import WizardState


@page("/new", title="New request", on_load=[WizardState.load])
def new_request() -> rx.Component:
    screen = (WizardState.step == "details") | (WizardState.step == "review")
    return shell(view.body(), active="new", bare=screen, after=view.dialogs())

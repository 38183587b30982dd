"""`/home`: what is going on, for managers and admins."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.home import view
from helpdesk.ui.home.state import HomeState
from helpdesk.ui.layout import shell
from helpdesk.ui.pages import page


@page("/home", title="Home", on_load=[HomeState.load])
def home() -> rx.Component:
    return shell(view.body(), active="home")

"""`/home`: what is going on, for managers and admins."""

from __future__ import annotations

import reflex as rx

from helpdesk.domain.enums import Role
from helpdesk.ui.home import view
from helpdesk.ui.home.state import HomeState
from helpdesk.ui.layout import only_for, shell
from helpdesk.ui.pages import page


@page("/home", title="Home", on_load=[HomeState.load])
def home() -> rx.Component:
    return shell(only_for(Role.MANAGER, Role.ADMIN, content=view.body()), active="home")

"""`/my`: my requests."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.layout import shell
from helpdesk.ui.my import view
from helpdesk.ui.my.state import MyState
from helpdesk.ui.pages import page


@page("/my", title="My requests", on_load=[MyState.load])
def my_requests() -> rx.Component:
    return shell(view.body(), active=rx.cond(MyState.view == "watching", "watching", "my"))

"""`/queue`: the agents' queue."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.layout import shell
from helpdesk.ui.pages import page
from helpdesk.ui.queue import bar, menus, view
from helpdesk.ui.queue.state import QueueState


@page("/queue", title="Queue", on_load=[QueueState.load])
def queue() -> rx.Component:
    view_name: Any = QueueState.view
    active: Any = rx.Var.create("queue.") + view_name
    return shell(view.body(), active=active, after=[*bar.dialogs(), *menus.view_dialogs(), menus.row_menu()])

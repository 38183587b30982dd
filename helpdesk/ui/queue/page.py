"""`/queue`: the agents' queue."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.layout import shell
from helpdesk.ui.pages import page
from helpdesk.ui.queue import bar, view
from helpdesk.ui.queue.filters import VIEWS
from helpdesk.ui.queue.state import QueueState


@page("/queue", title="Queue", on_load=[QueueState.load])
def queue() -> rx.Component:
    active: Any = rx.match(QueueState.view, *[(name, f"queue.{name}") for name in VIEWS], "")
    return shell(view.body(), active=active, after=bar.dialogs())

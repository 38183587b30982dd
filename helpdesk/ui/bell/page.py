"""`/notifications`: one's own, for everybody."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.bell import view
from helpdesk.ui.bell.page_state import BellPageState
from helpdesk.ui.layout import shell
from helpdesk.ui.pages import page


@page("/notifications", title="Notifications", on_load=[BellPageState.load])
def own_notifications() -> rx.Component:
    return shell(view.page_body(), active="bell")

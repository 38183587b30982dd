"""`/admin/notifications`: the log, for admins."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.layout import shell
from helpdesk.ui.notifications import view
from helpdesk.ui.notifications.state import LogState
from helpdesk.ui.pages import page


@page("/admin/notifications", title="Notifications", on_load=[LogState.load])
def notifications() -> rx.Component:
    return shell(view.body(), active="notifications")

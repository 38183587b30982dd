"""`/admin/notifications`: the log, for admins."""

from __future__ import annotations

import reflex as rx

from helpdesk.domain.enums import Role
from helpdesk.ui.layout import only_for, shell
from helpdesk.ui.notifications import view
from helpdesk.ui.notifications.state import LogState
from helpdesk.ui.pages import page


@page("/admin/notifications", title="Notifications", on_load=[LogState.load])
def notifications() -> rx.Component:
    return shell(only_for(Role.ADMIN, content=view.body()), active="notifications")

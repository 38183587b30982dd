"""`/reports`: how promises are kept, for managers and admins."""

from __future__ import annotations

import reflex as rx

from helpdesk.domain.enums import Role
from helpdesk.ui.layout import only_for, shell
from helpdesk.ui.pages import page
from helpdesk.ui.reports import view
from helpdesk.ui.reports.state import ReportsState


@page("/reports", title="Reports", on_load=[ReportsState.load])
def reports() -> rx.Component:
    return shell(
        only_for(Role.MANAGER, Role.ADMIN, content=view.body()), active="reports", after=[view.own_period()]
    )

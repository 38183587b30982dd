"""`/admin/people`: who works here, for admins."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.layout import shell
from helpdesk.ui.pages import page
from helpdesk.ui.people import form, view
from helpdesk.ui.people.state import PeopleState


@page("/admin/people", title="People", on_load=[PeopleState.load])
def people() -> rx.Component:
    return shell(view.body(), active="people", after=[form.person_dialog()])

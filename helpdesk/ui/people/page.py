"""`/admin/people`: who works here, for admins."""

from __future__ import annotations

import reflex as rx

from helpdesk.domain.enums import Role
from helpdesk.ui.layout import only_for, shell
from helpdesk.ui.pages import page
from helpdesk.ui.people import form, view
from helpdesk.ui.people.state import PeopleState


@page("/admin/people", title="People", on_load=[PeopleState.load])
def people() -> rx.Component:
    return shell(only_for(Role.ADMIN, content=view.body()), active="people", after=[form.person_dialog()])

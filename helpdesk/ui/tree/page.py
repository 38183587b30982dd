"""`/admin/tree`: groups, categories, subcategories."""

from __future__ import annotations

import reflex as rx

from helpdesk.domain.enums import Role
from helpdesk.ui.layout import only_for, shell
from helpdesk.ui.pages import page
from helpdesk.ui.tree import dialogs, view
from helpdesk.ui.tree.state import TreeState


@page("/admin/tree", title="Groups and topics", on_load=[TreeState.load])
def tree() -> rx.Component:
    return shell(only_for(Role.ADMIN, content=view.body()), active="tree", after=dialogs.dialogs())

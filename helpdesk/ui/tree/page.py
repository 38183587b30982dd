"""`/admin/tree`: groups, categories, subcategories."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.layout import shell
from helpdesk.ui.pages import page
from helpdesk.ui.tree import dialogs, view
from helpdesk.ui.tree.state import TreeState


@page("/admin/tree", title="Groups and topics", on_load=[TreeState.load])
def tree() -> rx.Component:
    return shell(view.body(), active="tree", after=dialogs.dialogs())

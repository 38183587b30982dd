"""Stateless components: plain functions from values or Vars to elements. Pages import them from here."""

from helpdesk.ui.components._types import Child, Flag, Handler, Text, css, pick
from helpdesk.ui.components.actions import (
    button,
    chip,
    icon_button,
    kbd,
    link,
    link_button,
    pill,
    segmented,
    server_link,
    tabs,
    tag,
    text_button,
)
from helpdesk.ui.components.feedback import (
    callout,
    corrected_search,
    empty_state,
    loading,
    pager,
    problem,
    skeleton,
    skeleton_rows,
    table_head,
)
from helpdesk.ui.components.fields import (
    checkbox,
    error_text,
    field,
    find_somebody,
    radio_card,
    radio_group,
    select,
    switch,
    text_area,
    text_input,
    upload_box,
)
from helpdesk.ui.components.marks import (
    assignee,
    avatar,
    hold_mark,
    nobody,
    path,
    person_name,
    priority_mark,
    sla_cell,
    sla_clock,
    status_mark,
    time,
)
from helpdesk.ui.components.overlays import (
    confirm,
    dialog,
    menu,
    menu_head,
    menu_item,
    menu_line,
    menu_link,
    sheet,
    toast_stack,
)
from helpdesk.ui.icons import icon, mark

__all__ = [
    "Child", "Flag", "Handler", "Text", "assignee", "avatar", "button", "callout", "checkbox", "chip", "confirm",
    "corrected_search", "css", "dialog", "empty_state", "error_text", "field", "find_somebody", "hold_mark", "icon",
    "icon_button",
    "kbd", "link", "link_button", "loading", "mark", "menu", "menu_head", "menu_item", "menu_line", "menu_link",
    "nobody", "pager", "path", "person_name", "pick", "pill", "priority_mark", "problem", "radio_card", "radio_group",
    "segmented", "select", "server_link", "sheet", "skeleton", "skeleton_rows", "sla_cell", "sla_clock", "status_mark",
    "switch", "table_head", "tabs", "tag", "text_area", "text_button", "text_input", "time", "toast_stack",
    "upload_box",
]  # fmt: skip

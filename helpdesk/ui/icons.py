"""Icons and marks: one sprite, `assets/icons.svg`, whose symbols a name picks, also a name that State holds."""

from __future__ import annotations

from typing import Any

import reflex as rx

NAMES = frozenset(
    """
    activity alarm-clock app-window archive arrow-down arrow-left arrow-right arrow-up at-sign ban bell
    bookmark briefcase bug building calendar calendar-days car chart-column check chevron-down chevron-left
    chevron-right chevron-up chevrons-up-down circle-alert circle-check circle-dashed circle-pause circle-play
    circle-plus circle-question-mark circle-user-round circle-x clipboard-list cloud-upload code coffee
    columns-3 copy credit-card database door-open download ellipsis external-link eye eye-off file
    file-archive file-text file-x folder folder-tree gauge globe graduation-cap grip-vertical hand-coins
    hard-drive hash headphones heart-pulse history id-card image inbox info key-round keyboard laptop layers
    layout-dashboard life-buoy lightbulb link list-filter lock lock-open log-out mail map-pin menu
    message-square monitor moon mouse network package panel-right paperclip pencil phone plane play plus
    pr-critical pr-high pr-low pr-medium printer receipt refresh-cw reply rotate-ccw rows-3 search send server
    settings shield-check smartphone sofa split st-assigned st-closed st-hold st-none st-open st-progress
    st-resolved star sun sun-moon tag thermometer ticket timer toggle-left trash triangle-alert truck undo-2
    user-check user-plus user-round user-x users-round wallet wifi wrench x zap
    """.split()  # noqa: SIM905 - a list of names reads better as words
)
"""Every symbol of the sprite; `st-…` and `pr-…` are the marks of status and priority. Tree nodes pick from these."""

Text = str | rx.Var[str]


def icon(name: Text, size: str = "", label: Text = "") -> rx.Component:
    """A line icon in the colour of its text.

    Args:
        name: a symbol of the sprite (see `NAMES`), or a Var that holds one.
        size: "" is 16 px, "s" 14 px, "l" 20 px.
        label: what it means, where no word stands beside it; otherwise it is hidden from screen readers.

    Raises:
        ValueError: a literal name that the sprite doesn't have.
    """
    return _symbol(name, ("i " + size).strip(), label)


def mark(name: Text, size_px: int = 14) -> rx.Component:
    """A filled glyph of status or priority (`st-…`, `pr-…`); the word stands beside it."""
    return _symbol(name, "g", "", {"width": size_px, "height": size_px} if size_px != 14 else None)


def _symbol(name: Text, css: str, label: Text, attrs: dict[str, int] | None = None) -> rx.Component:
    if isinstance(name, str) and name not in NAMES:
        raise ValueError(f"no icon named {name!r} in the sprite")
    named = isinstance(label, rx.Var) or bool(label)
    attrs_of: dict[str, Any] = {"role": "img", "aria-label": label} if named else {"aria-hidden": "true"}
    return rx.el.svg(
        rx.el.svg.use(href=f"/icons.svg#{name}"),
        class_name=css,
        custom_attrs={**(attrs or {}), **attrs_of},
    )

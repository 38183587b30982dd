"""The panel of a list in pages: its rows, what stands there meanwhile or instead, and the way to its neighbours."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.components import link, loading, pager, problem
from helpdesk.ui.paging import Paged


def paged(
    state: type[Paged], *rows: rx.Component, label: str, trouble: str, first: str, meanwhile: rx.Component
) -> rx.Component:
    """Draw it.

    Args:
        label: the region's name, for those who don't see it.
        trouble: said above the reason why the list can't be shown.
        first: the address of the first page.
        meanwhile: the skeleton.
    """
    refused = rx.el.div(
        problem(trouble, state.problem, link("To the first page", href=first)), class_name="pad"
    )
    steps = state.steps
    return rx.fragment(
        rx.el.div(
            rx.cond(state.problem != "", refused, loading(state.ready, meanwhile, rx.fragment(*rows))),
            class_name="scroll",
            tab_index=0,
            role="region",
            aria_label=label,
        ),
        rx.cond(
            (steps["newer"] != "") | (steps["older"] != ""),
            pager(newer=steps["newer"], older=steps["older"], words=steps["words"]),
        ),
    )

"""The way to a change of everything that matches, and its dialog."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.components import button, callout, dialog, field, icon, select, text_button, text_input
from helpdesk.ui.jobs.state import ACTIONS, JobState
from helpdesk.ui.zones import zone_field

_J: Any = JobState
_DIALOG = "job"


def offer(total: Any) -> rx.Component:
    """In the bar of the selected tickets: not these, all that match."""
    return rx.el.span(
        rx.el.span(class_name="vr"),
        text_button("All ", total, "…", on_click=JobState.ask),
        class_name="job-offer",
    )


def dialogs() -> list[rx.Component]:
    return [
        dialog(
            rx.cond(_J.error, callout("dan", "triangle-alert", _J.error, alert=True)),
            rx.cond(_J.job["id"] == 0, _form(), _progress()),
            dialog_id=_DIALOG,
            title="Change all that match",
            show=JobState.asking,
            on_close=JobState.close,
            on_submit=JobState.start,
            foot=[
                rx.cond(
                    _J.job["id"] == 0,
                    rx.fragment(
                        button("Cancel", kind="gh", data_close="true"),
                        button("Change ", _J.words, kind="pri", submit=True),
                    ),
                    rx.fragment(
                        rx.cond(
                            _J.job["running"],
                            button("Stop it", kind="dan", on_click=JobState.cancel),
                        ),
                        button("Close", kind="gh", data_close="true"),
                    ),
                )
            ],
        )
    ]


def _form() -> rx.Component:
    return rx.fragment(
        rx.el.p(
            "These are the tickets that the list shows now, over all its pages. What comes later is left alone.",
            class_name="t2",
        ),
        field(
            "What should change?",
            select("action", list(ACTIONS.items()), value=_J.action, on_change=JobState.choose),
            control_id="action",
        ),
        field("To what?", select("value", _J.choices[_J.action], key=_J.action), control_id="value"),
        rx.cond(_J.action == "hold", _until()),
    )


def _until() -> rx.Component:
    return rx.fragment(
        field(
            "Until",
            text_input("job-until", name="until", type="date"),
            control_id="job-until",
            hint="They go on by themselves that morning. Without a day they wait until somebody ends the hold.",
            optional=True,
        ),
        zone_field(),
    )


def _progress() -> rx.Component:
    return rx.el.div(
        rx.el.progress(
            value=_J.job["done"].to_string(),
            max=_J.job["total"].to_string(),
            aria_label="Tickets done",
            class_name="job-bar",
        ),
        rx.el.p(
            rx.cond(_J.job["running"], icon("timer", "s"), icon("circle-check", "s")),
            rx.el.b(_J.job["words"]),
            class_name="row num",
            role="status",
        ),
        rx.el.p(_J.job["outcome"], class_name="t2"),
        rx.cond(
            _J.refused.length() > 0,
            rx.fragment(
                rx.el.h3("Not changed", class_name="h-sec"),
                rx.el.ul(rx.foreach(JobState.refused, _reason), class_name="refused"),
                rx.el.p(_J.more, class_name="t2 xs"),
            ),
        ),
        # the browser presses it every other second while it is there
        rx.cond(
            _J.job["running"],
            rx.el.button(
                "Read again",
                type="button",
                hidden=True,
                tab_index=-1,
                aria_hidden="true",
                data_tick="true",
                on_click=JobState.refresh,
            ),
        ),
        class_name="col job",
    )


def _reason(one: Any) -> rx.Component:
    return rx.el.li(rx.el.b(one["number"]), rx.el.span(one["reason"]))

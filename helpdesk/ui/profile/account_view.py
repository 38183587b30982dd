"""Password and sessions on the profile."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.app_state import AppState
from helpdesk.ui.components import button, confirm, field, icon, loading, skeleton_rows, tag, text_input, time
from helpdesk.ui.components._types import Row
from helpdesk.ui.profile.account import PasswordState, SessionState

_S: Any = SessionState
_END_OTHERS = "end-others"


def password() -> rx.Component:
    errors = PasswordState.errors

    def line(name: str, words: str, complete: str, hint: str = "") -> rx.Component:
        return field(
            words,
            text_input(
                name,
                type="password",
                required=True,
                max_length=256,
                auto_complete=complete,
                error=errors[name],
            ),
            control_id=name,
            hint=hint,
            error=errors[name],
        )

    return rx.el.form(
        # where a password manager looks for whose password this is
        rx.el.input(
            type="text", name="username", value=AppState.me["email"], auto_complete="username", read_only=True,
            hidden=True,
        ),
        line("current_password", "Present password", "current-password"),
        rx.el.div(
            line("new_password", "New password", "new-password", "At least 10 characters; no common ones."),
            line("again", "New password again", "new-password"),
            class_name="two-fields",
        ),
        rx.el.div(button("Change password", submit=True, busy=PasswordState.saving)),
        key=PasswordState.done,
        class_name="form",
        on_submit=PasswordState.change,
    )  # fmt: skip


def sessions() -> rx.Component:
    return rx.fragment(
        loading(
            SessionState.read,
            skeleton_rows(2, "o", "60%", "72px", class_name="own"),
            rx.el.ul(rx.foreach(SessionState.rows, _session), class_name="lst"),
        ),
        rx.cond(
            _S.rows.length() > 1,
            rx.el.div(button("End all others", data_dialog=_END_OTHERS)),
        ),
        confirm(
            dialog_id=_END_OTHERS,
            title="End all other sessions?",
            text="Whoever is signed in as you elsewhere has to sign in again. Tokens stay.",
            action="End them",
            on_confirm=SessionState.end_others,
        ),
    )


def _session(row: Row) -> rx.Component:
    return rx.el.li(
        icon(row["glyph"]),
        rx.el.div(
            rx.el.div(
                rx.el.span(row["words"], class_name="b"),
                rx.cond(row["current"], tag("This one")),
                class_name="row gap",
            ),
            rx.el.div(row["ip"], " · since ", time(row["since"], "short"), class_name="t2 xs"),
        ),
        rx.el.span("seen ", time(row["seen"], "relative"), class_name="t2 xs own-when"),
        rx.cond(
            row["current"],
            rx.el.span(class_name="own-act"),
            button(
                "End",
                size="sm",
                on_click=SessionState.end(row["id"]),
                aria_label="End the session of " + row["words"],
                class_name="own-act",
            ),
        ),
        class_name="own",
        key=row["id"],
    )

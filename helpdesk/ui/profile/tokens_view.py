"""Personal API tokens on the profile: the list, the dialog that makes one, and the one time that its value shows."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.domain.enums import Role
from helpdesk.ui.app_state import AppState
from helpdesk.ui.components import (
    Child,
    button,
    callout,
    checkbox,
    dialog,
    empty_state,
    error_text,
    field,
    icon,
    link,
    loading,
    select,
    skeleton_rows,
    text_input,
    time,
)
from helpdesk.ui.components._types import Row
from helpdesk.ui.profile.token_state import DAYS, VALUE_FIELD, TokenState

_made: Any = TokenState.made


def tokens() -> rx.Component:
    new = button("New token", glyph="plus", on_click=TokenState.begin)
    return rx.fragment(
        loading(
            TokenState.read,
            skeleton_rows(1, "o", "60%", "72px", class_name="own"),
            rx.fragment(
                rx.cond(
                    TokenState.rows,
                    rx.fragment(
                        rx.el.ul(rx.foreach(TokenState.rows, _token), class_name="lst"), rx.el.div(new)
                    ),
                    rx.el.div(
                        empty_state(
                            "key-round", "No token yet",
                            "A script or another system can act as you, as far as you let it.", new,
                        ),
                        class_name="lst",
                    ),
                )
            ),
        )
    )  # fmt: skip


def _token(row: Row) -> rx.Component:
    used = rx.cond(
        row["used"] != "", rx.fragment("used ", time(row["used"], "relative")), rx.fragment("never used")
    )
    ends = rx.cond(row["expired"], "ended ", "until ")
    return rx.el.li(
        icon("key-round"),
        rx.el.div(
            rx.el.div(row["name"], class_name="b own-name"),
            rx.el.div(row["scopes"], " · ", ends, time(row["until"], "short"), class_name="t2 xs"),
        ),
        rx.el.span(used, class_name="t2 xs own-when"),
        button(
            "Revoke",
            size="sm",
            on_click=TokenState.ask(row["id"]),
            aria_label="Revoke " + row["name"],
            class_name="own-act",
        ),
        class_name=rx.cond(row["expired"], "own gone", "own"),
        key=row["id"],
    )


def dialogs() -> list[Child]:
    return [
        dialog(
            _shown_once(),
            rx.cond(_made, rx.fragment(), rx.el.div(*_fields(), class_name="form", key=TokenState.opened)),
            dialog_id="token",
            title=rx.cond(_made, "Your new token", "New token"),
            foot=[
                rx.cond(
                    _made,
                    button("Done", kind="pri", data_close="true"),
                    rx.fragment(
                        button("Cancel", kind="gh", data_close="true"),
                        button("Make it", kind="pri", submit=True, busy=TokenState.saving),
                    ),
                )
            ],
            show=TokenState.asking,
            on_close=TokenState.close,
            on_submit=TokenState.create,
        ),
        dialog(
            rx.el.p(
                "Programs that use ", rx.el.b(TokenState.doomed["name"]), " stop at once. This can't be undone.",
                class_name="wraps",
            ),
            dialog_id="revoke-token",
            title="Revoke this token?",
            foot=[
                button("Cancel", kind="gh", data_close="true"),
                button("Revoke", kind="dan", on_click=TokenState.revoke),
            ],
            show=TokenState.revoking,
            on_close=TokenState.close,
        ),
    ]  # fmt: skip


def _fields() -> list[Child]:
    errors = TokenState.errors
    admin = rx.cond(
        AppState.me["role"] == str(Role.ADMIN),
        checkbox("Administer: people, groups, the log; beside reading or writing", name="admin"),
    )
    return [
        field(
            "Name",
            text_input(
                "name", required=True, max_length=100, placeholder="Nightly export", error=errors["name"]
            ),
            control_id="name",
            hint="What it is for, so that you know it again.",
            error=errors["name"],
        ),
        rx.el.fieldset(
            rx.el.legend("It may", class_name="lab"),
            rx.el.div(
                checkbox("Read: see what you see", name="read", default_checked=True),
                checkbox("Write: do what you may do", name="write"),
                admin,
                class_name="col gap",
            ),
            error_text(errors["scopes"], "scopes"),
            class_name="field plain",
        ),
        field(
            "Ends after",
            select("days", list(DAYS.items()), default_value="90", error=errors["expires_at"]),
            control_id="days",
            error=errors["expires_at"],
        ),
    ]


def _shown_once() -> rx.Component:
    """Always there, so that its field can take the value when it comes; an output, which no form sends."""
    return rx.el.div(
        callout("warn", "triangle-alert", "Copy it now: it is not shown again."),
        rx.el.div(
            rx.el.output(id=VALUE_FIELD, class_name="secret", role="textbox", aria_readonly="true", aria_live="off",
                         aria_label="Your new token", tab_index=0),
            button("Copy", glyph="copy", data_copy_from=VALUE_FIELD),
            class_name="row gap",
        ),
        rx.el.p(
            "Send it as ", rx.el.code("Authorization: Bearer …"), ". Routes and bodies are described in ",
            link("the API's page", href="/api/docs", target="_blank", reload_document=True), ".",
            class_name="t2",
        ),
        class_name="form",
        hidden=~_made,
    )  # fmt: skip

"""What the profile shows."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import available_timezones

import reflex as rx

from helpdesk.ui.app_state import AppState
from helpdesk.ui.components import (
    Child,
    avatar,
    checkbox,
    field,
    icon,
    loading,
    problem,
    select,
    skeleton_rows,
    switch,
)
from helpdesk.ui.components._types import Row
from helpdesk.ui.profile import account_view, tokens_view
from helpdesk.ui.profile.state import ProfileState

_LOCALES = [
    ("", "Like this browser"), ("en-GB", "English (United Kingdom)"), ("en-US", "English (United States)"),
    ("ar-EG", "العربية"), ("cs-CZ", "Čeština"), ("da-DK", "Dansk"), ("de-DE", "Deutsch"),
    ("de-AT", "Deutsch (Österreich)"),
    ("de-CH", "Deutsch (Schweiz)"), ("es-ES", "Español"), ("fr-FR", "Français"), ("it-IT", "Italiano"),
    ("ja-JP", "日本語"), ("nl-NL", "Nederlands"), ("pl-PL", "Polski"), ("pt-PT", "Português"), ("sv-SE", "Svenska"),
    ("tr-TR", "Türkçe"), ("uk-UA", "Українська"),
]  # fmt: skip
_ROLES = {"client": "Requester", "agent": "Agent", "manager": "Manager", "admin": "Administrator"}


def _zones() -> list[tuple[str, str]]:
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [
        ("", "Like this browser"),
        ("UTC", "UTC"),
        *((name, name.replace("_", " ")) for name in places),
    ]


def body() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.cond(
                ProfileState.problem != "",
                problem("Your profile can't be read just now", ProfileState.problem),
                loading(
                    ProfileState.ready, skeleton_rows(10, "40%", "60%", class_name="set-row"), _sections()
                ),
            ),
            class_name="page profile",
        ),
        class_name="scroll",
        tab_index=0,
        role="region",
        aria_label="Profile",
    )


def _sections() -> rx.Component:
    return rx.fragment(
        _who(),
        _section("Appearance", "", _appearance()),
        _section("Time and language", "How times and dates are written, here and in mails.", _region()),
        _section(
            "Notifications",
            "What has a lock waits for you, and always rings in the app.",
            _matrix(),
        ),
        _section(
            "Password", "A change ends all your other sessions and your tokens.", account_view.password()
        ),
        _section("Sessions", "Where you are signed in.", account_view.sessions()),
        _section("API tokens", "For programs that act as you. Each has an end.", tokens_view.tokens()),
    )


def _section(title: str, hint: str, content: rx.Component) -> rx.Component:
    name = "profile-" + title.split()[0].lower()
    return rx.el.section(
        rx.el.h2(title, class_name="h-lg", id=name),
        *([rx.el.p(hint, class_name="t2")] if hint else []),
        content,
        aria_labelledby=name,
        class_name="set",
    )


def _who() -> rx.Component:
    me = AppState.me
    role = rx.match(me["role"], *_ROLES.items(), me["role"])
    return rx.el.header(
        avatar(me, "l"),
        rx.el.div(
            rx.el.h1(me["name"], class_name="h-lg"),
            rx.el.div(me["email"], class_name="t2"),
            rx.el.div(
                role,
                rx.cond(ProfileState.department != "", rx.fragment(", ", ProfileState.department)),
                class_name="t2",
            ),
            class_name="set-who",
        ),
        class_name="row set-head",
    )


def _row(words: Child, hint: str, control: Child) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(words, class_name="b"),
            *([rx.el.div(hint, class_name="hint")] if hint else []),
        ),
        control,
        class_name="set-row",
    )


def _appearance() -> rx.Component:
    return rx.el.div(
        _row("Theme", "", _choices("Theme", "theme", [("System", "system"), ("Light", "light"), ("Dark", "dark")])),
        _row(
            "Density", "How close the rows of lists stand.",
            _choices("Density", "density", [("Comfortable", "comfortable"), ("Compact", "compact")]),
        ),
        switch(
            "Single keys",
            "Shortcuts such as C and J. Off: only those with Ctrl work.",
            checked=AppState.me["single_keys"],
            on_change=ProfileState.set_single_keys,
        ),
        class_name="set-box",
    )  # fmt: skip


def _choices(label: str, key: str, options: Sequence[tuple[str, str]]) -> rx.Component:
    """Acts in this browser at once (`theme.js`, which also says which one applies), and is kept for all others."""
    return rx.el.div(
        *[
            rx.el.button(
                words,
                type="button",
                aria_pressed="false",
                data_set=f"{key}:{value}",
                on_click=ProfileState.choose(key, value),
            )
            for words, value in options
        ],
        class_name="seg",
        role="group",
        aria_label=label,
    )


def _region() -> rx.Component:
    me = AppState.me
    return rx.el.div(
        field(
            "Time zone",
            select("zone", _zones(), value=me["zone"], on_change=lambda zone: ProfileState.choose("time_zone", zone)),
            control_id="zone",
        ),
        field(
            "Language of dates",
            select("locale", _LOCALES, value=me["locale"], on_change=lambda one: ProfileState.choose("locale", one)),
            control_id="locale",
        ),
        class_name="two-fields",
    )  # fmt: skip


def _matrix() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.span("Event", role="columnheader"),
            rx.el.span("In the app", role="columnheader", class_name="mid"),
            rx.el.span("E-mail", role="columnheader", class_name="mid"),
            class_name="wish head",
            role="row",
        ),
        rx.foreach(ProfileState.wishes, _wish),
        role="table",
        aria_label="Notifications",
        class_name="lst",
    )


def _wish(row: Row) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(row["words"]),
            rx.cond(row["hint"] != "", rx.el.div(row["hint"], class_name="hint")),
            role="cell",
        ),
        _tick(row, "in_app", "app", "in the app"),
        _tick(row, "email", "mail", "by e-mail"),
        class_name="wish",
        role="row",
        key=row["event"],
    )


def _tick(row: Row, channel: str, name: str, words: str) -> rx.Component:
    on, locked = row[name], row[name + "_locked"]
    box = checkbox(
        rx.fragment(row["words"], " " + words),
        hidden_label=True,
        checked=on,
        on_change=lambda _: ProfileState.tell(row["event"], channel, ~on),
    )
    fixed = icon("lock", "s", "Always on " + words)
    return rx.el.div(rx.cond(locked, fixed, box), role="cell", class_name="mid")

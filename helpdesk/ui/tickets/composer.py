"""Writing: a reply says who gets it, a note is yellow, locked, and says who never sees it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.components import button, callout, error_text, icon, icon_button, kbd, time, upload_box
from helpdesk.ui.tickets.composer_state import ComposerState
from helpdesk.ui.tickets.requester_state import RequesterState

_S: Any = ComposerState


def composer() -> rx.Component:
    """The form of the chosen mode; on a ticket where nothing can be written, why."""
    return rx.el.div(
        rx.cond(
            _S.can["reply"] | _S.can["note"],
            rx.cond(_S.mode == "note", _note(), _reply()),
            rx.cond(_S.ticket["status"] == "Closed", _closed()),
        ),
        class_name="tkw compw",
    )


def _closed() -> rx.Component:
    return rx.el.div(
        callout(
            "",
            "lock",
            "This is closed. ",
            rx.cond(
                _S.can["reopen"],
                rx.el.button(
                    "Does it happen again?",
                    type="button",
                    class_name="linkbtn",
                    on_click=RequesterState.show("not_yet"),
                ),
            ),
        ),
        class_name="comp-closed",
    )


def _reply() -> rx.Component:
    return rx.el.form(
        rx.cond(_S.can["note"], rx.el.div(_modes("reply"), class_name="ctop")),
        rx.cond(_S.can["note"], _to()),
        _box("reply", "Your reply", "r", _S.placeholder),
        # what this form was shown when it is sent: only who read of the newer messages sends past them
        rx.el.input(type="hidden", name="seen", value=_S.held["seen"]),
        rx.cond(_S.held["seen"], _held()),
        _bottom(
            "reply",
            rx.cond(
                _S.held["seen"],
                rx.fragment(),
                button(
                    _S.recipients["button"],
                    rx.cond(_S.sending, rx.fragment(), kbd("mod+Enter")),
                    # beside "Is it solved?" and "Answer" it is not the loud one
                    class_name=rx.cond(_S.can["confirm"] | _S.ticket["your_turn"], "", "pri"),
                    submit=True,
                    busy=_S.sending,
                    data_shortcut="mod+Enter",
                    aria_keyshortcuts="Control+Enter",
                ),
            ),
        ),
        class_name="comp",
        on_submit=ComposerState.send_reply,
        key="reply",
    )


def _held() -> rx.Component:
    """Others wrote meanwhile: the reply waits for its writer's decision, with all that was typed."""
    return callout(
        "warn",
        "message-square",
        rx.el.div(
            rx.el.b(_S.held["who"], dir="auto"),
            " wrote ",
            time(_S.held["at"], "ago"),
            rx.cond(_S.held["more"], rx.fragment(" and ", _S.held["more"], " more before that")),
            ":",
        ),
        rx.el.q(_S.held["text"], class_name="wrap held-text", dir="auto"),
        rx.el.div(
            button(
                "Read first",
                kind="pri",
                size="sm",
                auto_focus=True,
                data_goto=_S.held["entry"],
                on_click=ComposerState.read_first,
            ),
            button("Send anyway", size="sm", submit=True, busy=_S.sending),
            rx.el.span("Your reply is kept.", class_name="t2 xs"),
            class_name="row held-acts",
        ),
        alert=True,
    )


def _note() -> rx.Component:
    return rx.el.form(
        rx.el.div(_modes("note"), class_name="ctop"),
        rx.el.div(
            icon("eye-off", "s"),
            rx.el.span("Only the helpdesk reads this. ", rx.el.b(_S.recipients["never"]), " never sees it."),
            class_name="to note-to",
        ),
        _box("note", "Your internal note", "n", "Write a note; @name tells a colleague"),
        _bottom(
            "note",
            button(
                icon("lock"),
                "Add internal note",
                kbd("mod+Enter"),
                kind="note",
                submit=True,
                busy=_S.sending,
                data_shortcut="mod+Enter",
                aria_keyshortcuts="Control+Enter",
            ),
        ),
        class_name="comp isnote",
        on_submit=ComposerState.send_note,
        key="note",
    )


def _modes(now: str) -> rx.Component:
    def mode(name: str, glyph: str, words: str, key: str) -> rx.Component:
        css = "on n" if name == now == "note" else "on" if name == now else ""
        return rx.el.button(
            icon(glyph, "s"),
            words,
            type="button",
            class_name=css,
            aria_pressed="true" if name == now else "false",
            on_click=ComposerState.set_mode(name),
            disabled=~_S.can[name],
            data_shortcut=key,
            aria_keyshortcuts=key,
        )

    return rx.el.div(
        mode("reply", "reply", "Reply", "r"),
        mode("note", "lock", "Internal note", "n"),
        class_name="seg",
        role="group",
        aria_label="What you write",
    )


def _to() -> rx.Component:
    return rx.el.div(
        "To",
        rx.foreach(_S.recipients["names"], lambda name: rx.el.b(name, class_name="b", key=name, dir="auto")),
        class_name="to",
    )


def _box(mode: str, label: str, key: str, placeholder: Any) -> rx.Component:
    keep = ComposerState.keep(mode, _S.box)
    return rx.fragment(
        # A key, or "Answer" elsewhere, clicks the label: that puts the cursor here without selecting what stands there.
        rx.el.label(label, html_for="message", class_name="sr", id="focus-message", data_shortcut=key),
        rx.el.textarea(
            id="message",
            name="message",
            class_name="body",
            rows="2",
            default_value=_S.draft,
            placeholder=placeholder,
            max_length=20000,
            dir="auto",
            auto_focus=_S.focused,
            aria_describedby="message-error",
            **({"data_mentions": _S.ticket["id"].to(str)} if mode == "note" else {}),
            aria_invalid=rx.cond(_S.wrong, "true", "false"),
            on_change=keep.debounce(700),
            on_blur=keep,
            key=_S.box,
        ),
        rx.el.div(error_text(_S.wrong, "message"), class_name="comp-err"),
        rx.cond(_S.attached, rx.el.div(rx.foreach(_S.attached, _file), class_name="row att comp-files")),
    )


def _file(one: Any) -> rx.Component:
    return rx.el.span(
        icon("paperclip", "s"),
        rx.el.span(one["name"], class_name="tr", dir="auto"),
        rx.el.span(one["size"], class_name="t2 num"),
        icon_button("x", "Remove this file", size="sm", on_click=ComposerState.drop_file(one["id"])),
        class_name="attach",
        key=one["id"],
    )


def _bottom(mode: str, send: rx.Component) -> rx.Component:
    keep = ComposerState.keep_files(mode, _S.box)
    return rx.el.div(
        upload_box(keep, reset=_S.box, compact=True),
        rx.cond(
            _S.saved_at,
            rx.el.span(
                icon("check", "s"),
                "Draft saved ",
                time(_S.saved_at, "clock"),
                class_name="row t2 xs only-l",
                role="status",
            ),
        ),
        rx.cond(
            (_S.recipients["all"] != "") & ~_S.can["note"] & (_S.saved_at == ""),
            rx.el.span(_S.recipients["all"], class_name="row hint only-l"),
        ),
        send,
        class_name="cbot",
    )

"""The four steps of filing a request."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.app_state import AppState
from helpdesk.ui.components import (
    avatar,
    button,
    callout,
    dialog,
    field,
    icon,
    icon_button,
    link,
    link_button,
    loading,
    person_name,
    priority_mark,
    radio_card,
    radio_group,
    skeleton_rows,
    status_mark,
    text_area,
    text_button,
    text_input,
    time,
    upload_box,
)
from helpdesk.ui.wizard.state import HOLD_UP_WORDS, PickerState, WizardState

_STEPS = [("topic", "Topic"), ("type", "Type"), ("details", "Details"), ("review", "Review")]
_HINTS = {"little": "I can work around it", "lot": "My work is slow", "stuck": "Or several people can't"}
_S = WizardState


def body() -> rx.Component:
    """The step that the URL asks for."""
    return rx.fragment(
        rx.el.div(
            loading(
                _S.ready,
                rx.el.div(skeleton_rows(6, "60%", "30%", class_name="row line-row"), class_name="wz"),
                rx.match(
                    _S.step,
                    ("details", _details()),
                    ("review", _review()),
                    _choose(),
                ),
            ),
            class_name="scroll",
        ),
        rx.cond(_S.ready & ((_S.step == "details") | (_S.step == "review")), _foot()),
    )


def _steps() -> rx.Component:
    return rx.el.ol(
        *[_step(number, name, words) for number, (name, words) in enumerate(_STEPS, 1)],
        class_name="steps",
        aria_label="Steps",
    )


def _step(number: int, name: str, words: str) -> rx.Component:
    order = [key for key, _ in _STEPS]
    done: Any = rx.match(_S.step, *[(step, order.index(step) > order.index(name)) for step in order], False)
    now = _S.step == name
    return rx.el.li(
        rx.el.span(rx.cond(done, icon("check", "s"), rx.el.span(number)), class_name="d"),
        rx.el.span(words, rx.cond(done, rx.el.span(", done", class_name="sr")), class_name="nm"),
        *([rx.el.span(class_name="ln", aria_hidden="true")] if number < len(_STEPS) else []),
        class_name=rx.cond(now, "now", rx.cond(done, "done", "")),
        aria_current=rx.cond(now, "step", "false"),
    )


# ---- topic and type


def _choose() -> rx.Component:
    topic = _S.step == "topic"
    return rx.el.div(
        _steps(),
        rx.cond(
            topic,
            rx.el.h1("What do you need help with, ", AppState.me["first_name"], "?", class_name="h-xl wz-h"),
            rx.fragment(
                rx.el.div(_path(), link("Change", href=_S.links["change"]), class_name="row wz-path"),
                rx.el.h1("What is it about?", class_name="h-xl wz-h tight"),
            ),
        ),
        rx.cond(topic, _search()),
        rx.cond(
            _S.words,
            _found(),
            rx.fragment(
                rx.cond(topic, _groups()), rx.el.div(rx.foreach(_S.tiles, _tile), class_name="tiles")
            ),
        ),
        class_name="wz",
    )


def _search() -> rx.Component:
    return rx.el.label(
        icon("search"),
        rx.el.input(
            type="search",
            placeholder="Say it in a few words: VPN drops, new monitor",
            aria_label="Find a topic",
            max_length=100,
            auto_complete="off",
            default_value="",
            on_change=WizardState.find.debounce(250),
        ),
        class_name="inp bigsearch",
    )


def _found() -> rx.Component:
    return rx.cond(
        _S.found,
        rx.el.div(rx.foreach(_S.found, _tile), class_name="tiles wz-found", aria_live="polite"),
        rx.el.p(
            "No topic has these words. Clear them to see all topics.", class_name="t2 wz-found", role="status"
        ),
    )


def _groups() -> rx.Component:
    return rx.el.nav(rx.foreach(_S.tabs, _tab), class_name="groups wz-groups", aria_label="Who can help")


def _tab(tab: Any) -> rx.Component:
    return rx.el.a(
        icon(tab["icon"]),
        tab["name"],
        rx.el.span(tab["text"], class_name="hint t2"),
        href=tab["href"],
        class_name=rx.cond(tab["current"], "grp on", "grp"),
        aria_current=rx.cond(tab["current"], "page", "false"),
        replace=True,
    )


def _tile(tile: Any) -> rx.Component:
    return rx.el.a(
        icon(tile["icon"], "l"),
        rx.el.b(tile["name"]),
        rx.el.p(tile["text"]),
        rx.cond(tile["eta"], rx.el.span(tile["eta"], class_name="eta")),
        href=tile["href"],
        class_name="tile",
        key=tile["href"],
    )


def _path() -> rx.Component:
    return rx.el.span(
        rx.foreach(
            _S.path,
            lambda name, index: rx.fragment(
                rx.cond(index > 0, icon("chevron-right")), rx.el.span(name, dir="auto")
            ),
        ),
        class_name="path",
    )


# ---- details


def _details() -> rx.Component:
    return rx.el.div(
        _steps(),
        rx.el.div(_path(), link("Change", href=_S.links["change"]), class_name="row wz-path"),
        rx.el.h1("Tell us what happens", class_name="h-xl wz-h tight"),
        rx.el.div(
            rx.el.form(*_questions(), id="details", class_name="col wz-form", on_submit=WizardState.review),
            rx.el.aside(_expect(), _same(), _for_whom(), class_name="col wz-aside"),
            class_name="twocol",
        ),
        class_name="wz",
    )


def _questions() -> list[rx.Component]:
    return [
        field(
            "In one line",
            text_input(
                "title",
                error=_S.errors["title"],
                default_value=_S.title,
                max_length=255,
                dir="auto",
                on_change=WizardState.keep("title").debounce(700),  # pyright: ignore[reportAttributeAccessIssue]
            ),
            control_id="title",
            error=_S.errors["title"],
        ),
        field(
            "What happened, and what did you expect?",
            text_area(
                "description",
                error=_S.errors["description"],
                default_value=_S.description,
                max_length=20000,
                rows="6",
                dir="auto",
                on_change=WizardState.keep("description").debounce(700),  # pyright: ignore[reportAttributeAccessIssue]
            ),
            control_id="description",
            error=_S.errors["description"],
            optional=True,
        ),
        radio_group(
            "How much does it hold you up?",
            *[
                radio_card(
                    "hold_up",
                    value,
                    words,
                    _HINTS[value],
                    default_checked=_S.hold_up == value,
                    on_change=WizardState.keep("hold_up"),
                )
                for value, words in HOLD_UP_WORDS.items()
            ],
            error=_S.errors["priority"],
            group_id="hold_up",
        ),
        rx.el.div(
            rx.el.span(
                "Files", rx.el.span(" · screenshots help most", class_name="t2 regular"), class_name="lab"
            ),
            rx.cond(_S.files, rx.el.div(rx.foreach(_S.files, _file), class_name="files")),
            upload_box(WizardState.keep_files, reset=_S.box),
            class_name="field",
        ),
    ]


def _file(file: Any) -> rx.Component:
    return rx.el.div(
        icon("file-text"),
        rx.el.div(
            rx.el.span(file["name"], class_name="tr"),
            rx.el.span(file["size"], class_name="hint"),
            class_name="col",
        ),
        rx.el.span(icon("check", "s"), "Uploaded", class_name="mk xs t2"),
        icon_button("x", "Remove", size="sm", on_click=WizardState.drop_file(file["id"])),
        class_name="file",
        key=file["id"],
    )


def _expect() -> rx.Component:
    promise = _S.promise
    return rx.cond(
        promise["answer_due"],
        rx.el.section(
            rx.el.h2("What to expect", class_name="h-sec"),
            rx.el.p(
                "First answer by ",
                time(promise["answer_due"], class_name="bb"),
                rx.cond(promise["usual"], rx.el.span(", usually in ", promise["usual"])),
                ".",
            ),
            rx.cond(
                promise["solved_due"],
                rx.el.p(
                    "Solved by ",
                    time(promise["solved_due"]),
                    ". You can follow it here and by e-mail.",
                    class_name="t2",
                ),
            ),
            class_name="card pad",
        ),
    )


def _same() -> rx.Component:
    return rx.cond(
        _S.similar,
        rx.el.section(
            rx.el.h2("Same as yours?", class_name="h-sec"),
            rx.el.p("You have open requests that sound like this one.", class_name="t2"),
            rx.foreach(_S.similar, _similar),
            class_name="card pad",
            aria_live="polite",
        ),
    )


def _similar(row: Any) -> rx.Component:
    return rx.el.div(
        link(row["title"], href="/tickets/" + row["number"].to(str), class_name="link"),
        rx.el.div(
            status_mark(row["status"]), rx.el.span(row["number"], class_name="no"), class_name="row xs"
        ),
        class_name="wz-same",
        key=row["number"],
    )


def _for_whom() -> rx.Component:
    chosen = _S.requested_for
    return rx.el.section(
        rx.cond(
            chosen["id"],
            rx.el.div(
                avatar(chosen),
                rx.el.span("For ", chosen["name"], class_name="b tr"),
                rx.el.span(class_name="sp"),
                text_button("For me", on_click=PickerState.choose(0, "for")),
                class_name="row",
            ),
            rx.el.div(
                avatar(AppState.me),
                rx.el.span("For you", class_name="b"),
                rx.el.span(class_name="sp"),
                rx.el.button("Someone else?", type="button", class_name="linkbtn", data_dialog="for-whom"),
                class_name="row",
            ),
        ),
        class_name="card pad",
    )


# ---- review


def _review() -> rx.Component:
    return rx.el.div(
        _steps(),
        rx.el.h1("Does this look right?", class_name="h-xl wz-h"),
        rx.el.dl(
            _answer("Topic", _path(), _S.links["change"], "Change"),
            _answer("In one line", rx.el.span(_S.title, class_name="md b", dir="auto"), _S.links["details"]),
            rx.cond(
                _S.description,
                _answer(
                    "What happens",
                    rx.el.span(_S.description, class_name="md typed", dir="auto"),
                    _S.links["details"],
                ),
            ),
            _answer("Holds me up", _held_up(), _S.links["details"]),
            rx.cond(_S.files, _answer("Files", _attached(), _S.links["details"])),
            _answer_by("For", _whom(), "for-whom"),
            _answer_by("Also told", _told(), "also-told"),
            class_name="card",
        ),
        rx.cond(
            _S.promise["answer_due"],
            rx.el.div(
                callout(
                    "",
                    "timer",
                    "A person answers by ",
                    time(_S.promise["answer_due"], class_name="b"),
                    ". You get an e-mail with the number, and every answer after that.",
                ),
                class_name="wz-promise",
            ),
        ),
        class_name="wz narrow",
    )


def _answer(term: str, shown: rx.Component, href: Any, words: str = "Edit") -> rx.Component:
    return rx.el.div(
        rx.el.dt(term),
        rx.el.dd(shown, link(words, href=href, class_name="link rev-edit", aria_label=f"{words}: {term}")),
        class_name="rev",
    )


def _answer_by(term: str, shown: rx.Component, dialog_id: str) -> rx.Component:
    return rx.el.div(
        rx.el.dt(term),
        rx.el.dd(
            shown,
            rx.el.button(
                "Change",
                type="button",
                class_name="linkbtn rev-edit",
                data_dialog=dialog_id,
                aria_label=f"Change: {term}",
            ),
        ),
        class_name="rev",
    )


def _held_up() -> rx.Component:
    words = rx.match(
        _S.hold_up, *[(value, f"{words},") for value, words in HOLD_UP_WORDS.items()], "Not said,"
    )
    return rx.el.span(
        rx.el.span(words),
        rx.el.span("filed as", class_name="t2"),
        priority_mark(_S.promise["priority"]),
        class_name="row",
    )


def _attached() -> rx.Component:
    return rx.el.span(
        rx.foreach(
            _S.files,
            lambda file: rx.el.span(
                icon("paperclip", "s"),
                rx.el.span(file["name"], class_name="tr"),
                rx.el.span(file["size"], class_name="t2"),
                class_name="attach",
                key=file["id"],
            ),
        ),
        class_name="row wrap",
    )


def _whom() -> rx.Component:
    return rx.cond(_S.requested_for["id"], person_name(_S.requested_for), person_name(AppState.me))


def _told() -> rx.Component:
    return rx.cond(
        _S.watchers,
        rx.el.span(
            rx.foreach(
                _S.watchers,
                lambda one: rx.el.span(
                    person_name(one),
                    icon_button("x", "Remove", size="sm", on_click=PickerState.unwatch(one["id"])),
                    class_name="row",
                    key=one["id"],
                ),
            ),
            class_name="row wrap",
        ),
        rx.el.span("Nobody else", class_name="t2"),
    )


# ---- foot and dialogs


def _foot() -> rx.Component:
    return rx.el.div(
        link_button(
            rx.el.span("Back", class_name="only-l-inline"),
            href=_S.links["back"],
            size="lg",
            glyph="arrow-left",
        ),
        rx.cond(
            _S.saved_at,
            rx.el.span(
                icon("check", "s"),
                "Draft saved ",
                time(_S.saved_at, "clock"),
                class_name="row t2 xs",
                role="status",
            ),
        ),
        rx.el.span(class_name="sp"),
        text_button("Start over", on_click=WizardState.start_over, class_name="only-l-inline"),
        rx.cond(
            _S.step == "details",
            button(
                "Review",
                icon("arrow-right"),
                kind="pri",
                size="lg",
                submit=True,
                form="details",
                key="mod+Enter",
            ),
            button(
                "Send request",
                kind="pri",
                size="lg",
                key="mod+Enter",
                on_click=WizardState.send,
                busy=_S.sending,
            ),
        ),
        class_name="foot",
    )


def dialogs() -> list[rx.Component]:
    return [
        _picker("for-whom", "For whom is it?", "for", "They get the answers; you follow along."),
        _picker("also-told", "Who else should know?", "watch", "They see the request and get its answers."),
    ]


def _picker(dialog_id: str, title: str, role: str, hint: str) -> rx.Component:
    control = f"{dialog_id}-name"
    return dialog(
        field(
            "Name",
            text_input(
                control,
                placeholder="Start to type a name",
                default_value="",
                on_change=PickerState.look.debounce(250),
            ),
            control_id=control,
            hint=hint,
        ),
        rx.el.div(
            rx.foreach(
                PickerState.results,
                lambda one: rx.el.button(
                    person_name(one),
                    type="button",
                    class_name="person-pick",
                    on_click=PickerState.choose(one["id"], role),
                    data_close="true",
                    key=one["id"],
                ),
            ),
            rx.cond(
                PickerState.asked & ~PickerState.results,
                rx.el.p("Nobody by this name.", class_name="t2", role="status"),
            ),
            class_name="col person-picks",
        ),
        dialog_id=dialog_id,
        title=title,
    )

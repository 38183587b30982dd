"""The timeline: messages, notes, and lines for what was changed and sent."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.components import (
    avatar,
    button,
    css,
    icon,
    icon_button,
    mark,
    server_link,
    tabs,
    text_button,
    time,
)
from helpdesk.ui.tickets.edit_state import EditState
from helpdesk.ui.tickets.place_state import PlaceState
from helpdesk.ui.tickets.state import TicketState
from helpdesk.ui.tickets.timeline import TABS

_S: Any = TicketState


def thread() -> rx.Component:
    return rx.fragment(
        rx.cond(
            _S.earlier,
            rx.el.div(
                button(
                    "Show earlier", glyph="arrow-up", size="sm", kind="gh", on_click=TicketState.show_earlier
                ),
                class_name="tl-more",
            ),
        ),
        rx.el.div(rx.foreach(_S.entries, _entry), class_name="tl", role="feed", aria_label="What happened"),
        rx.cond(_S.entries, rx.fragment(), rx.el.p("Nothing here yet.", class_name="t2 tl-none")),
        rx.cond(
            _S.past,
            rx.el.div(
                button(
                    "Back to the newest",
                    glyph="arrow-down",
                    size="sm",
                    kind="gh",
                    on_click=TicketState.show_newest,
                ),
                class_name="tl-more",
            ),
        ),
    )


def thread_tabs() -> rx.Component:
    href = "/tickets/" + _S.ticket["number"].to(str)
    options: list[Any] = []
    for name, words in TABS.items():
        count = [] if name == "all" else [rx.el.span(_S.counts_of[name], class_name="xs t2 num")]
        kept: Any = PlaceState.place["kept"]
        kept = kept.to(str)
        joined: Any = rx.cond(kept == "", "?", kept + "&")
        target = href + kept if name == "all" else href + joined + f"tab={name}"
        options.append((rx.fragment(words, *count), target, _S.tab == name))
    return tabs("What is shown", *options)


def _entry(entry: Any) -> rx.Component:
    return rx.el.article(
        rx.match(
            entry["kind"],
            ("event", _event(entry)),
            ("note", _note(entry)),
            _message(entry),
        ),
        class_name=rx.cond(entry["kind"] == "event", "ev c", "ev"),
        id="entry-" + entry["key"].to(str),
        tab_index=-1,
        key=entry["key"],
    )


def _message(entry: Any) -> rx.Component:
    return rx.fragment(
        avatar(entry["person"]),
        rx.el.div(
            rx.el.div(
                rx.el.span(entry["person"]["name"], class_name="b tr"),
                rx.el.span(entry["where"], class_name="t2 xs tr"),
                rx.el.span(class_name="sp"),
                time(entry["at"]),
                class_name="hd",
            ),
            _words(entry),
            _files(entry["files"]),
        ),
    )


def _note(entry: Any) -> rx.Component:
    return rx.fragment(
        avatar(entry["person"]),
        rx.el.div(
            rx.el.div(
                rx.el.span(entry["person"]["name"], class_name="b tr"),
                rx.el.span(icon("lock", "s"), "Internal note", class_name="lk"),
                rx.el.span(class_name="sp"),
                time(entry["at"]),
                class_name="hd",
            ),
            _words(entry),
            _files(entry["files"]),
            class_name="notebox",
        ),
    )


def _event(entry: Any) -> rx.Component:
    return rx.fragment(
        rx.el.span(icon(entry["glyph"]), class_name=css("dot", entry["glyph"])),
        rx.el.div(rx.foreach(entry["parts"], _part), " ", time(entry["at"]), class_name="ln", dir="auto"),
    )


def _words(entry: Any) -> rx.Component:
    return rx.el.div(
        rx.el.p(rx.foreach(entry["parts"], _part), class_name="wrap", dir="auto"), class_name="msg"
    )


def _part(one: Any) -> Any:
    return rx.match(
        one["kind"],
        ("", rx.el.span(one["text"])),
        ("b", rx.el.b(one["text"], dir="auto")),
        ("at", rx.el.span(one["text"], class_name="at")),
        ("url", _outside(one["text"])),
        ("arrow", rx.el.span(icon("arrow-right", "s", label="to"), class_name="to-new")),
        ("bad", rx.el.span(icon("circle-alert", "s"), " ", one["text"], class_name="bad b")),
        ("retry", text_button("Retry", on_click=EditState.retry(one["text"]))),
        rx.el.span(mark(one["kind"]), one["text"], class_name=css("mk", one["kind"])),
    )


def _outside(address: Any) -> rx.Component:
    """A link that somebody wrote: it leaves the helpdesk, which it learns nothing of."""
    return rx.el.a(
        address,
        href=address,
        target="_blank",
        rel="noopener noreferrer nofollow",
        reload_document=True,
        class_name="link",
    )


def _files(files: Any) -> rx.Component:
    return rx.cond(
        files,
        rx.el.div(
            rx.foreach(files, lambda one: rx.cond(one["shown"], _picture(one), file_chip(one))),
            class_name="row att",
        ),
    )


def _picture(one: Any) -> rx.Component:
    """A picture in small, which opens in large (`assets/js/lightbox.js`). An `img` never runs what it loads."""
    return rx.el.button(
        rx.el.img(src=one["href"], alt="", loading="lazy", decoding="async"),
        rx.el.span(one["name"], class_name="tr", dir="auto"),
        type="button",
        class_name="pic",
        aria_label="Show " + one["name"].to(str) + ", " + one["size"].to(str),
        title=one["name"],
        data_dialog="lightbox",
        data_lightbox=one["href"],
        data_name=one["name"],
        key=one["id"],
    )


def lightbox() -> rx.Component:
    """A picture in large, with those before and after it."""
    return rx.el.dialog(
        rx.el.header(
            rx.el.h2(class_name="b tr", id="lightbox-name", dir="auto"),
            rx.el.span(class_name="sp"),
            icon_button("chevron-left", "Picture before", data_lightbox_step="-1"),
            icon_button("chevron-right", "Next picture", data_lightbox_step="1"),
            server_link(
                icon("download"),
                href="/",
                id="lightbox-load",
                class_name="btn gh ic",
                aria_label="Download",
                title="Download",
            ),
            icon_button("x", "Close", data_close="true"),
            class_name="dlg-head",
        ),
        rx.el.div(id="lightbox-place", class_name="lightbox-place"),
        id="lightbox",
        class_name="dlg lightbox",
        aria_labelledby="lightbox-name",
    )


def file_chip(one: Any) -> rx.Component:
    """A file, to load from the server."""
    return server_link(
        icon(one["glyph"]),
        rx.el.span(one["name"], class_name="tr", dir="auto"),
        rx.el.span(one["size"], class_name="t2 num"),
        href=one["href"],
        target="_blank",
        class_name="attach",
        key=one["id"],
    )

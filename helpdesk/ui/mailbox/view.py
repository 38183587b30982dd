"""What the mailbox page shows: the list, and beside it the mail. Its HTML stands in a frame without any right."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.components import (
    css,
    empty_state,
    icon,
    link_button,
    loading,
    pager,
    pill,
    problem,
    server_link,
    skeleton_rows,
    time,
)
from helpdesk.ui.components._types import Row
from helpdesk.ui.layout import nothing_here
from helpdesk.ui.mailbox.state import PATH, MailboxState


def body() -> rx.Component:
    return rx.fragment(
        rx.cond(
            MailboxState.missing,
            nothing_here(),
            _mailbox(),
        )
    )


def _mailbox() -> rx.Component:
    return rx.fragment(
        rx.el.header(
            rx.el.h1("Mailbox", class_name="h-lg"),
            rx.el.span("what this development system mailed; nothing of it left the machine", class_name="t2 only-l"),
            rx.el.span(class_name="sp"),
            rx.cond(MailboxState.waiting > 0, _pill()),
            class_name="ph",
        ),
        rx.el.div(
            rx.el.section(
                rx.el.div(
                    loading(
                        MailboxState.ready,
                        skeleton_rows(8, "60%", "80%", class_name="mrow"),
                        _list(),
                    ),
                    class_name="scroll",
                ),
                rx.cond(
                    (MailboxState.steps["newer"] != "") | (MailboxState.steps["older"] != ""),
                    pager(newer=MailboxState.steps["newer"], older=MailboxState.steps["older"], words=""),
                ),
                class_name="mlist",
                aria_label="Mails",
            ),
            rx.el.article(
                rx.cond(MailboxState.mail["id"] != "", _mail(), _none_open()),
                class_name="mail scroll",
                aria_label="The open mail",
                tab_index=0,
            ),
            class_name=rx.cond(MailboxState.mail["id"] != "", "mbox open", "mbox"),
        ),
    )  # fmt: skip


def _pill() -> rx.Component:
    words = rx.cond(MailboxState.waiting == 1, "1 new mail", rx.fragment(MailboxState.waiting, " new mails"))
    return pill(words, on_click=MailboxState.show_new)


def _list() -> rx.Component:
    return rx.fragment(
        rx.cond(
            MailboxState.problem != "",
            rx.el.div(problem("The mailbox can't be read", MailboxState.problem), class_name="pad"),
            rx.cond(
                MailboxState.rows,
                rx.el.ul(rx.foreach(MailboxState.rows, _row), data_list="true"),
                empty_state(
                    "mail",
                    "No mail yet",
                    "File a request or answer one: what is mailed lands here within seconds.",
                ),
            ),
        )
    )


def _row(row: Row) -> rx.Component:
    return rx.el.li(
        rx.el.a(
            rx.el.span(row["subject"], class_name="b tr"),
            time(row["at"], "short", class_name="t2 xs"),
            rx.el.span(row["to"], class_name="t2 xs tr"),
            href=row["href"],
            class_name=css("mrow", rx.cond(MailboxState.mail["id"] == row["id"], "sel", "")),
            aria_current=rx.cond(MailboxState.mail["id"] == row["id"], "true", "false"),
            data_row_open="true",
        ),
        data_row="true",
        key=row["id"],
    )


def _none_open() -> rx.Component:
    return empty_state("mail", "No mail is open", "Choose one from the list.")


def _mail() -> rx.Component:
    mail = MailboxState.mail
    return rx.el.div(
        rx.el.div(
            link_button("All mails", href=PATH, glyph="arrow-left", size="sm", kind="gh"),
            class_name="only-s",
        ),
        rx.el.h2(mail["subject"], class_name="h-lg wrap"),
        rx.el.p("To ", mail["to"], " · ", time(mail["at"], "full"), class_name="t2"),
        rx.el.h3("HTML", class_name="h-sec"),
        # srcdoc in a frame with an empty sandbox: no scripts, no forms, no way out
        rx.el.iframe(
            src_doc=mail["html"],
            title="The mail as HTML",
            class_name="frame",
            custom_attrs={"sandbox": ""},
            key=mail["id"],
        ),
        rx.el.h3("Text", class_name="h-sec"),
        rx.el.pre(mail["text"], class_name="mtext wrap", tab_index=0),
        rx.cond(
            mail["links"],
            rx.el.div(
                rx.el.h3("Links in it", class_name="h-sec"),
                rx.el.ul(
                    rx.foreach(
                        mail["links"],
                        lambda href: rx.el.li(
                            icon("link", "s"),
                            server_link(
                                href, href=href, target="_blank", rel="noopener noreferrer", class_name="link wrap"
                            ),
                            class_name="row",
                        ),
                    )
                ),
                class_name="col gap",
            ),
        ),
        rx.el.details(
            rx.el.summary("Headers"),
            rx.el.dl(
                rx.foreach(
                    mail["headers"],
                    lambda pair: rx.el.div(rx.el.dt(pair[0]), rx.el.dd(pair[1], class_name="wrap")),
                ),
                class_name="heads",
            ),
            class_name="as-table",
        ),
        class_name="mail-in",
    )  # fmt: skip

"""The others on this ticket, in its bar; and the buttons by which the page tells of its own person."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.domain.enums import Doing
from helpdesk.ui.components import avatar
from helpdesk.ui.tickets.composer_state import ComposerState
from helpdesk.ui.tickets.presence_state import PresenceState

_C: Any = ComposerState
_O: Any = PresenceState.others


def others() -> rx.Component:
    """Faces and one sentence, "Jonas is typing a note…"; nothing where nobody else is there."""
    return rx.cond(
        (_O["of"] == _C.ticket["id"]) & (_O["words"] != ""),
        rx.el.div(
            rx.el.span(
                rx.foreach(
                    _O["faces"], lambda one: rx.el.span(avatar(one), class_name="face", key=one["id"])
                ),
                class_name="faces",
            ),
            rx.el.span(_O["words"], class_name="here-words"),
            class_name=rx.cond(_O["typing"], "here typing", "here"),
            title=_O["words"],
        ),
    )


def beacon() -> rx.Component:
    """What `assets/js/presence.js` presses, in the name of whoever looks at the page."""
    return rx.el.div(
        *[
            rx.el.button(
                type="button",
                hidden=True,
                tab_index=-1,
                aria_hidden="true",
                data_doing=str(doing),
                on_click=PresenceState.beat(_C.ticket["id"], str(doing)),
            )
            for doing in Doing
        ],
        hidden=True,
        data_presence=_C.ticket["id"].to(str),
        data_mode=_C.mode,
    )

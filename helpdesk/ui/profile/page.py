"""`/profile`: likes, messages, password, sessions and personal tokens, for everybody."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.layout import shell
from helpdesk.ui.pages import page
from helpdesk.ui.profile import tokens_view, view
from helpdesk.ui.profile.account import SessionState
from helpdesk.ui.profile.state import ProfileState
from helpdesk.ui.profile.token_state import TokenState


@page("/profile", title="Profile", on_load=[ProfileState.load, SessionState.look, TokenState.look])
def own_profile() -> rx.Component:
    return shell(view.body(), active="profile", after=tokens_view.dialogs())

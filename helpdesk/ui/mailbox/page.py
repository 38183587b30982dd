"""`/mailbox`: what was mailed, in development."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.layout import shell
from helpdesk.ui.mailbox import view
from helpdesk.ui.mailbox.state import MailboxState
from helpdesk.ui.pages import page


@page("/mailbox", title="Mailbox", on_load=[MailboxState.load])
def mailbox() -> rx.Component:
    return shell(view.body())

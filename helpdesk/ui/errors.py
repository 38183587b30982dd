"""What an unexpected error becomes: a line in the log with a code, and that code for the person. Never its text."""

# Annotations stay objects here: the framework evaluates them in a namespace of its own.
import logging
import secrets
from typing import cast

import reflex as rx

from helpdesk.ui.app_state import AppState

log = logging.getLogger(__name__)


def on_backend_error(exception: Exception) -> rx.event.EventSpec:
    """A handler raised something that no service raises on purpose."""
    reference = secrets.token_hex(3).upper()
    log.error("handler failed, code %s", reference, exc_info=exception)
    return cast("rx.event.EventSpec", AppState.crashed(reference))


def on_frontend_error(exception: Exception) -> None:
    """A page crashed in somebody's browser; what it says comes from there, hence one line and not more."""
    log.warning("a page crashed: %s", str(exception)[:500])

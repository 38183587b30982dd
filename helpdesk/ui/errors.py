"""What an unexpected error becomes: a line in the log with a code, and that code for the person. Never its text."""

from __future__ import annotations

import logging
import secrets

import reflex as rx

from helpdesk.ui.app_state import AppState

log = logging.getLogger(__name__)


def on_backend_error(error: Exception) -> rx.event.EventSpec:
    """A handler raised something that no service raises on purpose."""
    reference = secrets.token_hex(3).upper()
    log.error("handler failed, code %s", reference, exc_info=error)
    return AppState.crashed(reference)


def on_frontend_error(error: Exception) -> None:
    """A page crashed in somebody's browser; what it says comes from there, hence one line and not more."""
    log.warning("a page crashed: %s", str(error)[:500])

"""Every page can be made: what only the build would notice is noticed in a second."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.layout import not_found
from helpdesk.ui.pages import discover


def test_every_page_can_be_made() -> None:
    found = discover()
    assert len(found) > 10
    for spec in found:
        assert isinstance(spec.view(), rx.Component), spec.route
    assert isinstance(not_found(), rx.Component)

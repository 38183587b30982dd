"""Every page can be made: what only the build would notice is noticed in a second."""

from __future__ import annotations

import pytest
import reflex as rx
from reflex_base.utils import console

from helpdesk.ui.layout import not_found
from helpdesk.ui.pages import discover


def test_every_page_can_be_made() -> None:
    found = discover()
    assert len(found) > 10
    for spec in found:
        assert isinstance(spec.view(), rx.Component), spec.route
    assert isinstance(not_found(), rx.Component)


def test_nothing_is_used_that_the_framework_will_drop(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(console, "deprecate", lambda **named: told.append(named["feature_name"]))
    for spec in discover():
        spec.view()
    assert told == []

"""In which zone a time from a form is meant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from helpdesk.ui.zones import moment


@pytest.mark.parametrize(
    ("value", "zones", "expected"),
    [
        ("2026-11-24T10:00", ("Asia/Tokyo", "Europe/Berlin"), datetime(2026, 11, 24, 1, tzinfo=UTC)),
        ("2026-11-24T10:00", (None, "", "Europe/Berlin"), datetime(2026, 11, 24, 9, tzinfo=UTC)),
        ("2026-07-01", ("Europe/Berlin",), datetime(2026, 6, 30, 22, tzinfo=UTC)),
        ("2026-11-24T10:00", ("../../etc/passwd", "Nowhere/At", "x" * 99), datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("tomorrow", ("Europe/Berlin",), None),
        ("", ("Europe/Berlin",), None),
        (None, (), None),
    ],
)  # fmt: skip
def test_the_first_zone_that_there_is(value: Any, zones: tuple[Any, ...], expected: datetime | None) -> None:
    assert moment(value, *zones) == expected

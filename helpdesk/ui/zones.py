"""The zone in which somebody reads and writes times: the one of their profile, else their browser's.

Only the browser knows the latter. `zone_field` lets a form carry it, `zone_teller` tells a State once it is needed.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import reflex as rx

from helpdesk.ui.components._types import Handler

FIELD = "zone"


def zone_field() -> rx.Component:
    """In a form with times: `assets/js/ui.js` writes the zone into it when the form is sent."""
    return rx.el.input(type="hidden", name=FIELD, data_zone_field="true")


def zone_teller(on_zone: Handler) -> rx.Component:
    """Tells the zone to a handler as soon as it is on the page, which must be after the page has its State."""
    return rx.el.input(
        type="text",
        class_name="sr",
        tab_index=-1,
        aria_hidden="true",
        data_zone_tell="true",
        default_value="",
        on_change=on_zone,
    )


def moment(value: object, *zones: object) -> datetime | None:
    """A date or time field's value in the first of these zones that there is, else in UTC; None for none.

    A date is the beginning of that day. What makes no sense as a time is None; the service checks the rest.
    """
    zone = next((known for one in zones if (known := named(one)) is not None), UTC)
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=zone) if value else None
    except ValueError:
        return None


def named(zone: object) -> tzinfo | None:
    """The zone of a name from outside, if there is one."""
    try:
        return ZoneInfo(zone) if isinstance(zone, str) and 0 < len(zone) <= 64 else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None

"""Which open lists hear of a change: the rule of the staff's scope, as topics of live updates.

That something happened, and when, is itself something to know: a restricted group's tickets stir the pages of those
alone who see them as staff (product rules §1).
"""

from __future__ import annotations

from collections.abc import Iterable

from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Role

QUEUE, COUNTS = "queue", "counts"
"""Any change; and one of what the queue and home count, which a mere message is not."""


def touched(group_id: int, restricted: bool) -> frozenset[str]:
    """The topics that a change of this group's ticket touches."""
    return frozenset({f"{QUEUE}:{group_id}", f"{QUEUE}_restricted"}) if restricted else frozenset({QUEUE})


def counts_of(topics: Iterable[str]) -> list[str]:
    """The topics of what is counted, beside those of `touched`, in order."""
    return sorted(COUNTS + topic.removeprefix(QUEUE) for topic in topics)


def followed(actor: Actor, what: str = QUEUE) -> tuple[str, ...]:
    """The topics of all tickets in the actor's scope as staff; none for a client.

    Args:
        what: `QUEUE` or `COUNTS`.
    """
    if actor.role is Role.ADMIN:
        return (what, f"{what}_restricted")
    if not actor.is_staff:
        return ()
    return (what, *(f"{what}:{group_id}" for group_id in sorted(actor.group_ids)))

"""How a ticket gets its priority (product rules §3)."""

from __future__ import annotations

from helpdesk.domain.enums import Priority

# impact × urgency, both 1 (most) to 3 (least), as in ITIL's matrix
_MATRIX: dict[tuple[int, int], Priority] = {
    (1, 1): Priority.CRITICAL,
    (1, 2): Priority.HIGH,
    (1, 3): Priority.MEDIUM,
    (2, 1): Priority.HIGH,
    (2, 2): Priority.MEDIUM,
    (2, 3): Priority.LOW,
    (3, 1): Priority.MEDIUM,
    (3, 2): Priority.LOW,
    (3, 3): Priority.LOW,
}


def derive(
    explicit: Priority | None, impact: int | None, urgency: int | None, node_default: Priority | None
) -> Priority:
    """An explicit one, else the matrix of impact and urgency (1 most, 3 least), else the node's, else Medium."""
    if explicit is not None:
        return explicit
    if impact is not None and urgency is not None:
        return _MATRIX[impact, urgency]
    return node_default or Priority.MEDIUM

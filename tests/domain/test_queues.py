"""Live topics of queues say what the staff's scope says."""

from __future__ import annotations

import pytest

from helpdesk.domain.access import Actor, in_staff_scope
from helpdesk.domain.enums import SELECTABLE_ROLES, Role
from helpdesk.domain.queues import COUNTS, counts_of, followed, touched


@pytest.mark.parametrize("role", sorted(SELECTABLE_ROLES))
@pytest.mark.parametrize("member_of", [frozenset[int](), frozenset({1}), frozenset({1, 2})], ids=str)
@pytest.mark.parametrize("group_id", [1, 2])
@pytest.mark.parametrize("restricted", [True, False], ids=["restricted", "open"])
def test_who_hears_of_a_ticket_sees_it_as_staff(
    role: Role, member_of: frozenset[int], group_id: int, restricted: bool
) -> None:
    actor = Actor(7, role, member_of)
    topics = touched(group_id, restricted)
    seen = in_staff_scope(actor, group_id, restricted)
    assert (not topics.isdisjoint(followed(actor))) == seen
    assert (not set(counts_of(topics)).isdisjoint(followed(actor, COUNTS))) == seen
    assert topics.isdisjoint(followed(actor, COUNTS))

"""Drafts: what was typed comes back, to its writer alone."""

from __future__ import annotations

import pytest

from helpdesk.core.errors import Invalid, TooLarge
from helpdesk.services import drafts
from tests.factories import World

BODY = {"title": "  Härtefall 🦆\n", "group_id": 7, "files": [1, 2], "more": {"note": True, "none": None}}


def test_a_draft_comes_back_as_typed_and_to_nobody_else(world: World) -> None:
    drafts.save(world.actor("client"), "wizard", {"title": "old"})
    drafts.save(world.actor("client"), "wizard", BODY)
    assert drafts.load(world.actor("client"), "wizard").body == BODY
    assert drafts.load(world.actor("admin"), "wizard").body == {}
    assert [one.place for one in drafts.list_drafts(world.actor("client"))] == ["wizard"]
    drafts.discard(world.actor("admin"), "wizard")
    assert drafts.load(world.actor("client"), "wizard").body == BODY
    drafts.discard(world.actor("client"), "wizard")
    drafts.discard(world.actor("client"), "wizard")
    assert drafts.load(world.actor("client"), "wizard").updated_at is None


@pytest.mark.parametrize("place", ["", "../x", "Wizard", "ticket:", "ticket:1:2:3", "x" * 61, None, 7, "a\n"])
def test_places_have_a_shape(world: World, place: object) -> None:
    for refused in (drafts.load, drafts.discard, lambda a, p: drafts.save(a, p, {})):
        with pytest.raises(Invalid):
            refused(world.actor("client"), place)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {"a": "nul\x00"},
        {"a": "\ud800"},
        {"a": 1.5},
        {"a": 2**63},
        {"a b": 1},
        {1: 1},
        {"a": object()},
        {"a": [[[[[[[[[[1]]]]]]]]]]},
    ],
)
def test_bodies_hold_what_can_be_kept(world: World, body: object) -> None:
    with pytest.raises(Invalid):
        drafts.save(world.actor("client"), "wizard", body)


def test_a_draft_has_a_length(world: World) -> None:
    with pytest.raises(TooLarge):
        drafts.save(world.actor("client"), "wizard", {"a": "x" * 120_000})

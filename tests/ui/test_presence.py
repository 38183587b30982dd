"""Who else is on a ticket, from tab to tab; and that nothing of it reaches the requester's socket."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.ui.tickets.presence_state import PresenceState
from tests.factories import World
from tests.ui.conftest import Opener
from tests.ui.doing import run
from tests.ui.protocol import Tab
from tests.ui.test_ticket_page import filed, opened

pytestmark = pytest.mark.asyncio(loop_scope="session")


def words(tab: Tab) -> Any:
    return (tab.var(PresenceState, "others") or {}).get("words")


async def test_agents_see_each_other_and_the_requester_sees_nobody(open_tab: Opener, people: World) -> None:
    made = await run(filed, people)
    ada, by_ada = await opened(open_tab, people.agent, made)
    clara, by_clara = await opened(open_tab, people.client, made)
    ben, by_ben = await opened(open_tab, people.agent2, made)
    await by_ada(PresenceState, "beat", ticket_id=made.ticket.id, doing="looking")
    await by_ben(PresenceState, "beat", ticket_id=made.ticket.id, doing="noting")
    # Ada's page is told, without asking
    await ada.until(lambda: words(ada) == "Ben is typing a note…", timeout=15)
    await by_ben(PresenceState, "beat", ticket_id=made.ticket.id, doing="looking")
    await ada.until(lambda: words(ada) == "Ben is here", timeout=15)
    assert words(ben) == "Ada is here"
    await by_clara(PresenceState, "beat", ticket_id=made.ticket.id, doing="replying")
    await ada.until(lambda: words(ada) == "Clara is typing a reply…", timeout=15)
    await by_clara(PresenceState, "refresh")
    received = "".join(clara.raw)
    assert "presence_state.refresh" not in received
    assert "Ben" not in received
    assert (clara.var(PresenceState, "others") or {}).get("of") in (made.ticket.id, 0)
    assert words(clara) == ""


@pytest.mark.parametrize(
    ("key", "doing"), [(0, "looking"), ("x", "looking"), (None, ""), ([], {}), (2**70, "noting")]
)
async def test_made_up_beats_do_no_harm(open_tab: Opener, people: World, key: Any, doing: Any) -> None:
    made = await run(filed, people)
    tab, call = await opened(open_tab, people.agent, made)
    await call(PresenceState, "beat", ticket_id=key, doing=doing)
    await call(PresenceState, "refresh")
    assert words(tab) in (None, "")
    assert "went wrong" not in "".join(tab.raw)

"""The composer begins each ticket with a reply: that a note was written elsewhere is no choice for this one."""

from __future__ import annotations

import pytest

from helpdesk.ui.tickets.composer_state import ComposerState
from tests.factories import World
from tests.ui.conftest import Opener
from tests.ui.doing import go, run
from tests.ui.test_ticket_page import filed, now, opened

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_mode_of_one_ticket_is_not_the_next_ones(open_tab: Opener, people: World) -> None:
    one, other = await run(filed, people), await run(filed, people)
    tab, call = await opened(open_tab, people.agent, one)
    await call(ComposerState, "open")
    await call(ComposerState, "set_mode", mode="note")
    assert tab.var(ComposerState, "mode") == "note"
    await go(tab, f"/tickets/{other.ticket.ticket_no}")
    await call(ComposerState, "open")
    assert tab.var(ComposerState, "mode") == "reply"
    # the form of a note that was still on the way writes nothing here: neither a note nor a reply
    await call(ComposerState, "send_note", form={"message": "Between us"})
    for made in (one, other):
        assert (await run(now, people, made)).comments == ()

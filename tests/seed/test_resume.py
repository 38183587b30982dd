"""A start that is killed while it makes the demo company goes on where it stopped."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select

from helpdesk.core.db import transaction
from helpdesk.models.ticket import ticket_comments, tickets
from helpdesk.seed import demo
from helpdesk.seed.play import Stage
from helpdesk.seed.plot import Act
from helpdesk.services import integrity

FEW = 12


@pytest.mark.parametrize("acts", [3, 40])
def test_an_attempt_that_broke_off_is_continued(
    db: Connection, monkeypatch: pytest.MonkeyPatch, acts: int
) -> None:
    done: list[str] = []
    original = Stage._do

    def breaks_off(self: Stage, ticket: int, act: Act) -> None:
        if len(done) == acts:
            raise KeyboardInterrupt
        done.append(act.verb)
        original(self, ticket, act)

    with monkeypatch.context() as patch:
        patch.setattr(Stage, "_do", breaks_off)
        with pytest.raises(KeyboardInterrupt):
            demo.ensure_demo(FEW)
    assert demo.ensure_demo(FEW) is True
    assert [finding for finding in integrity.check() if not finding.ok] == []
    c = ticket_comments.c
    with transaction() as s:
        assert len(s.scalars(select(tickets.c.id)).all()) == FEW
        comments = s.execute(select(c.ticket_id, c.message)).all()
    assert len(comments) == len(set(comments)), "nothing is said twice"

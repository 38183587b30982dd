"""A secret in a note, its file, its tag: no answer to a requester has it, and none changes because of it.

Everything that can be asked by GET is asked by everybody on a requester's side, before and after staff did all that
the product rules keep from them, at the same moment of a moved clock: status, headers and body have to be equal, byte
for byte. What staff read of it (the control) shows that each channel could have told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from helpdesk.core import clock, config
from helpdesk.core import db as core_db
from helpdesk.integrations.mailbox import start_mailbox
from helpdesk.services import limits, saved_views, tickets
from tests.client import Api
from tests.conftest import database_url_kept, undone
from tests.factories import make_ticket
from tests.strangers import reads
from tests.strangers.behind import SECRET, TAG, Traces, act_in_secret, deliver, let_timers_run
from tests.strangers.matrix.company import UNKNOWN, Company, make_company, settle

# who of the helpdesk acts behind whose back: in each ticket's own group
_STAFF = {"open": ("helper", "agent"), "restricted": ("hr_helper", "hr_agent")}
_BOTH = ("open", "restricted")
REQUESTERS = {
    "owner": _BOTH,
    "beneficiary": _BOTH,
    "watcher": _BOTH,
    "stranger": _BOTH,
    # of another group's staff, and on the requester's side of the restricted group's ticket
    "watching_agent": ("restricted",),
    "manager": ("restricted",),
}
_QUEUE = "/api/v1/admin/tickets"
# what an agent of the group reads: the secret itself …
TELLS = {
    "/api/v1/tickets/{restricted}",
    "/api/v1/tickets/{restricted by number}",
    "/api/v1/attachments/{secret file}",
    "/api/v1/mailbox",
    f"/api/v1/admin/tags?q={SECRET[:5]}",
    *(f"{_QUEUE}?{query}" for query in (f"q={SECRET[:2]}", f"q={SECRET}", f"tag={SECRET}", "sort=ticket_no")),
}
# … and what betrays that something happened: counts, order, times, who is there
CHANGES = {
    "/api/v1/tickets/{restricted}/presence",
    "/api/v1/notifications",
    "/api/v1/notifications/unread",
    f"{_QUEUE}?sort=-updated_at&page_size=1",
    f"{_QUEUE}?sort=-updated_at&page_size=1 page 2",
    f"{_QUEUE}/{{open}}/neighbours?tag={SECRET}",
}
Seen = dict[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Scene:
    company: Company
    db: Connection
    http: TestClient

    def reader(self, name: str) -> reads.Reader:
        c = self.company
        ids = c.ids | {person: one.id for person, one in c.people.items()}
        ids |= {
            "secret file": UNKNOWN,
            "secret view": UNKNOWN,
            "day": f"{clock.now() - timedelta(days=1):%Y-%m-%dT00:00:00Z}",
        }
        ids["draft of the note"] = f"ticket:{c.ids['restricted']}:note"
        return reads.Reader(self.http, c.headers[name], ids, clock.now() + timedelta(minutes=5))

    def seen_around(self, name: str, *behind: str) -> tuple[Seen, Seen, tuple[str, ...]]:
        """All that a person reads before and after staff acted on these tickets, and what must not be in it."""
        with undone(self.db):
            deliver()
            reader = self.reader(name)
            before = reader.see()
            traces = [self._act(one) for one in behind]
            if behind == _BOTH:  # timers reach every ticket
                let_timers_run(self.company.actor(_STAFF["open"][0]), self.company.ids["open"])
            deliver()
            known = {"secret file": traces[-1].files[0], "secret view": traces[-1].view}
            after = replace(reader, ids={**reader.ids, **known}).see()
        return before, after, tuple(word for one in traces for word in one.words)

    def _act(self, name: str) -> Traces:
        by, colleague = (self.company.actor(one) for one in _STAFF[name])
        return act_in_secret(by, colleague, self.company.id("person"), self.company.ids[name])


@pytest.fixture(scope="module")
def scene(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One company for all; what staff do is taken back."""
    patch = pytest.MonkeyPatch()
    with database_url_kept(shared_database), core_db.engine().connect() as connection:
        patch.setenv("HELPDESK_DATA", str(tmp_path_factory.mktemp("canary")))
        patch.setattr(limits, "denial_worth_recording", lambda _: False)
        config.reset_settings()
        outer = connection.begin()
        with core_db.bound_to(connection), Api().client() as http:
            company = make_company(config.get_settings().mailbox_folder)
            running = start_mailbox("127.0.0.1", 0, config.get_settings().mailbox_folder)
            patch.setenv("HELPDESK_SMTP_URL", f"smtp://127.0.0.1:{running.port}")
            config.reset_settings()
            _go_on(company)
            settle(company, connection)
            yield Scene(company, connection, http)
            running.stop()
        outer.rollback()
    patch.undo()
    config.reset_settings()


def _go_on(c: Company) -> None:
    """What makes order, counts and numbers worth comparing: a second ticket of each group behind the first one, a
    manager on the requester's side, and views whose counts would move.
    """
    tickets.set_watchers(
        c.actor("hr_helper"),
        c.ids["restricted"],
        [c.id(one) for one in ("owner", "watcher", "watching_agent", "manager")],
    )
    for branch in (c.it, c.hr):
        later = make_ticket(c.actor("owner"), branch, "Another openword", requested_for=c.id("beneficiary"))
        assert later.ticket.id > c.ids["restricted"]
    for name in ("watching_agent", "manager"):
        for filters in ({"tag": [TAG]}, {"q": SECRET[:6]}):
            saved_views.create_view(c.actor(name), {"name": f"View {filters}"[:20], "filters": filters})


def _differences(before: Seen, after: Seen) -> list[str]:
    names = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    return [f"{name}: {before.get(name)} / {after.get(name)}"[:1500] for name in sorted(names)]


def _telling(seen: Seen, words: tuple[str, ...]) -> list[str]:
    """The questions whose answers have one of the words, in a header or in the body."""
    return [name for name, answer in seen.items() if any(word in str(answer) for word in words)]


def test_every_question_has_its_values() -> None:
    """A GET operation with a parameter that nobody decided on is not crawled, so it fails here."""
    questions = {path: list(reads.addresses(path, one)) for path, one in reads.operations().items()}
    assert questions
    assert [path for path, found in questions.items() if not found] == []


@pytest.mark.parametrize("name", REQUESTERS)
def test_nothing_that_is_read_on_a_requesters_side_changes(scene: Scene, valkey: str, name: str) -> None:
    before, after, words = scene.seen_around(name, *REQUESTERS[name])
    assert [address for address, answer in after.items() if answer[0] in {422, 500}] == [], "asks nothing"
    assert _differences(before, after) == []
    assert _telling(after, words) == []


def test_staff_read_it_so_that_each_channel_could_have_told(scene: Scene, valkey: str) -> None:
    """The same crawl as an agent of the group: were nothing written or nothing asked, this would fail."""
    before, after, words = scene.seen_around("hr_agent", "restricted")
    assert sorted(TELLS - set(_telling(after, words))) == []
    changed = {address for address, answer in after.items() if before.get(address) != answer}
    assert sorted((TELLS | CHANGES) - changed) == []

"""Objects and their rows: what a killed process left is removed after a day, what is missing is told."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpdesk.core.clock import moved
from helpdesk.core.config import Settings
from helpdesk.core.errors import Unavailable
from helpdesk.core.ids import random_key
from helpdesk.integrations.storage import Storage, get_storage
from helpdesk.services import attachments, integrity, tickets
from tests.factories import World, make_ticket


@pytest.fixture
def storage(tmp_path: Path, settings: Callable[..., Settings]) -> Iterator[Storage]:
    settings(data=tmp_path)
    get_storage.cache_clear()
    yield get_storage()
    get_storage.cache_clear()


def _upload(world: World) -> int:
    return attachments.store_upload(world.actor("client"), "note.txt", io.BytesIO(b"seen")).id


def _every_hour_of_a_day(begin: datetime) -> int:
    removed = 0
    for hour in range(24):
        with moved(begin + timedelta(hours=hour)):
            removed += attachments.sweep_objects()
    return removed


def test_an_object_without_a_row_goes_after_a_day_and_no_other(world: World, storage: Storage) -> None:
    make_ticket(world.client, world.it, upload_ids=(_upload(world),))
    _upload(world)
    orphans = [random_key() for _ in range(5)]
    for key in orphans:
        storage.put(key, io.BytesIO(b"left"), 10)
    now = datetime.now(UTC)
    assert _every_hour_of_a_day(now - timedelta(hours=1)) == 0
    assert _every_hour_of_a_day(now + timedelta(hours=25)) == len(orphans)
    left = [key for number in range(256) for key in storage.keys(f"{number:02x}", now + timedelta(days=1))]
    assert len(left) == 2
    assert not {*left} & {*orphans}


def test_a_file_without_an_object_is_told(world: World, storage: Storage) -> None:
    filed = make_ticket(world.client, world.it, upload_ids=(_upload(world),))
    assert {one.name for one in integrity.check() if not one.ok} == set()
    later = datetime.now(UTC) + timedelta(days=1)
    [key] = [key for number in range(256) for key in storage.keys(f"{number:02x}", later)]
    storage.delete(key)
    [found] = [one for one in integrity.check() if not one.ok]
    assert (found.name, found.detail) == ("files", f"file {filed.attachments[0].id} has no object")


def test_without_storage_an_upload_leaves_neither_row_nor_object(
    world: World, storage: Storage, tmp_path: Path
) -> None:
    (tmp_path / "files").write_text("no folder")
    with pytest.raises(Unavailable):
        _upload(world)
    assert attachments.waiting_uploads(world.actor("client")) == []
    (tmp_path / "files").unlink()
    upload = _upload(world)
    detail = make_ticket(world.client, world.it, upload_ids=(upload,))
    assert [one.id for one in tickets.get(world.actor("client"), detail.ticket.id).attachments] == [upload]

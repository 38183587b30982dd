"""What runs when, and the settings that keep a lost or repeated message harmless."""

from __future__ import annotations

import logging

import pytest
from celery import Celery

from helpdesk.core.errors import Unavailable
from helpdesk.integrations import wake
from helpdesk.services import notifications


@pytest.fixture
def celery(valkey: str) -> Celery:
    from helpdesk.worker.app import celery

    celery.loader.import_default_modules()
    return celery


def _own(celery: Celery) -> set[str]:
    return {name for name in celery.tasks if not name.startswith("celery.")}


def test_every_periodic_task_exists_and_expires(celery: Celery) -> None:
    schedule = celery.conf.beat_schedule
    assert {entry["task"] for entry in schedule.values()} | {"helpdesk.ping"} == _own(celery)
    for entry in schedule.values():
        assert 0 < entry["schedule"] <= 3600
        assert entry["options"]["expires"] >= entry["schedule"]
    assert schedule["deliver"]["schedule"] == 5
    assert schedule["sla-steps"]["schedule"] <= 15


def test_wake_ups_go_where_the_worker_listens(celery: Celery) -> None:
    assert celery.conf.task_default_queue == wake.QUEUE
    assert wake.DELIVER in _own(celery)


def test_the_transport_is_the_one_that_survives_outages(celery: Celery) -> None:
    from helpdesk.worker.transport import Transport

    assert isinstance(celery.connection().transport, Transport)


def test_only_json_is_unpacked(celery: Celery) -> None:
    assert celery.conf.accept_content == ["json"]
    assert celery.conf.task_serializer == "json"


def test_limits_fit_each_other(celery: Celery) -> None:
    conf = celery.conf
    assert (
        conf.task_soft_time_limit < conf.task_time_limit < conf.broker_transport_options["visibility_timeout"]
    )
    assert conf.task_acks_late
    assert conf.worker_prefetch_multiplier == 1
    # a sweep that kills its process would otherwise be delivered again many times a second
    assert not conf.task_reject_on_worker_lost


def test_an_absent_database_is_one_line_and_no_stack_trace(
    celery: Celery, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from helpdesk.worker.tasks import Sweep

    def away() -> None:
        raise Unavailable("The database does not answer just now.")

    assert all(isinstance(celery.tasks[name], Sweep) for name in _own(celery))
    monkeypatch.setattr(notifications, "deliver_due", away)
    assert celery.tasks["helpdesk.deliver"].apply().state == "SUCCESS"
    [told] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert "put off: The database does not answer" in told.getMessage()
    assert told.exc_info is None


def test_tasks_act_for_nobody_and_carry_nothing(celery: Celery) -> None:
    takes = {name: list(celery.tasks[name].run.__code__.co_varnames) for name in _own(celery)}
    assert takes.pop("helpdesk.ping") == ["token"]
    assert all(arguments == [] for arguments in takes.values())

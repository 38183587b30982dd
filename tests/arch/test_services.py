"""Authority is an argument: every public service takes the actor first."""

from __future__ import annotations

import inspect
from collections.abc import Callable

from tests.verbs import services

# A name here needs a reason: why nobody's right decides.
WITHOUT_ACTOR = {
    "attachments.sweep_objects": "a timer; deletes objects without a row",
    "attachments.sweep_uploads": "a timer; deletes what nobody sent",
    "health.live": "asked by load balancers: says only that the process runs",
    "health.ready": "asked by load balancers: names parts, no data",
    "housekeeping.forget_old": "a timer; removes what is past its time",
    "housekeeping.heartbeat": "a timer's sign of life",
    "housekeeping.pong": "the worker's answer to a ping",
    "idempotency.first_answer": "inside the caller's transaction, behind the caller's right",
    "idempotency.forget_old": "inside the caller's transaction, behind the caller's right",
    "idempotency.keep": "inside the caller's transaction, behind the caller's right",
    "integrity.check": "recomputes and compares; run by `helpdesk check`",
    "jobs.forget_old": "a timer; removes what is past its time",
    "jobs.run_due": "the worker's; acts as each job's owner, whose right it asks again",
    "limits.network_of": "computes",
    "limits.sign_in": "there is no actor before the sign-in",
    "limits.sign_in_address": "there is no actor before the sign-in",
    "live.changed_since": "hints for the web processes: names of topics, shown to nobody",
    "live.hints": "hints for the web processes: names of topics, shown to nobody",
    "notifications.deliver_due": "the worker's own; each mail is built with its recipient's right",
    "sessions.actor_of_access_token": "makes the actor",
    "sessions.actor_of_cookie": "makes the actor",
    "sessions.actors_of_cookies": "makes the actors",
    "sessions.login": "there is no actor before the sign-in",
    "sessions.logout": "the refresh token is the authority",
    "sessions.refresh": "the refresh token is the authority",
    "sessions.sign_in": "there is no actor before the sign-in",
    "tokens.actor_of_token": "makes the actor",
    "sla.sweep_auto_close": "a timer; acts as the system user",
    "sla.sweep_holds": "a timer; acts as the system user",
    "sla.sweep_steps": "a timer; acts as the system user",
    "sla.verify": "recomputes and compares; run by `helpdesk check`",
    "spelling.learn": "a timer; reads words, tells nobody",
    "spelling.relearn": "run after a bulk load; reads words, tells nobody",
}


def _takes_actor_first(function: Callable[..., object]) -> bool:
    first = next(iter(inspect.signature(function).parameters.values()), None)
    return (
        first is not None
        and first.name == "actor"
        and first.default is inspect.Parameter.empty
        and str(first.annotation).rpartition(".")[2].strip("'>") == "Actor"
    )


def test_the_actor_comes_first() -> None:
    without = {name for name, function in services() if not _takes_actor_first(function)}
    assert without - WITHOUT_ACTOR.keys() == set(), "these take no actor, and no reason is listed"


def test_no_exception_outlives_its_function() -> None:
    names = {name for name, function in services() if not _takes_actor_first(function)}
    assert WITHOUT_ACTOR.keys() - names == set(), "listed, but there is no such function without an actor"


def test_every_service_says_what_it_does() -> None:
    assert [name for name, function in services() if not (function.__doc__ or "").strip()] == []

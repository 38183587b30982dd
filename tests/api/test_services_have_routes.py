"""Everything that the UI can do has a route (product rules §7): each verb of the services is called by one."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

from helpdesk.domain.access import Actor
from tests.verbs import services

# what is no verb of a person
ELSEWHERE = {
    "limits": "counted in front of routes and services",
    "live": "hints for open pages",
    "housekeeping": "sweeps of the timer",
    "integrity": "checks of the shell",
    "idempotency": "a part of other verbs",
    "sessions.actor_of_cookie": "who calls, before a route",
    "sessions.actors_of_cookies": "who calls, for several at once",
    "sessions.actor_of_access_token": "who calls, before a route",
    "sessions.record_denial": "written when a route refuses",
    "jobs.forget_old": "the timer's",
    "jobs.run_due": "the worker's",
    "notifications.deliver_due": "the worker's",
    "notifications.mailbox": "the mail twin of development",
    "notifications.read_mail": "the mail twin of development",
    "people.set_password": "the shell's way of PUT /admin/users",
    "sla.verify": "a check of the shell",
    "spelling.learn": "the timer's",
    "spelling.relearn": "the shell's",
    "sla.sweep_steps": "the timer's",
    "sla.sweep_holds": "the timer's",
    "sla.sweep_auto_close": "the timer's",
    "attachments.sweep_objects": "the timer's",
    "attachments.sweep_uploads": "the timer's",
    "tickets.list_mine_together": "several of GET /tickets for one page",
    "tickets.listed": "rows for open pages; a ticket and a list have them too",
}


def verbs() -> set[str]:
    return {name for name, _ in services() if name.partition(".")[0] not in ELSEWHERE}


def called() -> set[str]:
    found: set[str] = set()
    for path in (Path(__file__).parents[2] / "helpdesk" / "api").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found.add(f"{node.value.id}.{node.attr}")
    return found


def test_each_verb_has_a_route() -> None:
    all_verbs = verbs()
    assert len(all_verbs) > 40
    assert sorted(all_verbs - called() - set(ELSEWHERE)) == []
    assert sorted(name for name in ELSEWHERE if "." in name and name not in all_verbs) == []


def test_authority_is_an_argument() -> None:
    """Each verb takes the actor first, but for those by which somebody becomes one."""
    without = {
        "sessions.sign_in", "sessions.login", "sessions.refresh", "sessions.logout",
        "sessions.actor_of_cookie", "sessions.actors_of_cookies", "sessions.actor_of_access_token",
        "tokens.actor_of_token", "health.live", "health.ready",
        "jobs.forget_old", "jobs.run_due", "spelling.learn", "spelling.relearn",
        "notifications.deliver_due", "sla.verify", "sla.sweep_steps",
        "sla.sweep_holds", "sla.sweep_auto_close", "attachments.sweep_objects", "attachments.sweep_uploads",
    }  # fmt: skip
    found: set[str] = set()
    asked = verbs()
    for name, function in services():
        if name not in asked:
            continue
        first = next(iter(inspect.signature(function, eval_str=True).parameters.values()), None)
        if first is None or first.annotation is not Actor:
            found.add(name)
    assert found == without

"""The whole surface: every route and every handler of the browser UI, each with who may call it.

An entry that is missing here, or that no longer exists, fails. Adding one is a decision about rights. That each route
keeps its gate is tried by `tests/strangers/test_matrix.py`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client import app

PUBLIC = "public"  # also without a sign-in
ALL = "admin agent client manager"
STAFF = "admin agent manager"
WORKERS = "admin agent"
MANAGERS = "admin manager"
ADMINS = "admin"

ROUTES: dict[str, str] = {
    "GET /health": PUBLIC,
    "GET /ready": PUBLIC,
    "GET /api/docs": PUBLIC,  # in production for the signed-in only
    "GET /api/v1/openapi.json": PUBLIC,
    "POST /api/v1/auth/login": PUBLIC,
    "POST /api/v1/auth/logout": PUBLIC,  # the refresh token is the authority
    "POST /api/v1/auth/refresh": PUBLIC,
    "POST /api/v1/auth/session": PUBLIC,
    "GET /api/v1/auth/me": ALL,
    "POST /api/v1/auth/password": ALL,
    "GET /api/v1/groups": ALL,
    "GET /api/v1/people": ALL,
    "GET /api/v1/tickets": ALL,
    "POST /api/v1/tickets": ALL,
    "GET /api/v1/tickets/similar": ALL,
    "GET /api/v1/tickets/{key}": ALL,
    "GET /api/v1/tickets/{key}/clocks/{kind}": ALL,
    "GET /api/v1/expectation": ALL,
    "POST /api/v1/tickets/{key}/attachments": ALL,
    "POST /api/v1/tickets/{key}/close": ALL,
    "POST /api/v1/tickets/{key}/comments": ALL,
    "POST /api/v1/tickets/{key}/rating": ALL,
    "POST /api/v1/tickets/{key}/reopen": ALL,
    "PUT /api/v1/tickets/{key}/watchers": ALL,
    "GET /api/v1/tickets/{key}/presence": ALL,
    "PUT /api/v1/tickets/{key}/presence": ALL,
    "GET /api/v1/attachments/{attachment_id}": ALL,
    "GET /api/v1/mailbox": ALL,
    "GET /api/v1/mailbox/{mail_id}": ALL,
    "GET /api/v1/uploads": ALL,
    "POST /api/v1/uploads": ALL,
    "DELETE /api/v1/uploads/{upload_id}": ALL,
    "GET /api/v1/drafts": ALL,
    "GET /api/v1/drafts/{place}": ALL,
    "PUT /api/v1/drafts/{place}": ALL,
    "DELETE /api/v1/drafts/{place}": ALL,
    "GET /api/v1/notifications": ALL,
    "GET /api/v1/notifications/unread": ALL,
    "POST /api/v1/notifications/read-all": ALL,
    "POST /api/v1/notifications/{notification_id}/read": ALL,
    "GET /api/v1/profile": ALL,
    "PUT /api/v1/profile": ALL,
    "GET /api/v1/profile/sessions": ALL,
    "DELETE /api/v1/profile/sessions/{session_id}": ALL,
    "GET /api/v1/profile/tokens": ALL,
    "POST /api/v1/profile/tokens": ALL,
    "DELETE /api/v1/profile/tokens/{token_id}": ALL,
    "DELETE /api/v1/profile/sessions": ALL,
    "GET /api/v1/admin/tickets": STAFF,
    "GET /api/v1/admin/queue/settings": STAFF,
    "PUT /api/v1/admin/queue/settings": STAFF,
    "GET /api/v1/admin/tags": STAFF,
    "GET /api/v1/admin/views": STAFF,
    "POST /api/v1/admin/views": STAFF,
    "GET /api/v1/admin/views/counts": STAFF,
    "GET /api/v1/admin/views/{view_id}": STAFF,
    "PUT /api/v1/admin/views/{view_id}": STAFF,
    "DELETE /api/v1/admin/views/{view_id}": STAFF,
    "GET /api/v1/admin/tickets/counts": STAFF,
    "GET /api/v1/admin/tickets/{key}/neighbours": STAFF,
    "GET /api/v1/admin/groups/{group_id}/assignable": STAFF,
    "POST /api/v1/admin/notifications/{notification_id}/retry": STAFF,
    "POST /api/v1/admin/tickets/bulk": WORKERS,
    "GET /api/v1/admin/jobs": STAFF,
    "GET /api/v1/admin/jobs/{job_id}": STAFF,
    "GET /api/v1/admin/jobs/{job_id}/refused": STAFF,
    "POST /api/v1/admin/jobs/{job_id}/cancel": STAFF,
    "PUT /api/v1/admin/tickets/{key}": WORKERS,
    "PUT /api/v1/admin/tickets/{key}/assign": WORKERS,
    "PUT /api/v1/admin/tickets/{key}/hold": WORKERS,
    "PUT /api/v1/admin/tickets/{key}/status": WORKERS,
    "PUT /api/v1/admin/tickets/{key}/tags": WORKERS,
    "POST /api/v1/admin/tickets/{key}/take": WORKERS,
    "GET /api/v1/admin/tickets/{key}/mentionable": WORKERS,
    "GET /api/v1/admin/home": MANAGERS,
    "GET /api/v1/admin/tickets/export.csv": MANAGERS,
    "GET /api/v1/admin/reports": MANAGERS,
    "GET /api/v1/admin/reports/figures": MANAGERS,
    "GET /api/v1/admin/reports/{figure}.csv": MANAGERS,
    "GET /api/v1/admin/groups": ADMINS,
    "POST /api/v1/admin/groups": ADMINS,
    "GET /api/v1/admin/groups/{group_id}": ADMINS,
    "PUT /api/v1/admin/groups/{group_id}": ADMINS,
    "DELETE /api/v1/admin/groups/{group_id}": ADMINS,
    "POST /api/v1/admin/groups/{group_id}/categories": ADMINS,
    "GET /api/v1/admin/groups/{group_id}/members": ADMINS,
    "PUT /api/v1/admin/categories/{category_id}": ADMINS,
    "DELETE /api/v1/admin/categories/{category_id}": ADMINS,
    "POST /api/v1/admin/categories/{category_id}/subcategories": ADMINS,
    "PUT /api/v1/admin/subcategories/{subcategory_id}": ADMINS,
    "DELETE /api/v1/admin/subcategories/{subcategory_id}": ADMINS,
    "GET /api/v1/admin/notifications": ADMINS,
    "GET /api/v1/admin/users": ADMINS,
    "POST /api/v1/admin/users": ADMINS,
    "GET /api/v1/admin/users/{user_id}": ADMINS,
    "PUT /api/v1/admin/users/{user_id}": ADMINS,
    "DELETE /api/v1/auth/session": ALL,
}


def _routes() -> Iterator[tuple[str, str]]:
    """Method and path of each route, from the OpenAPI document and from what it leaves out."""
    for route in app().routes:
        for method in sorted(getattr(route, "methods", None) or ()):
            if method not in {"HEAD", "OPTIONS"}:
                yield method, route.path  # type: ignore[attr-defined]


def test_every_route_is_listed() -> None:
    found = {f"{method} {path}" for method, path in _routes()}
    assert sorted(found - ROUTES.keys()) == [], "routes without a decision about who may call them"
    assert sorted(ROUTES.keys() - found) == [], "listed, but there is no such route"


# ---- handlers of the browser UI ----

HANDLERS: dict[str, str] = {
    "app_state.AppState.crashed": ALL,
    "app_state.AppState.dismiss_toast": ALL,
    "app_state.AppState.enter": ALL,
    "app_state.AppState.catch_up": ALL,
    "app_state.AppState.refresh_counts": ALL,
    "app_state.AppState.search": ALL,
    "bell.page_state.BellPageState.load": ALL,
    "bell.page_state.BellPageState.refresh": ALL,
    "bell.page_state.BellPageState.show_new": ALL,
    "bell.page_state.BellPageState.take_all_as_read": ALL,
    "bell.page_state.BellPageState.take_as_read": ALL,
    "bell.state.BellState.begin": ALL,
    "bell.state.BellState.open": ALL,
    "bell.state.BellState.refresh": ALL,
    "bell.state.BellState.show_earlier": ALL,
    "bell.state.BellState.take_all_as_read": ALL,
    "bell.state.BellState.take_as_read": ALL,
    "home.state.HomeState.load": MANAGERS,
    "home.state.HomeState.refresh": MANAGERS,
    "jobs.state.JobState.ask": WORKERS,
    "jobs.state.JobState.cancel": WORKERS,
    "jobs.state.JobState.choose": WORKERS,
    "jobs.state.JobState.close": WORKERS,
    "jobs.state.JobState.refresh": WORKERS,
    "jobs.state.JobState.start": WORKERS,
    "mailbox.state.MailboxState.load": ALL,
    "mailbox.state.MailboxState.refresh": ALL,
    "mailbox.state.MailboxState.show_new": ALL,
    "my.state.MyState.load": ALL,
    "my.state.MyState.refresh": ALL,
    "notifications.state.LogState.load": ADMINS,
    "notifications.state.LogState.pick_event": ADMINS,
    "notifications.state.LogState.refresh": ADMINS,
    "notifications.state.LogState.retry": ADMINS,
    "notifications.state.LogState.show_new": ADMINS,
    "people.editing.PersonState.begin": ADMINS,
    "people.editing.PersonState.close": ADMINS,
    "people.editing.PersonState.save": ADMINS,
    "people.editing.PersonState.undo": ADMINS,
    "people.state.PeopleState.find": ADMINS,
    "people.state.PeopleState.load": ADMINS,
    "people.state.PeopleState.pick_active": ADMINS,
    "people.state.PeopleState.pick_sort": ADMINS,
    "people.state.PeopleState.refresh": ADMINS,
    "profile.account.PasswordState.change": ALL,
    "profile.account.SessionState.end": ALL,
    "profile.account.SessionState.end_others": ALL,
    "profile.account.SessionState.look": ALL,
    "profile.state.ProfileState.choose": ALL,
    "profile.state.ProfileState.load": ALL,
    "profile.state.ProfileState.set_single_keys": ALL,
    "profile.state.ProfileState.tell": ALL,
    "profile.token_state.TokenState.ask": ALL,
    "profile.token_state.TokenState.begin": ALL,
    "profile.token_state.TokenState.close": ALL,
    "profile.token_state.TokenState.create": ALL,
    "profile.token_state.TokenState.look": ALL,
    "profile.token_state.TokenState.revoke": ALL,
    "queue.bulk.BulkState.assign": WORKERS,
    "queue.bulk.BulkState.hold": WORKERS,
    "queue.bulk.BulkState.move": WORKERS,
    "queue.bulk.BulkState.offer": WORKERS,
    "queue.bulk.BulkState.point": WORKERS,
    "queue.bulk.BulkState.resolve": WORKERS,
    "queue.bulk.BulkState.set_priority": WORKERS,
    "queue.bulk.BulkState.set_status": WORKERS,
    "queue.bulk.BulkState.show": WORKERS,
    "queue.bulk.BulkState.take": WORKERS,
    "queue.bulk.BulkState.undo": WORKERS,
    "queue.columns.ColumnsState.as_usual": STAFF,
    "queue.columns.ColumnsState.look": STAFF,
    "queue.columns.ColumnsState.move": STAFF,
    "queue.columns.ColumnsState.toggle": STAFF,
    "queue.saved.SavedState.ask": STAFF,
    "queue.saved.SavedState.delete": STAFF,
    "queue.saved.SavedState.keep": STAFF,
    "queue.saved.SavedState.move": STAFF,
    "queue.saved.SavedState.save": STAFF,
    "queue.saved.SavedState.set_default": STAFF,
    "queue.state.QueueState.load": ALL,
    "queue.state.QueueState.pick": WORKERS,
    "queue.state.QueueState.refresh": STAFF,
    "queue.state.QueueState.select": WORKERS,
    "queue.state.QueueState.select_none": WORKERS,
    "queue.state.QueueState.select_page": WORKERS,
    "queue.state.QueueState.show_updates": STAFF,
    "reports.state.ReportsState.choose": MANAGERS,
    "reports.state.ReportsState.follow": MANAGERS,
    "reports.state.ReportsState.in_zone": MANAGERS,
    "reports.state.ReportsState.load": MANAGERS,
    "start.page.StartState.go": ALL,
    "tickets.composer_state.ComposerState.drop_file": ALL,
    "tickets.composer_state.ComposerState.keep": ALL,
    "tickets.composer_state.ComposerState.keep_files": ALL,
    "tickets.composer_state.ComposerState.open": ALL,
    "tickets.composer_state.ComposerState.read_first": ALL,
    "tickets.composer_state.ComposerState.send_note": WORKERS,
    "tickets.composer_state.ComposerState.send_reply": ALL,
    "tickets.composer_state.ComposerState.set_mode": WORKERS,
    "tickets.dialog_state.DialogState.close": STAFF,
    "tickets.dialog_state.DialogState.explain": STAFF,
    "tickets.dialog_state.DialogState.hold": WORKERS,
    "tickets.dialog_state.DialogState.move": WORKERS,
    "tickets.dialog_state.DialogState.release": WORKERS,
    "tickets.dialog_state.DialogState.resolve": WORKERS,
    "tickets.dialog_state.DialogState.retitle": WORKERS,
    "tickets.dialog_state.DialogState.show": WORKERS,
    "tickets.edit_state.EditState.assign": WORKERS,
    "tickets.edit_state.EditState.force": WORKERS,
    "tickets.edit_state.EditState.leave_it": WORKERS,
    "tickets.edit_state.EditState.offer": WORKERS,
    "tickets.edit_state.EditState.retry": STAFF,
    "tickets.edit_state.EditState.set_priority": WORKERS,
    "tickets.edit_state.EditState.set_status": WORKERS,
    "tickets.edit_state.EditState.take": WORKERS,
    "tickets.edit_state.EditState.undo": WORKERS,
    "tickets.place_state.PlaceState.look": ALL,
    "tickets.presence_state.PresenceState.beat": ALL,
    "tickets.presence_state.PresenceState.refresh": STAFF,
    "tickets.requester_state.RequesterState.arrive": ALL,
    "tickets.requester_state.RequesterState.comment_rating": ALL,
    "tickets.requester_state.RequesterState.confirm": ALL,
    "tickets.requester_state.RequesterState.not_yet": ALL,
    "tickets.requester_state.RequesterState.rate": ALL,
    "tickets.requester_state.RequesterState.show": ALL,
    "tickets.requester_state.RequesterState.withdraw": ALL,
    "tickets.state.TicketState.load": ALL,
    "tickets.state.TicketState.refresh": ALL,
    "tickets.state.TicketState.show_earlier": ALL,
    "tickets.state.TicketState.show_newest": ALL,
    "tickets.tag_state.TagState.add": WORKERS,
    "tickets.tag_state.TagState.look": STAFF,
    "tickets.tag_state.TagState.remove": WORKERS,
    "tickets.watch_state.WatchState.add": ALL,
    "tickets.watch_state.WatchState.leave": ALL,
    "tickets.watch_state.WatchState.look": ALL,
    "tickets.watch_state.WatchState.remove": ALL,
    "tree.adding.AddState.begin": ADMINS,
    "tree.adding.AddState.close": ADMINS,
    "tree.adding.AddState.create": ADMINS,
    "tree.adding.MemberState.add": ADMINS,
    "tree.adding.MemberState.begin": ADMINS,
    "tree.adding.MemberState.close": ADMINS,
    "tree.adding.MemberState.look": ADMINS,
    "tree.adding.MemberState.remove": ADMINS,
    "tree.state.TreeState.archive": ADMINS,
    "tree.state.TreeState.delete": ADMINS,
    "tree.state.TreeState.load": ADMINS,
    "tree.state.TreeState.move": ADMINS,
    "tree.state.TreeState.refresh": ADMINS,
    "tree.state.TreeState.save": ADMINS,
    "tree.state.TreeState.toggle": ADMINS,
    "tree.state.TreeState.undo": ADMINS,
    "wizard.picker.PickerState.choose": ALL,
    "wizard.picker.PickerState.look": ALL,
    "wizard.picker.PickerState.unwatch": ALL,
    "wizard.state.WizardState.drop_file": ALL,
    "wizard.state.WizardState.find": ALL,
    "wizard.state.WizardState.keep": ALL,
    "wizard.state.WizardState.keep_files": ALL,
    "wizard.state.WizardState.load": ALL,
    "wizard.state.WizardState.review": ALL,
    "wizard.state.WizardState.send": ALL,
    "wizard.state.WizardState.start_over": ALL,
}

_LIST_HANDLERS = """
import json
import helpdesk.helpdesk
from reflex_base.registry import RegistrationContext
from helpdesk.ui.guard.events import FRAMEWORK_EVENTS, allowed_roles

found = {}
for registered in RegistrationContext.get().event_handlers.values():
    handler = registered.handler.fn
    if handler.__module__.partition(".")[0] in ("reflex", "reflex_base"):
        continue
    roles = allowed_roles(handler)
    found[f"{handler.__module__}.{handler.__qualname__}"] = None if roles is None else " ".join(sorted(roles))
print("HANDLERS " + json.dumps(found))
"""


@pytest.fixture(scope="module")
def handlers(root: Path) -> dict[str, str | None]:
    """Every registered handler of ours with the roles that the fence lets through; None: it is not marked."""
    done = subprocess.run(
        [sys.executable, "-c", _LIST_HANDLERS],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    line = next((line for line in done.stdout.splitlines() if line.startswith("HANDLERS ")), None)
    assert line, done.stdout + done.stderr
    found: dict[str, str | None] = json.loads(line.removeprefix("HANDLERS "))
    return {name.removeprefix("helpdesk.ui."): roles for name, roles in found.items()}


def test_every_handler_is_marked(handlers: dict[str, str | None]) -> None:
    assert sorted(name for name, roles in handlers.items() if roles is None) == []


def test_every_handler_is_listed_with_its_roles(handlers: dict[str, str | None]) -> None:
    assert handlers == HANDLERS

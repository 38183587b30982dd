"""What a client can open and call in the browser: every page under each of its addresses, every handler by its kind.

A page or handler that stands in none of these fails `test_canary_frames`: somebody has to decide.
"""

from __future__ import annotations

from typing import Any

from tests.strangers.behind import SECRET

_SEARCHES = (SECRET, SECRET[:5], SECRET.replace("she", "hse"), "printer")
# by route, the addresses under which a client opens it: also what is not for clients, as an address is typed quickly
PAGES: dict[str, tuple[str, ...]] = {
    "/": ("/",),
    "/home": ("/home",),
    "/my": (
        *("/my", "/my?view=needs", "/my?view=watching", "/my?view=closed"),
        *(f"/my?q={words}" for words in _SEARCHES),
        "/my?view=watching&q=printer",
    ),
    "/new": ("/new", "/new?group={group}", "{details}", "{details}&step=review"),
    "/notifications": ("/notifications", "/notifications?unread=1"),
    "/profile": ("/profile",),
    "/mailbox": ("/mailbox",),
    "/tickets/[key]": (
        *("/tickets/{number}", "/tickets/{id}", "/tickets/{number}?solved=yes", "/tickets/{number}?from=view%3Dall"),
        *(f"/tickets/{{number}}?tab={tab}" for tab in ("internal", "changes")),
    ),
    "/queue": ("/queue", f"/queue?view=all&q={SECRET}"),
    "/reports": ("/reports",),
    "/admin/notifications": ("/admin/notifications",),
    "/admin/people": ("/admin/people",),
    "/admin/tree": ("/admin/tree",),
}  # fmt: skip

# Handlers that only read, with what they are sent. The others change something; `test_strangers` sends those.
READS: dict[str, dict[str, Any]] = {
    "AppState.enter": {},
    "AppState.catch_up": {},
    "AppState.refresh_counts": {},
    "AppState.search": {"form": {"__reflex_form_data__": [["q", SECRET]]}},
    "BellPageState.load": {},
    "BellPageState.refresh": {},
    "BellPageState.show_new": {},
    "BellState.begin": {},
    "BellState.open": {},
    "BellState.refresh": {},
    "BellState.show_earlier": {},
    "ComposerState.open": {},
    "ComposerState.read_first": {},
    "MailboxState.load": {},
    "MailboxState.refresh": {},
    "MailboxState.show_new": {},
    "MyState.load": {},
    "MyState.refresh": {},
    "PickerState.look": {"words": SECRET},
    "PlaceState.look": {},
    "PresenceState.beat": {"ticket_id": "{id}", "doing": "looking"},
    "ProfileState.load": {},
    "QueueState.load": {},
    "RequesterState.arrive": {},
    "RequesterState.show": {"which": "withdraw"},
    "SessionState.look": {},
    "StartState.go": {},
    "TicketState.load": {},
    "TicketState.refresh": {},
    "TicketState.show_earlier": {},
    "TicketState.show_newest": {},
    "TokenState.look": {},
    "WatchState.look": {"words": SECRET},
    "WizardState.find": {"words": SECRET},
    "WizardState.load": {},
}
CHANGES = {
    *(f"AppState.{name}" for name in ("crashed", "dismiss_toast")),
    *(f"BellPageState.{name}" for name in ("take_all_as_read", "take_as_read")),
    *(f"BellState.{name}" for name in ("take_all_as_read", "take_as_read")),
    *(f"ComposerState.{name}" for name in ("drop_file", "keep", "keep_files", "send_reply")),
    "PasswordState.change",
    *(f"PickerState.{name}" for name in ("choose", "unwatch")),
    *(f"ProfileState.{name}" for name in ("choose", "set_single_keys", "tell")),
    *(f"RequesterState.{name}" for name in ("comment_rating", "confirm", "not_yet", "rate", "withdraw")),
    *(f"SessionState.{name}" for name in ("end", "end_others")),
    *(f"TokenState.{name}" for name in ("ask", "begin", "close", "create", "revoke")),
    *(f"WatchState.{name}" for name in ("add", "leave", "remove")),
    *(f"WizardState.{name}" for name in ("drop_file", "keep", "keep_files", "review", "send", "start_over")),
}

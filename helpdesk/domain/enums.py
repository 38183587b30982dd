"""The closed vocabularies of the helpdesk; the values are those of the API (product rules §1, §3, §5, §7)."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    CLIENT = "client"
    AGENT = "agent"
    MANAGER = "manager"
    ADMIN = "admin"
    SYSTEM = "system"  # acts for rules, timers, mail and seed: never selectable, never told


STAFF_ROLES = frozenset({Role.AGENT, Role.MANAGER, Role.ADMIN})
SELECTABLE_ROLES = frozenset({Role.CLIENT, Role.AGENT, Role.MANAGER, Role.ADMIN})


class Status(StrEnum):
    OPEN = "Open"
    ASSIGNED = "Assigned"
    IN_PROGRESS = "In Progress"
    RESOLVED = "Resolved"
    CLOSED = "Closed"


UNSOLVED = frozenset({Status.OPEN, Status.ASSIGNED, Status.IN_PROGRESS})
HOLDABLE = frozenset({Status.ASSIGNED, Status.IN_PROGRESS})


class Priority(StrEnum):
    LOW = "Low"
    MEDIUM = "Medium"
    HIGH = "High"
    CRITICAL = "Critical"

    @property
    def rank(self) -> int:
        """0 for Low to 3 for Critical, the order of urgency."""
        return _PRIORITY_ORDER.index(self)


_PRIORITY_ORDER = [Priority.LOW, Priority.MEDIUM, Priority.HIGH, Priority.CRITICAL]


class HoldReason(StrEnum):
    REQUESTER = "requester"
    THIRD_PARTY = "third_party"
    APPROVAL = "approval"
    SCHEDULED = "scheduled"


class ResolutionCode(StrEnum):
    SOLVED = "solved"
    WORKAROUND = "workaround"
    NOT_REPRODUCIBLE = "not_reproducible"
    WONT_FIX = "wont_fix"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


# What an agent may choose; the other two are set by withdrawing and merging.
AGENT_RESOLUTION_CODES = frozenset(ResolutionCode) - {ResolutionCode.WITHDRAWN, ResolutionCode.MERGED}


class BulkAction(StrEnum):
    ASSIGN = "assign"
    STATUS = "status"
    PRIORITY = "priority"
    CATEGORY = "category"
    HOLD = "hold"


class JobStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    STOPPED = "stopped"  # whoever started it may not do it any more


class Source(StrEnum):
    """Where a change came from."""

    WEB = "web"
    API = "api"
    EMAIL = "email"
    TIMER = "timer"
    SEED = "seed"
    SHELL = "shell"


class View(StrEnum):
    """With whose eyes a person sees a ticket."""

    STAFF = "staff"
    REQUESTER = "requester"


class Sharing(StrEnum):
    """Who reads a saved view besides its owner."""

    PRIVATE = "private"
    GROUP = "group"
    STAFF = "staff"


class Visibility(StrEnum):
    PUBLIC = "public"  # everybody who sees the ticket
    STAFF = "staff"


class ClockKind(StrEnum):
    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


class EventKind(StrEnum):
    """What happens to a ticket; the only input of clocks and reports."""

    CREATED = "created"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    STATUS_CHANGED = "status_changed"
    HOLD_STARTED = "hold_started"
    HOLD_ENDED = "hold_ended"
    REQUESTER_COMMENT = "requester_comment"
    AGENT_COMMENT = "agent_comment"
    OTHER_COMMENT = "other_comment"  # a public comment by somebody who is neither: a watcher
    NOTE = "note"
    PRIORITY_CHANGED = "priority_changed"
    CATEGORY_CHANGED = "category_changed"
    POLICY_CHANGED = "policy_changed"
    EDITED = "edited"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    RATED = "rated"
    WATCHERS_CHANGED = "watchers_changed"
    FILES_ADDED = "files_added"
    SLA_STEP = "sla_step"


class Doing(StrEnum):
    """What somebody does who has a ticket open."""

    LOOKING = "looking"
    REPLYING = "replying"
    NOTING = "noting"


class NotificationEvent(StrEnum):
    TICKET_CREATED = "ticket_created"
    TICKET_RECEIPT = "ticket_receipt"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    STATUS_CHANGED = "status_changed"
    HOLD_STARTED = "hold_started"
    HOLD_ENDED = "hold_ended"
    PUBLIC_COMMENT = "public_comment"
    INTERNAL_NOTE = "internal_note"
    SLA_WARNING = "sla_warning"
    SLA_BREACH = "sla_breach"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"


class Channel(StrEnum):
    EMAIL = "email"
    IN_APP = "in_app"  # the bell


class NotificationStatus(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Density(StrEnum):
    COMFORTABLE = "comfortable"
    COMPACT = "compact"


class TokenScope(StrEnum):
    """What a personal API token may be used for; its owner's role and rights limit it further (ADR 0013)."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

"""Errors that the services raise and the faces translate, each with its HTTP status (product rules §7, §8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that was refused: its name as in the API body, and a sentence for the person."""

    field: str
    message: str


class DomainError(Exception):
    """Base of every refusal. `message` is safe to show: no SQL, no secret, no stack trace."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str] = "Bad request"

    def __init__(self, message: str = "", *, errors: Sequence[FieldError] = (), **extra: Any) -> None:
        super().__init__(message or self.title)
        self.message = message or self.title
        self.errors = tuple(errors)
        self.extra = extra


class Unauthenticated(DomainError):
    status, code, title = 401, "unauthenticated", "Sign in first"


class Forbidden(DomainError):
    """Visible, but not allowed. What is not visible is `NotFound`."""

    status, code, title = 403, "forbidden", "You are not allowed to do that"


class NotFound(DomainError):
    status, code, title = 404, "not_found", "Not found"


class Conflict(DomainError):
    """The state of the thing does not allow it; `extra` may name what does."""

    status, code, title = 409, "conflict", "That does not fit the present state"


class TransitionRefused(Conflict):
    """A status change outside the table; `extra["allowed"]` names the ones inside it (product rules §3)."""

    code, title = "transition_refused", "That status change is not possible"


class StaleVersion(Conflict):
    """The edit was made against an older version; `extra["current"]` is the ticket as it is now."""

    code, title = "stale_version", "Somebody changed this ticket meanwhile"


class NewerComments(Conflict):
    """Others wrote after the message that a reply's writer saw last; `extra["newer"]` has what they wrote."""

    code, title = "newer_comments", "Somebody wrote meanwhile"


class TooLarge(DomainError):
    status, code, title = 413, "too_large", "Too large"


class UnsupportedType(DomainError):
    status, code, title = 415, "unsupported_type", "This kind of file can't be attached"


class Invalid(DomainError):
    """The input is wrong; `errors` says where."""

    status, code, title = 422, "invalid", "Some fields need attention"

    @classmethod
    def at(cls, field: str, message: str) -> Invalid:
        """An `Invalid` about a single field."""
        return cls(message, errors=[FieldError(field, message)])


class RateLimited(DomainError):
    """Too many tries; `extra["retry_after"]` is in whole seconds."""

    status, code, title = 429, "rate_limited", "Too many requests"


class Unavailable(DomainError):
    """A part that this needs does not answer; nothing was stored. Trying again is safe."""

    status, code, title = 503, "unavailable", "A part of the helpdesk does not answer just now"

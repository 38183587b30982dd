"""Refusing what was decided on an older look at the ticket: an edit's version, a reply's thread."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from helpdesk.core.errors import Invalid, NewerComments, StaleVersion
from helpdesk.domain.access import Actor
from helpdesk.models.ticket import ticket_comments
from helpdesk.services._detail import detail
from helpdesk.services._lock import LockedTicket

_c = ticket_comments.c
_PUBLIC = (_c.ticket_id == bindparam("ticket_id"), ~_c.is_internal)
_SEEN_AT = select(_c.created_at).where(_c.id == bindparam("seen"), *_PUBLIC)
_OF_OTHERS = select(_c.id).where(*_PUBLIC, _c.author_id != bindparam("reader")).limit(1)
_OF_OTHERS_SINCE = _OF_OTHERS.where(_c.created_at > bindparam("since"))


def require_version(s: Session, actor: Actor, locked: LockedTicket, version: int | None) -> None:
    """Raises `StaleVersion` with `current` (a `TicketDetail`) where `version` is another one; None skips the check.

    The version before a hold that ran out just now is as good: nobody could have seen the one that its end makes.
    """
    if not is_current(locked, version):
        raise StaleVersion(
            "Somebody changed this ticket meanwhile. Your change was not saved.",
            current=detail(s, actor, locked.row["id"]),
        )


def is_current(locked: LockedTicket, version: int | None) -> bool:
    """Whether an edit made against `version` is still made against what is there; None always is."""
    if version is None or (locked.hold_ran_out and version == locked.row["version"] - 1):
        return True
    return version == locked.row["version"]


def require_thread(s: Session, actor: Actor, locked: LockedTicket, seen: int | None, *, hold: bool) -> None:
    """Hold a message whose writer does not know what others wrote publicly after `seen` (0: they saw no message).

    None skips the check; without `hold` it is only that `seen` exists.

    Raises:
        Invalid: `seen` is no public message of this ticket.
        NewerComments: with `newer`, the public messages of others since then, oldest first.
    """
    if seen is None:
        return
    on = {"ticket_id": locked.row["id"]}
    since = s.scalar(_SEEN_AT, {"seen": seen, **on}) if seen else None
    if seen and since is None:
        raise Invalid.at("seen_comment_id", "This ticket has no such message.")
    of_others = _OF_OTHERS if since is None else _OF_OTHERS_SINCE
    if not hold or s.scalar(of_others, {"reader": actor.user_id, "since": since, **on}) is None:
        return
    shown = detail(s, actor, locked.row["id"]).comments
    newer = tuple(
        one
        for one in shown
        if not one.is_internal
        and one.author.id != actor.user_id
        and (since is None or one.created_at > since)
    )
    raise NewerComments(
        "Somebody wrote on this ticket after what you saw last. Your message was not sent.", newer=newer
    )

"""Tags: the staff's words for sorting tickets. Requesters never learn of them (product rules §3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import Select, delete, exists, func, insert, literal, select
from sqlalchemy.orm import Session

from helpdesk.core.db import transaction
from helpdesk.core.errors import Invalid
from helpdesk.domain.access import Actor, require_staff, require_worker
from helpdesk.domain.enums import EventKind, View, Visibility
from helpdesk.models.ticket import ticket_tags, tickets
from helpdesk.services import _text
from helpdesk.services._detail import detail
from helpdesk.services._lock import LockedTicket, lock
from helpdesk.services._scope import in_staff_scope
from helpdesk.services.views import TicketDetail

MAX_TAGS = 20
_OFFERED, _LOOKED_AT = 10, 100
_LAST = chr(0x10FFFF)


def set_tags(actor: Actor, key: object, tags: object) -> TicketDetail:
    """Make exactly these the ticket's tags, in their one spelling. The same again writes nothing.

    It changes neither `version` nor what a requester sees as the last change.

    Raises:
        Forbidden, NotFound, Invalid (more than 20, or one longer than 50 characters).
    """
    require_worker(actor)
    wanted = _cleaned(tags)
    with transaction() as s:
        locked = lock(s, actor, key)
        locked.require_staff_view()
        t = ticket_tags.c
        present = frozenset(s.scalars(select(t.name).where(t.ticket_id == locked.row["id"])))
        if wanted != present:
            _write(s, actor, locked, wanted - present, present - wanted)
        return detail(s, actor, locked.row["id"], View.STAFF)


def find_tags(actor: Actor, words: object = "") -> list[str]:
    """Up to ten tags that begin with `words`, of tickets in the actor's scope.

    Raises:
        Forbidden (a client), Invalid.
    """
    require_staff(actor)
    line = _text.clean_line("q", words, _text.TAG_MAX, required=False)
    start = "" if _text.is_blank(line) else _text.clean_tag("q", line)
    names = _names(start).subquery()
    seen = exists().where(
        ticket_tags.c.name == names.c.name, tickets.c.id == ticket_tags.c.ticket_id, in_staff_scope(actor)
    )
    statement = select(names.c.name).where(seen).order_by(names.c.name).limit(_OFFERED)
    with transaction() as s:
        return list(s.scalars(statement))


def _cleaned(tags: object) -> frozenset[str]:
    if not isinstance(tags, Iterable) or isinstance(tags, str | bytes | dict):
        raise Invalid.at("tags", "A list of tags is needed here.")
    found = frozenset(_text.clean_tag("tags", one) for one in cast("Iterable[object]", tags))
    if len(found) > MAX_TAGS:
        raise Invalid.at("tags", f"At most {MAX_TAGS} are possible here.")
    return found


def _write(
    s: Session, actor: Actor, locked: LockedTicket, added: frozenset[str], removed: frozenset[str]
) -> None:
    t, ticket_id = ticket_tags.c, locked.row["id"]
    work = locked.work(s, actor)
    if removed:
        s.execute(delete(ticket_tags).where(t.ticket_id == ticket_id, t.name.in_(removed)))
    if added:
        s.execute(insert(ticket_tags), [{"ticket_id": ticket_id, "name": name} for name in sorted(added)])
    for name in sorted(removed):
        work.log("tag", name, None, Visibility.STAFF)
    for name in sorted(added):
        work.log("tag", None, name, Visibility.STAFF)
    work.event(EventKind.EDITED, data={"field": "tags"}, visibility=Visibility.STAFF)
    work.flush()


def _names(start: str) -> Select[Any]:
    """The first hundred different tags that begin so: from one to the next by index, however often each is used."""
    t = ticket_tags.c
    first = select(func.min(t.name).label("name")).where(t.name >= start, t.name < start + _LAST)
    walk = first.add_columns(literal(1).label("place")).cte("walk", recursive=True)
    after = select(func.min(t.name)).where(t.name > walk.c.name, t.name < start + _LAST).scalar_subquery()
    more = select(after, walk.c.place + 1).where(walk.c.name.is_not(None), walk.c.place < _LOOKED_AT)
    every = walk.union_all(more)
    return select(every.c.name).where(every.c.name.is_not(None))

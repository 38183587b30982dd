"""What somebody was typing, kept on the server per place, so that no failure loses it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from helpdesk.core import clock
from helpdesk.core.db import transaction
from helpdesk.core.errors import Conflict, Invalid, TooLarge
from helpdesk.domain.access import Actor
from helpdesk.models.person import drafts
from helpdesk.services.views import DraftView

_PLACE = re.compile(r"[a-z][a-z_]{0,29}(:[0-9]{1,19})?(:[a-z_]{1,9})?")
_LONGEST = 120_000  # characters of JSON: a title, two full texts and their escapes
_DEEPEST = 8
_MOST = 200


def save(actor: Actor, place: object, body: object) -> DraftView:
    """Keep what is being typed at `place` (`wizard`, `ticket:17`); the last one counts.

    Raises:
        Invalid: not a place, or not a JSON object of text, numbers, flags and lists.
        TooLarge: more than 120,000 characters.
        Conflict: 200 drafts are kept already.
    """
    key, kept = _clean_place(place), _clean_body(body)
    with transaction() as s:
        now = clock.now()
        stored = insert(drafts).values(user_id=actor.user_id, place=key, body=kept, updated_at=now)
        s.execute(
            stored.on_conflict_do_update(
                index_elements=["user_id", "place"], set_={"body": kept, "updated_at": now}
            )
        )
        if _count(s, actor) > _MOST:
            raise Conflict("Too many drafts are kept: discard some first.")
        return DraftView(key, kept, now)


def load(actor: Actor, place: object) -> DraftView:
    """The actor's own draft of `place`; an empty one where there is none."""
    key = _clean_place(place)
    with transaction() as s:
        row = s.execute(
            select(drafts.c.body, drafts.c.updated_at).where(
                drafts.c.user_id == actor.user_id, drafts.c.place == key
            )
        ).first()
        return DraftView(key, dict(row.body), row.updated_at) if row else DraftView(key)


def list_drafts(actor: Actor) -> list[DraftView]:
    """The actor's own drafts, the latest first."""
    with transaction() as s:
        rows = s.execute(
            select(drafts.c.place, drafts.c.body, drafts.c.updated_at)
            .where(drafts.c.user_id == actor.user_id)
            .order_by(drafts.c.updated_at.desc())
        )
        return [DraftView(row.place, dict(row.body), row.updated_at) for row in rows]


def discard(actor: Actor, place: object) -> None:
    """Forget the actor's own draft of `place`, as after it was sent; fine where there is none."""
    key = _clean_place(place)
    with transaction() as s:
        s.execute(delete(drafts).where(drafts.c.user_id == actor.user_id, drafts.c.place == key))


def _count(s: Session, actor: Actor) -> int:
    return s.scalar(select(func.count()).select_from(drafts).where(drafts.c.user_id == actor.user_id)) or 0


def _clean_place(place: object) -> str:
    if not isinstance(place, str) or not _PLACE.fullmatch(place):
        raise Invalid.at("place", "A place such as wizard or ticket:17 is needed here.")
    return place


def _clean_body(body: object) -> dict[str, Any]:
    if not isinstance(body, Mapping):
        raise Invalid.at("body", "A draft is an object of fields.")
    kept = _clean_value(cast("Mapping[str, object]", body), 0)
    if len(json.dumps(kept)) > _LONGEST:
        raise TooLarge("This draft is too long to keep.")
    return cast("dict[str, Any]", kept)


def _clean_value(value: object, depth: int) -> object:
    """A value that PostgreSQL stores as JSON and gives back alike."""
    if depth > _DEEPEST:
        raise Invalid.at("body", "This draft is nested too deeply.")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) >= 2**63:
            raise Invalid.at("body", "A number in this draft is out of range.")
        return value
    if isinstance(value, str):
        if re.search("[\x00\ud800-\udfff]", value):
            raise Invalid.at("body", "This draft contains a character that can't be stored.")
        return value
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return {_clean_key(name): _clean_value(one, depth + 1) for name, one in pairs}
    if isinstance(value, list | tuple):
        return [_clean_value(one, depth + 1) for one in cast("list[object]", value)]
    raise Invalid.at("body", "A draft holds text, whole numbers, flags, lists and objects.")


def _clean_key(name: object) -> str:
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,59}", name):
        raise Invalid.at("body", "A field of this draft has no valid name.")
    return name

"""What belongs to a person: how they like it, what they want to be told, and where they are signed in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from helpdesk.core import clock
from helpdesk.core.db import after_commit, transaction
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.domain import telling
from helpdesk.domain.access import Actor, require_session
from helpdesk.domain.enums import Channel, Density, NotificationEvent, Theme
from helpdesk.integrations import live
from helpdesk.models.person import notification_preferences, roles, sessions, users
from helpdesk.services._audit import audit
from helpdesk.services._people_rows import clean_person
from helpdesk.services._session_rows import BROWSER_IDLE, end_session_of, end_sessions
from helpdesk.services._text import clean_enum, clean_flag
from helpdesk.services.views import OwnSession, ProfileView, Telling

_PERSONAL = frozenset({"time_zone", "locale"})
_CHANGEABLE = _PERSONAL | {"theme", "density", "single_keys", "notifications"}
_MOST = 100
_p = notification_preferences.c


def get(actor: Actor) -> ProfileView:
    """The actor's own profile."""
    with transaction() as s:
        return _read(s, actor)


def update_profile(actor: Actor, changes: Mapping[str, object]) -> ProfileView:
    """Change what is given of the actor's own profile.

    Args:
        changes: `time_zone`, `locale`, `theme`, `density` (null: as the browser has it), `single_keys`, and
            `notifications`: a list of `{event, channel, enabled}`; what it doesn't name stays.

    Raises:
        Invalid: a value is not acceptable, or would switch off what can't be; names the field.
    """
    values, wishes = _clean(actor, changes)
    with transaction() as s:
        before = s.execute(select(users).where(users.c.id == actor.user_id).with_for_update()).one()
        changed = {name: value for name, value in values.items() if getattr(before, name) != value}
        told = _store(s, actor, wishes) if wishes else False
        if changed or told:
            # the ledger's check goes by this time: what was told before followed other wishes
            stored = update(users).where(users.c.id == actor.user_id)
            s.execute(stored.values(**changed, updated_at=clock.now()))
        return _read(s, actor)


def list_sessions(actor: Actor) -> list[OwnSession]:
    """Where the actor is signed in, the latest first; at most 100."""
    now = clock.now()
    with transaction() as s:
        rows = s.execute(
            select(sessions)
            .where(
                sessions.c.user_id == actor.user_id,
                sessions.c.revoked_at.is_(None),
                sessions.c.expires_at > now,
                (sessions.c.kind != "browser") | (sessions.c.last_seen_at > now - BROWSER_IDLE),
            )
            .order_by(sessions.c.last_seen_at.desc(), sessions.c.id)
            .limit(_MOST)
        ).all()
    return [_session(actor, row) for row in rows]


def end_session(actor: Actor, session_id: object) -> None:
    """End one of the actor's own sessions, at once; their present one too.

    Raises:
        Forbidden: the caller is a personal token.
        NotFound: they have no such session.
    """
    require_session(actor)
    wanted = _session_id(session_id)
    with transaction() as s:
        if not end_session_of(s, actor.user_id, wanted):
            raise NotFound("There is no such session.")
        audit(s, actor, "session_ended", "session", str(wanted))
        _ring(s, actor)


def end_other_sessions(actor: Actor) -> int:
    """End all of the actor's sessions but the present one; returns how many. Personal tokens stay.

    Raises:
        Forbidden: the caller is a personal token.
    """
    require_session(actor)
    with transaction() as s:
        ended = end_sessions(s, actor.user_id, keep=actor.session_id)
        if ended:
            audit(s, actor, "other_sessions_ended", "user", actor.user_id, {"sessions_ended": ended})
            _ring(s, actor)
    return ended


# ---- parts -----------------------------------------------------------------------------------------------------------


def _clean(
    actor: Actor, changes: Mapping[str, object]
) -> tuple[dict[str, Any], dict[tuple[NotificationEvent, Channel], bool]]:
    if unknown := sorted(set(changes) - _CHANGEABLE):
        raise Invalid.at(unknown[0], "There is no such field.")
    values = clean_person({name: value for name, value in changes.items() if name in _PERSONAL})
    for name, kind in (("theme", Theme), ("density", Density)):
        if name in changes:
            value = changes[name]
            values[name] = None if value is None else str(clean_enum(name, value, kind))
    if "single_keys" in changes:
        values["single_keys"] = clean_flag("single_keys", changes["single_keys"])
    return values, _wishes(actor, changes.get("notifications"))


def _wishes(actor: Actor, given: object) -> dict[tuple[NotificationEvent, Channel], bool]:
    offered = telling.offered(actor.role)
    if given is None:
        return {}
    if not isinstance(given, list | tuple) or len(cast("list[object]", given)) > len(offered) * len(Channel):
        raise Invalid.at("notifications", "A list of event, channel and enabled is needed here.")
    wishes: dict[tuple[NotificationEvent, Channel], bool] = {}
    for one in cast("list[object]", given):
        if not isinstance(one, Mapping):
            raise Invalid.at("notifications", "A list of event, channel and enabled is needed here.")
        wish = cast("Mapping[str, object]", one)
        event = clean_enum("notifications", wish.get("event"), NotificationEvent, offered)
        channel = clean_enum("notifications", wish.get("channel"), Channel)
        enabled = clean_flag("notifications", wish.get("enabled"))
        if telling.is_locked(event, channel) and not enabled:
            raise Invalid.at("notifications", "This can't be switched off: it waits for you.")
        wishes[event, channel] = enabled
    return wishes


def _store(s: Session, actor: Actor, wishes: Mapping[tuple[NotificationEvent, Channel], bool]) -> bool:
    """Keep what differs from the default, which is on; whether anything changed."""
    now = _switched_off(s, actor)
    off = {key for key, enabled in wishes.items() if not enabled} - now
    on = {key for key, enabled in wishes.items() if enabled} & now
    for event, channel in sorted(on):
        s.execute(
            delete(notification_preferences).where(
                _p.user_id == actor.user_id, _p.event == str(event), _p.channel == str(channel)
            )
        )
    if off:
        rows = [
            {"user_id": actor.user_id, "event": str(event), "channel": str(channel), "enabled": False}
            for event, channel in sorted(off)
        ]
        stored = insert(notification_preferences).values(rows)
        s.execute(
            stored.on_conflict_do_update(
                index_elements=["user_id", "event", "channel"], set_={"enabled": False}
            )
        )
    return bool(on or off)


def _switched_off(s: Session, actor: Actor) -> set[tuple[str, str]]:
    rows = s.execute(select(_p.event, _p.channel).where(_p.user_id == actor.user_id, ~_p.enabled))
    return {(row.event, row.channel) for row in rows}


def _read(s: Session, actor: Actor) -> ProfileView:
    row = s.execute(
        select(users, roles.c.name.label("role"))
        .join(roles, roles.c.id == users.c.role_id)
        .where(users.c.id == actor.user_id)
    ).one()
    off = _switched_off(s, actor)
    names = ("id", "name", "email", "role", "department", "location")
    likes = ("time_zone", "locale", "theme", "density", "single_keys")
    return ProfileView(
        **{name: getattr(row, name) for name in (*names, *likes)},
        notifications=tuple(
            Telling(
                str(event),
                str(channel),
                telling.is_locked(event, channel) or (event, channel) not in off,
                telling.is_locked(event, channel),
            )
            for event in telling.offered(actor.role)
            for channel in Channel
        ),
    )


def _session(actor: Actor, row: Row[Any]) -> OwnSession:
    return OwnSession(
        id=str(row.id),
        kind=row.kind,
        ip=row.ip,
        user_agent=row.user_agent,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        current=str(row.id) == actor.session_id,
    )


def _session_id(value: object) -> uuid.UUID:
    try:
        return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
    except ValueError:
        raise NotFound("There is no such session.") from None


def _ring(s: Session, actor: Actor) -> None:
    """Open pages of ended sessions find out at once."""
    after_commit(s, lambda: live.publish([f"bell:{actor.user_id}"]))

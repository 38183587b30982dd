"""Who is meant, and who may be meant, by `@name` in an internal note."""

from __future__ import annotations

import re

from sqlalchemy import Text, any_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from helpdesk.domain.access import Actor, in_staff_scope
from helpdesk.domain.enums import Role
from helpdesk.models.person import roles, users
from helpdesk.models.tree import group_members
from helpdesk.services.views import MentionView

_MENTION = re.compile(r"(?<![\w@])@(\w[\w.\-]*)((?: \w[\w.\-]*){0,3})")
_MOST = 20
_WORKERS = (str(Role.AGENT), str(Role.ADMIN))
_GROUPS_OF = select(func.array_agg(group_members.c.group_id)).where(group_members.c.user_id == users.c.id)
_NAMED = any_(bindparam("names", type_=ARRAY(Text)))
_MENTIONED = (
    select(users.c.id, roles.c.name.label("role"), _GROUPS_OF.scalar_subquery().label("groups"))
    .join(roles, roles.c.id == users.c.role_id)
    .where(
        users.c.is_active,
        roles.c.name.in_(_WORKERS),
        or_(func.lower(users.c.name) == _NAMED, func.lower(func.split_part(users.c.email, "@", 1)) == _NAMED),
    )
    .order_by(users.c.id)
    .limit(_MOST)
)


def mentioned(s: Session, message: str, group_id: int, restricted: bool) -> tuple[int, ...]:
    """The active agents and admins named in `message`, by full name or by the local part of their address.

    Only those who can see a ticket of this group as staff: a mention tells nobody of what they may not see.
    """
    names = _candidates(message)
    if not names:
        return ()
    rows = s.execute(_MENTIONED, {"names": sorted(names)})
    return tuple(
        row.id
        for row in rows
        if in_staff_scope(Actor(row.id, Role(row.role), frozenset(row.groups or ())), group_id, restricted)
    )


def candidates(
    s: Session, words: str, group_id: int, restricted: bool, but: int, most: int
) -> tuple[MentionView, ...]:
    """Whom `words`, the beginning of a name or an address, may mean: of those whom `mentioned` would tell, by name."""
    local = func.split_part(users.c.email, "@", 1)
    like = "".join(f"\\{c}" if c in "\\%_" else c for c in words.strip().lower())
    member = select(group_members.c.user_id).where(
        group_members.c.user_id == users.c.id, group_members.c.group_id == group_id
    )
    rows = s.execute(
        select(users.c.id, users.c.name, users.c.department, func.lower(local).label("local"))
        .join(roles, roles.c.id == users.c.role_id)
        .where(
            users.c.is_active,
            users.c.id != but,
            roles.c.name.in_(_WORKERS),
            or_(
                func.lower(users.c.name).like(f"{like}%"),
                func.lower(users.c.name).like(f"% {like}%"),
                func.lower(local).like(f"{like}%"),
            ),
            *([or_(roles.c.name == str(Role.ADMIN), member.exists())] if restricted else []),
        )
        .order_by(users.c.name, users.c.id)
        .limit(most)
    )
    return tuple(MentionView(row.id, row.name, row.department, _handle(row.name, row.local)) for row in rows)


def _handle(name: str, local: str) -> str:
    """What to write after the @: the address's own part, which is one word and means one person; else the name."""
    return local if _candidates(f"@{local}") == {local} else name


def _candidates(message: str) -> set[str]:
    """`@Ana Maria Silva wrote` may name Ana, Ana Maria or Ana Maria Silva."""
    found: set[str] = set()
    for first, rest in _MENTION.findall(message)[: _MOST * 4]:
        words = [first, *rest.split()]
        found |= {" ".join(words[:count]).lower().rstrip(".-") for count in range(1, len(words) + 1)}
    return found

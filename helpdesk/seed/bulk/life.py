"""What happens to one ticket, as the services would have written it: blocks of history and events with a moment each.

A block is what one act does in one transaction (`services._record.TicketWork`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from helpdesk.domain.clock_fold import ClockEvent
from helpdesk.domain.enums import EventKind, NotificationEvent, Priority, Source, Status, Visibility
from helpdesk.seed.bulk.acts import Block, Comment, Event, Hold, Told
from helpdesk.seed.bulk.scene import Person, Place, Scene, Team
from helpdesk.services._record import TICK

# Without a change of priority or policy, `domain.clock_fold` passes over all others.
MOVES_CLOCKS = frozenset(
    {
        EventKind.CREATED,
        EventKind.REQUESTER_COMMENT,
        EventKind.AGENT_COMMENT,
        EventKind.HOLD_STARTED,
        EventKind.HOLD_ENDED,
        EventKind.PRIORITY_CHANGED,
        EventKind.RESOLVED,
        EventKind.CLOSED,
        EventKind.REOPENED,
    }
)
PUBLIC, STAFF = str(Visibility.PUBLIC), str(Visibility.STAFF)


class Life:
    """A ticket while it is being lived. The verbs follow the services of the same name, row by row."""

    def __init__(
        self, scene: Scene, team: Team, place: Place, requester: Person, filed_by: int, ticket_id: int
    ) -> None:
        self.scene, self.team, self.place, self.id = scene, team, place, ticket_id
        self.requester, self.filed_by = requester, filed_by
        self.blocks: list[Block] = []
        self.comments: list[Comment] = []
        self.holds: list[Hold] = []
        self.watchers: tuple[int, ...] = ()
        self.tags: tuple[str, ...] = ()
        self.retargets: list[datetime] = []
        self.columns: dict[str, Any] = {
            "assigned_to": None,
            "status": str(Status.OPEN),
            "resolution_code": None,
            "resolution_text": None,
            "reopen_count": 0,
            "rating": None,
            "rating_comment": None,
            "started_at": None,
            "resolved_at": None,
            "closed_at": None,
        }
        self._last: datetime | None = None

    @property
    def side(self) -> tuple[int, ...]:
        """Requester and creator, then the watchers: who is told of what the helpdesk does."""
        return tuple(dict.fromkeys((self.requester.id, self.filed_by)))

    @property
    def hold(self) -> Hold | None:
        return self.holds[-1] if self.holds and self.holds[-1].ended_at is None else None

    def block(self, at: datetime, by: int, source: Source = Source.SEED) -> Block:
        made = Block(at, by, str(source))
        self.blocks.append(made)
        return made

    def set(self, block: Block, name: str, value: Any) -> None:
        """Change a column, with its history."""
        old = self.columns[name]
        if old != value:
            self.columns[name] = value
            block.history.append(
                (name, None if old is None else str(old), None if value is None else str(value), PUBLIC)
            )

    def event(
        self,
        block: Block,
        kind: EventKind,
        *told: Told,
        data: Mapping[str, Any] | None = None,
        visibility: str = PUBLIC,
    ) -> Event:
        at = block.at if self._last is None else max(block.at, self._last + TICK)
        self._last = at
        c, facts = self.columns, data or {}
        assigned = "\\N" if c["assigned_to"] is None else c["assigned_to"]
        version = c["policy_version_id"]
        snapshot = f"{c['status']}\t{c['priority']}\t{self.place.columns}\t{assigned}\t{version}"
        noticed = None
        if kind in MOVES_CLOCKS:
            asked = bool(facts.get("by_requester"))
            noticed = ClockEvent(len(self.blocks), kind, at, Priority(c["priority"]), version, asked, facts)
        made = Event(kind, at, facts, visibility, told, snapshot, noticed)
        block.events.append(made)
        return made

    # ---- the verbs ----

    def create(
        self, at: datetime, title: str, description: str, priority: str, watchers: Sequence[int]
    ) -> None:
        version = self.scene.policy_of(self.place, priority, self.requester)
        self.columns |= {"policy_version_id": version, "title": title, "description": description}
        self.columns |= {"priority": priority, "created_at": at}
        block = self.block(at, self.filed_by)
        block.history += [("status", None, str(Status.OPEN), PUBLIC), ("priority", None, priority, PUBLIC)]
        others = dict.fromkeys(one for one in watchers if one != self.requester.id)
        if self.filed_by != self.requester.id:
            others[self.filed_by] = None
        self.watchers = tuple(others)
        block.history += [("watcher", None, str(person), PUBLIC) for person in self.watchers]
        self.event(
            block,
            EventKind.CREATED,
            Told(str(NotificationEvent.TICKET_RECEIPT), self.side),
            Told(str(NotificationEvent.TICKET_CREATED), self.team.members, self.team.address),
            data={"source": str(Source.SEED)},
        )

    def prioritise(self, at: datetime, by: int, priority: str) -> None:
        block = self.block(at, by)
        self.set(block, "priority", priority)
        before = self.columns["policy_version_id"]
        version = self.scene.policy_of(self.place, priority, self.requester)
        if self.scene.policy_ids[version] != self.scene.policy_ids[before]:
            block.history.append(("policy_version_id", str(before), str(version), STAFF))
            self.columns["policy_version_id"] = version
        made = self.event(block, EventKind.PRIORITY_CHANGED, data={"priority": priority})
        self.retargets.append(made.at)

    def move(self, at: datetime, by: int, place: Place) -> None:
        """To another subcategory of the same group, whose promises are the same."""
        block, old = self.block(at, by), self.place
        for name in ("category_id", "subcategory_id"):
            before, after = getattr(old, name), getattr(place, name)
            if before != after:
                block.history.append((name, str(before), str(after), PUBLIC))
        self.place = place
        self.event(block, EventKind.CATEGORY_CHANGED, data={"path": place.path})

    def tag(self, at: datetime, by: int, names: Sequence[str]) -> None:
        block = self.block(at, by)
        self.tags = tuple(sorted(names))
        block.history += [("tag", None, name, STAFF) for name in self.tags]
        self.event(block, EventKind.EDITED, data={"field": "tags"}, visibility=STAFF)

    def assign(self, at: datetime, by: int, assignee: int) -> None:
        block = self.block(at, by)
        before, was_open = self.columns["assigned_to"], self.columns["status"] == Status.OPEN
        self.set(block, "assigned_to", assignee)
        told = [Told(str(NotificationEvent.ASSIGNED), (assignee,))]
        if before is not None:
            told.append(Told(str(NotificationEvent.UNASSIGNED), (before,)))
        if was_open:
            self.set(block, "status", str(Status.ASSIGNED))
            told.append(self._status())
        self.event(block, EventKind.ASSIGNED, *told, data={"assigned_to": assignee})

    def comment(self, at: datetime, by: int, message: str, *, internal: bool = False) -> None:
        comment_id = comment_id_of(self.id, len(self.comments))
        self.comments.append(Comment(comment_id, by, at, message, internal))
        block = self.block(at, by)
        if internal:
            block.history.append(("note", None, str(comment_id), STAFF))
            self.event(block, EventKind.NOTE, visibility=STAFF)
            return
        block.history.append(("comment", None, str(comment_id), PUBLIC))
        event, assignee = str(NotificationEvent.PUBLIC_COMMENT), self.columns["assigned_to"]
        data = {"comment_id": comment_id}
        if by == self.requester.id:
            people, address = ((assignee,), None) if assignee else (self.team.members, self.team.address)
            told = Told(event, people, address, comment_id)
            self.event(block, EventKind.REQUESTER_COMMENT, told, data=data)
            if self.hold is not None and self.hold.reason == "requester":
                self._end_hold(block, at, by)
                self.event(block, EventKind.HOLD_ENDED, self._held(NotificationEvent.HOLD_ENDED))
            return
        told = Told(event, (*self.side, *sorted(self.watchers)), None, comment_id)
        self.event(block, EventKind.AGENT_COMMENT, told, data=data)
        if self.columns["status"] == Status.ASSIGNED and by == assignee:
            self.set(block, "status", str(Status.IN_PROGRESS))
            self.columns["started_at"] = self.columns["started_at"] or at
            self.event(
                block, EventKind.STATUS_CHANGED, self._status(), data={"status": str(Status.IN_PROGRESS)}
            )

    def hold_it(self, at: datetime, by: int, reason: str, until: datetime | None = None) -> None:
        block = self.block(at, by)
        block.history.append(("hold", None, reason, PUBLIC))
        made = self.event(
            block,
            EventKind.HOLD_STARTED,
            self._held(NotificationEvent.HOLD_STARTED, reason),
            data={"reason": reason, "until": until.isoformat() if until else None},
        )
        self.holds.append(Hold(reason, made.at, until, by))

    def resume(self, at: datetime, by: int, source: Source = Source.SEED) -> None:
        if self.hold is not None:
            block = self.block(at, by, source)
            self._end_hold(block, at, by)
            self.event(block, EventKind.HOLD_ENDED, self._held(NotificationEvent.HOLD_ENDED))

    def resolve(self, at: datetime, by: int, code: str, text: str) -> None:
        block = self.block(at, by)
        self._end_for_good(block, at, by)
        self.set(block, "status", str(Status.RESOLVED))
        self.set(block, "resolution_code", code)
        self.set(block, "resolution_text", text)
        self.columns["resolved_at"] = at
        told = Told(str(NotificationEvent.RESOLVED), self.side)
        self.event(block, EventKind.RESOLVED, told, self._status(), data={"resolution_code": code})

    def close(self, at: datetime, by: int, source: Source = Source.SEED, code: str | None = None) -> None:
        block = self.block(at, by, source)
        self._end_for_good(block, at, by)
        self.set(block, "status", str(Status.CLOSED))
        if code is not None:
            self.set(block, "resolution_code", code)
        self.columns["closed_at"] = at
        assignee = self.columns["assigned_to"]
        told = [Told(str(NotificationEvent.CLOSED), self.side), self._status()]
        if assignee is not None:
            told.append(Told(str(NotificationEvent.STATUS_CHANGED), (assignee,), data=self._status().data))
        self.event(block, EventKind.CLOSED, *told, data={"resolution_code": self.columns["resolution_code"]})

    def reopen(self, at: datetime, reason: str) -> None:
        block = self.block(at, self.requester.id)
        status = str(Status.IN_PROGRESS if self.columns["started_at"] else Status.ASSIGNED)
        self.set(block, "status", status)
        block.history.append(("reopen_reason", None, reason, PUBLIC))
        self.set(block, "resolution_code", None)
        self.set(block, "resolution_text", None)
        self.columns |= {"resolved_at": None, "closed_at": None}
        self.columns["reopen_count"] += 1
        told = Told(str(NotificationEvent.REOPENED), (self.columns["assigned_to"],))
        self.event(
            block, EventKind.REOPENED, told, self._status(), data={"by_requester": True, "status": status}
        )

    def rate(self, at: datetime, stars: int, words: str | None) -> None:
        block = self.block(at, self.requester.id)
        self.set(block, "rating", stars)
        self.set(block, "rating_comment", words)
        self.event(block, EventKind.RATED, data={"rating": stars})

    # ---- what several do ----

    def _status(self) -> Told:
        data = {"status": self.columns["status"]}
        return Told(str(NotificationEvent.STATUS_CHANGED), (*self.side, *sorted(self.watchers)), data=data)

    def _held(self, event: NotificationEvent, reason: str | None = None) -> Told:
        data = {"reason": reason} if reason else {}
        return Told(str(event), (*self.side, *sorted(self.watchers)), data=data)

    def _end_for_good(self, block: Block, at: datetime, by: int) -> None:
        if self.hold is not None:
            self._end_hold(block, at, by)
            self.event(block, EventKind.HOLD_ENDED)

    def _end_hold(self, block: Block, at: datetime, by: int) -> None:
        hold = self.holds[-1]
        block.history.append(("hold", hold.reason, None, PUBLIC))
        hold.ended_at, hold.ended_by = max(at, hold.since), by


_ID_BITS = 51
_COMMENTS_BITS = 10
_ODD = 0x5_DEEC_E66D_1B7B | 1


def comment_id_of(ticket_id: int, number: int) -> int:
    """An id that counts nothing, as `core.ids.random_id`, but another for each comment without asking anybody.

    Multiplying by an odd number is a permutation of the numbers below a power of two.
    """
    place = (ticket_id << _COMMENTS_BITS | number) * _ODD
    return 1 << _ID_BITS | place & ((1 << _ID_BITS) - 1)

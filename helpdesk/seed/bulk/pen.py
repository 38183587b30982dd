"""Turns a life into rows: numbers and chains its history, fires its SLA steps, computes its clocks."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import product
from operator import attrgetter
from random import Random
from typing import Any

from helpdesk.domain.clock_fold import ClockEvent
from helpdesk.domain.enums import Channel, EventKind, NotificationEvent, NotificationStatus, Source
from helpdesk.domain.sla import Clocks, ClockState, compute, steps
from helpdesk.models.ticket import NO_END
from helpdesk.seed.bulk.acts import Block, Event, Told
from helpdesk.seed.bulk.life import STAFF, Life
from helpdesk.seed.bulk.plot import TIMER_LAG
from helpdesk.seed.bulk.sheets import NULL, Sheets, cell, escaped
from helpdesk.services import _chain, _clocks
from helpdesk.services._clocks import FiredStep
from helpdesk.services._record import TICK, WORDS
from helpdesk.services._sla_steps import Reached, reached_steps

_SEED = str(Source.SEED)
_SUPPRESSED = str(NotificationStatus.SUPPRESSED)
_RECEIPT = str(NotificationEvent.TICKET_RECEIPT)
_EMAIL, _IN_APP = str(Channel.EMAIL), str(Channel.IN_APP)
_MICROS = 1000 * TICK


class Pen:
    """Writes lives into sheets. `logged_since`: from when on messages are in the log."""

    def __init__(self, sheets: Sheets, prefix: str, now: datetime, logged_since: datetime) -> None:
        self._sheets, self._prefix, self._now, self._since = sheets, prefix, now, logged_since

    def write(self, rng: Random, life: Life, number: int) -> None:
        """All rows of a ticket; `number` is that of its ticket number."""
        life.blocks.sort(key=attrgetter("at"))
        events = [event.clock for block in life.blocks for event in block.events if event.clock]
        final = compute(events, life.scene.policies, self._now)
        fired: set[FiredStep] = set()
        for moment, reached in self._sweeps(life, events, final, fired):
            self._insert_steps(life, moment, reached)
        life.blocks.sort(key=attrgetter("at"))
        written = self._blocks(rng, life)
        lists = self._clocks(life, events, final, written.pop("as_of"), fired)
        facts = {
            "id": life.id,
            "ticket_no": f"{self._prefix}-{number}",
            "created_by": life.filed_by,
            "requested_for": life.requester.id,
            "group_id": life.place.group_id,
            "category_id": life.place.category_id,
            "subcategory_id": life.place.subcategory_id,
            "source": _SEED,
            "held_until": next((one.until or NO_END for one in life.holds if one.ended_at is None), None),
        }
        self._sheets.add("tickets", facts | life.columns | written | lists)
        self._around(life)

    def _blocks(self, rng: Random, life: Life) -> dict[str, Any]:
        """History, events and messages; returns what the ticket's row keeps of them, as `TicketWork.flush` does."""
        chain = _Chain(self._sheets, life.id)
        seq, created = 0, life.columns["created_at"]
        at, version, updated, staff_updated, as_of = created - TICK, 0, created, created, created
        for block in life.blocks:
            chain.write(rng, block, life)
            told: dict[tuple[str, int, str], str] = {}
            for event in block.events:
                seq, at = seq + 1, max(event.at, at + TICK)
                self._event(life, block, event, seq, at)
                if block.at >= self._since:
                    self._notices(told, life, block, event, seq)
            self._told(rng, told, block)
            staff_updated = max(staff_updated, block.at)
            public = any(one.visibility != STAFF for one in block.events)
            if public:
                version, updated = version + 1, max(updated, block.at)
            if public or block.events[0].kind is EventKind.SLA_STEP:
                as_of = at
        return {
            "version": version,
            "updated_at": updated,
            "staff_updated_at": staff_updated,
            "history_seq": chain.seq,
            "history_hash": chain.hash,
            "event_seq": seq,
            "event_at": at,
            "as_of": as_of,
        }

    def _around(self, life: Life) -> None:
        lines = self._sheets.lines
        for one in life.comments:
            lines["ticket_comments"].append(
                f"{one.id}\t{life.id}\t{one.by}\t{escaped(one.message)}\t{one.internal}\t{_SEED}"
                f"\t{one.at.isoformat()}\n"
            )
        for person in life.watchers:
            lines["ticket_watchers"].append(
                f"{life.id}\t{person}\t{life.filed_by}\t{life.columns['created_at'].isoformat()}\n"
            )
        lines["ticket_tags"] += [f"{life.id}\t{name}\n" for name in life.tags]
        for hold in life.holds:
            lines["ticket_holds"].append(
                f"{life.id}\t{hold.reason}\t{hold.since.isoformat()}\t{cell(hold.until)}\t{hold.by}"
                f"\t{cell(hold.ended_at)}\t{cell(hold.ended_by)}\n"
            )

    # ---- clocks and steps ----

    def _sweeps(
        self, life: Life, events: Sequence[ClockEvent], final: Clocks, fired: set[FiredStep]
    ) -> Iterator[tuple[datetime, list[Reached]]]:
        """What the timers fired, and when: with the events that there were then (`services._sla_steps.fire_due`)."""
        policies = life.scene.policies
        later: dict[FiredStep, datetime] = {}
        for until in (*life.retargets, self._now):
            clocks = final if until is self._now else compute(events, policies, until - TICK)
            while due := self._unfired(life, clocks, fired, later):
                first = min(due.values())
                moment = first + TIMER_LAG
                if moment >= until:
                    break
                reached = reached_steps(events, policies, fired, moment)
                if not reached:  # its clock stopped at that very instant: it fires if the clock goes on
                    goes_on = min((event.at for event in events if event.at > moment), default=self._now)
                    later |= {step: goes_on for step, at in due.items() if at == first}
                    continue
                for one in reached:
                    fired.add((str(one.state.kind), one.state.run, one.step.key))
                yield moment, reached

    @staticmethod
    def _unfired(
        life: Life, clocks: Clocks, fired: set[FiredStep], later: Mapping[FiredStep, datetime]
    ) -> dict[FiredStep, datetime]:
        """The steps that are still to fire, and from when on."""
        latest = (clocks.first_response, clocks.next_response, clocks.resolution)
        found: dict[FiredStep, datetime] = {}
        for state in (*latest, *clocks.earlier):
            if state is None or state.consumed_seconds < _first_step_s(state):
                continue
            for step in steps(state, life.scene.policies[state.policy_version_id]):
                key = (str(state.kind), state.run, step.key)
                if step.at is not None and key not in fired:
                    found[key] = max(step.at, later.get(key, step.at))
        return found

    def _insert_steps(self, life: Life, moment: datetime, reached: Sequence[Reached]) -> None:
        at = moment
        while any(abs(block.at - at) < _MICROS for block in life.blocks):
            at += 2 * _MICROS
        before = max((block for block in life.blocks if block.at < at), key=attrgetter("at"))
        last = before.events[-1]
        block = Block(at, life.scene.system_id, str(Source.TIMER))
        for one in reached:
            facts = one.facts(moment)
            kind = NotificationEvent.SLA_BREACH if one.is_breach else NotificationEvent.SLA_WARNING
            people = self._to_tell(life, last, one)
            told = Told(str(kind), people, data=facts)
            block.history.append(("sla_step", None, one.name, STAFF))
            block.events.append(Event(EventKind.SLA_STEP, at, facts, STAFF, (told,), last.snapshot))
            self._sheets.lines["ticket_clock_steps"].append(
                f"{life.id}\t{one.state.kind}\t{one.state.run}\t{one.step.key}\t{one.at.isoformat()}"
                f"\t{at.isoformat()}\t{one.is_late(at)}\n"
            )
        life.blocks.append(block)

    @staticmethod
    def _to_tell(life: Life, last: Event, one: Reached) -> tuple[int, ...]:
        if not one.tells:
            return ()
        wanted = set(one.step.rule.action.get("notify", ()))
        assignee = last.snapshot.split("\t")[6]
        people = []
        if "assignee" in wanted:
            people += life.team.members if assignee == NULL else [int(assignee)]
        if "lead" in wanted and life.team.lead_id is not None:
            people.append(life.team.lead_id)
        return tuple(people)

    def _clocks(
        self, life: Life, events: Sequence[ClockEvent], final: Clocks, as_of: datetime, fired: set[FiredStep]
    ) -> dict[str, datetime | None]:
        policies = life.scene.policies
        done = life.columns["closed_at"] or life.columns["resolved_at"]
        clocks = final if done else compute(events, policies, as_of)
        for row in _clocks.clock_rows(policies, life.id, clocks, as_of, fired):
            self._sheets.add("ticket_clocks", row)
        return _clocks.list_columns(policies, events, clocks)

    # ---- events and messages ----

    def _event(self, life: Life, block: Block, event: Event, seq: int, at: datetime) -> None:
        data = _json(event.data)
        self._sheets.lines["ticket_events"].append(
            f"{life.id}\t{seq}\t{event.kind}\t{at.isoformat()}\t{block.by}\t{data}\t{event.visibility}"
            f"\t{event.snapshot}\n"
        )

    def _notices(
        self, told: dict[tuple[str, int, str], str], life: Life, block: Block, event: Event, seq: int
    ) -> None:
        """As `services._notify.write`: nobody twice by one channel, not who did it, not who has switched it off."""
        for channel, notice in product((_EMAIL, _IN_APP), event.told):
            keys = [
                (f"user:{person}", str(person), NULL)
                for person in notice.people
                if (person != block.by or (notice.event == _RECEIPT and channel == _EMAIL))
                and (person, notice.event, channel) not in life.scene.switched_off
            ]
            if notice.address and channel == _EMAIL:
                keys.append((f"address:{notice.address.lower()}", NULL, escaped(notice.address)))
            for key, person, address in keys:
                told.setdefault(
                    (channel, seq, key),
                    f"{notice.event}\t{life.id}\t{seq}\t{cell(notice.comment_id)}\t{block.by}\t{person}"
                    f"\t{address}\t{escaped(key)}\t{_SUPPRESSED}\t{_json(notice.data)}",
                )

    def _told(self, rng: Random, told: dict[tuple[str, int, str], str], block: Block) -> None:
        if told:
            batch, at = uuid.UUID(int=rng.getrandbits(128), version=4), block.at.isoformat()
            self._sheets.lines["notification_logs"] += [
                f"{line}\t{batch}\t{at}\t{at}\t{channel}\t"
                + (f"{rng.getrandbits(52) | 1 << 51}\t{at}\n" if channel == _IN_APP else f"{NULL}\t{NULL}\n")
                for (channel, _, _), line in told.items()
            ]


def _first_step_s(state: ClockState) -> float:
    """How much of a clock's time has to pass for its first step: most never come so far."""
    key = (state.policy_version_id, state.kind, state.target_minutes)
    if key not in _first_steps:
        rules = state.policy.steps_of(state.kind)
        reached = [rule.threshold(state.target_minutes).total_seconds() for rule in rules]
        _first_steps[key] = min(reached, default=float("inf"))
    return _first_steps[key]


_first_steps: dict[tuple[int, str, int], float] = {}


def _json(data: Mapping[str, Any]) -> str:
    return escaped(_encoded(data)) if data else "{}"


_encoded = json.JSONEncoder(ensure_ascii=False).encode


class _Chain:
    """A ticket's history, as `services._record.TicketWork.log` writes it."""

    def __init__(self, sheets: Sheets, ticket_id: int) -> None:
        self.seq, self.hash = 0, _chain.GENESIS
        self._lines, self._id = sheets.lines, ticket_id

    def write(self, rng: Random, block: Block, life: Life) -> None:
        behalf = None
        if block is life.blocks[0] and life.filed_by != life.requester.id:
            behalf = life.requester.id
        at, on_behalf = block.at.isoformat(), cell(behalf)
        for name, old, new, visibility in block.history:
            self.seq += 1
            digest = None
            if name in WORDS:
                salt = rng.randbytes(_chain.SALT_BYTES)
                self._lines["ticket_history_texts"].append(
                    f"{self._id}\t{self.seq}\t{cell(salt)}\t{cell(old)}\t{cell(new)}\n"
                )
                old, new, digest = None, None, _chain.text_digest(salt, old, new)
            entry: dict[str, Any] = {
                "ticket_id": self._id,
                "seq": self.seq,
                "changed_by": block.by,
                "on_behalf_of": behalf,
                "source": block.source,
                "field_name": name,
                "old_value": old,
                "new_value": new,
                "text_digest": digest,
                "visibility": visibility,
                "changed_at": block.at,
            }
            before, self.hash = self.hash, _chain.link(entry, self.hash)
            self._lines["ticket_history"].append(
                f"{self._id}\t{self.seq}\t{block.by}\t{on_behalf}\t{block.source}\t{name}\t{cell(old)}"
                f"\t{cell(new)}\t{cell(digest)}\t{visibility}\t{at}\t\\\\x{before.hex()}"
                f"\t\\\\x{self.hash.hex()}\n"
            )

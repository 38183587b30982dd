"""Versions of an SLA policy: targets per priority and clock, the calendar they are counted in, escalation
steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from helpdesk.core.errors import Invalid
from helpdesk.domain.calendars import BusinessCalendar
from helpdesk.domain.enums import ClockKind, Priority
from helpdesk.domain.working_time import ALWAYS, WorkingTime

MAX_TARGET_MINUTES = 366 * 24 * 60
MAX_STEPS = 50


@dataclass(frozen=True, slots=True)
class Target:
    """How long a clock may run.

    `minutes` is None where there is no such target; `business` counts them in the policy's calendar, else
    around the clock.
    """

    minutes: int | None
    business: bool = True


NO_TARGET = Target(None)


@dataclass(frozen=True, slots=True)
class StepRule:
    """An escalation step of one clock: at a percentage of the target, or minutes after (negative: before)
    its due time.

    `key` names the step within its clock; it stays the same through the versions of a policy, so that a step
    that has fired does not fire again under a newer version. `action` is what to do, read by the service
    that fires it.
    """

    key: str
    clock: ClockKind
    percent: int | None = None
    offset_minutes: int | None = None
    action: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def threshold(self, target_minutes: int) -> timedelta:
        """How much of the clock's time must have passed for the step to be due."""
        if self.percent is not None:
            return timedelta(minutes=target_minutes) * self.percent / 100
        return max(timedelta(minutes=target_minutes + (self.offset_minutes or 0)), timedelta())


@dataclass(frozen=True)
class PolicyVersion:
    """One immutable version of a policy; the calendar is a snapshot, None means around the clock throughout.

    Raises `Invalid` for targets and steps that make no sense, or that the calendar could not hold in two
    years.
    """

    id: int
    targets: Mapping[Priority, Mapping[ClockKind, Target]]
    calendar: BusinessCalendar | None = None
    steps: tuple[StepRule, ...] = ()
    name: str = ""

    def __post_init__(self) -> None:
        if len(self.steps) > MAX_STEPS:
            raise Invalid.at("steps", f"A policy has at most {MAX_STEPS} steps.")
        seen: set[tuple[ClockKind, str]] = set()
        for step in self.steps:
            if (step.clock, step.key) in seen:
                raise Invalid.at("steps", f"The step {step.key!r} is there twice.")
            seen.add((step.clock, step.key))
            _check_step(step)
        for priority, clocks in self.targets.items():
            for kind, target in clocks.items():
                self._check_target(f"targets.{priority}.{kind}", kind, target)

    def target(self, priority: Priority, kind: ClockKind) -> Target:
        """The target of one clock; one without minutes where the policy names none."""
        return self.targets.get(priority, {}).get(kind, NO_TARGET)

    def working_time(self, target: Target) -> WorkingTime:
        """The time in which a target is counted."""
        return self.calendar if target.business and self.calendar is not None else ALWAYS

    def steps_of(self, kind: ClockKind) -> tuple[StepRule, ...]:
        """The steps of one clock, in the order of the policy."""
        return tuple(step for step in self.steps if step.clock == kind)

    def to_json(self) -> dict[str, Any]:
        """The document of a policy version, without its id; `from_json` reads it back."""
        return {
            "name": self.name,
            "calendar": None if self.calendar is None else self.calendar.to_json(),
            "targets": {
                str(priority): {
                    str(kind): {"minutes": target.minutes, "business": target.business}
                    for kind, target in clocks.items()
                }
                for priority, clocks in self.targets.items()
            },
            "steps": [_step_json(step) for step in self.steps],
        }

    @classmethod
    def from_json(cls, version_id: int, document: Mapping[str, Any]) -> PolicyVersion:
        """Reads what `to_json` writes. Raises `Invalid` naming the field."""
        try:
            calendar = document["calendar"]
            return cls(
                id=version_id,
                name=str(document.get("name", "")),
                calendar=None if calendar is None else BusinessCalendar.from_json(calendar),
                targets={
                    Priority(priority): {ClockKind(kind): _target(entry) for kind, entry in clocks.items()}
                    for priority, clocks in document["targets"].items()
                },
                steps=tuple(_steps(document.get("steps", ()))),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Invalid.at("policy", f"This is not an SLA policy: {error}.") from error

    def _check_target(self, where: str, kind: ClockKind, target: Target) -> None:
        if target.minutes is None:
            return
        if not 1 <= target.minutes <= MAX_TARGET_MINUTES:
            raise Invalid.at(where, f"A target is between 1 and {MAX_TARGET_MINUTES} minutes.")
        longest = max([step.threshold(target.minutes) for step in self.steps_of(kind)], default=timedelta())
        longest = max(longest, timedelta(minutes=target.minutes))
        if target.business and self.calendar is not None:
            two_years = timedelta(seconds=self.calendar.weekly_seconds() * 104)
            if longest > two_years:
                raise Invalid.at(where, "The calendar does not have that much open time in two years.")


def _check_step(step: StepRule) -> None:
    if not step.key:
        raise Invalid.at("steps", "A step needs a key.")
    if (step.percent is None) == (step.offset_minutes is None):
        raise Invalid.at("steps", f"The step {step.key!r} needs either a percentage or an offset.")
    if step.percent is not None and not 1 <= step.percent <= 1000:
        raise Invalid.at("steps", f"The percentage of the step {step.key!r} is between 1 and 1000.")
    if step.offset_minutes is not None and abs(step.offset_minutes) > MAX_TARGET_MINUTES:
        raise Invalid.at("steps", f"The offset of the step {step.key!r} is too long.")


def _target(entry: Mapping[str, Any]) -> Target:
    minutes, business = entry["minutes"], entry.get("business", True)
    if not (minutes is None or type(minutes) is int) or type(business) is not bool:
        raise ValueError("a target has whole minutes and says whether they are business time")
    return Target(minutes, business)


def _steps(entries: Iterable[Mapping[str, Any]]) -> Iterable[StepRule]:
    for entry in entries:
        percent, offset = entry.get("percent"), entry.get("offset_minutes")
        if any(not (value is None or type(value) is int) for value in (percent, offset)):
            raise ValueError("a step is at a whole percentage or whole minutes")
        yield StepRule(
            str(entry["key"]), ClockKind(entry["clock"]), percent, offset, dict(entry.get("action", {}))
        )


def _step_json(step: StepRule) -> dict[str, Any]:
    when = {"percent": step.percent} if step.percent is not None else {"offset_minutes": step.offset_minutes}
    return {"key": step.key, "clock": str(step.clock), **when, "action": dict(step.action)}

"""When what happens to a demo ticket: a story becomes acts with moments in working hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from helpdesk.domain.calendars import BusinessCalendar
from helpdesk.domain.enums import Priority, ResolutionCode
from helpdesk.seed import words
from helpdesk.seed.company import RESTRICTED, Employee
from helpdesk.seed.pictures import log_file, screenshot
from helpdesk.seed.script import Story

HOURS = BusinessCalendar("UTC", (((8 * 60, 18 * 60),),) * 5 + ((), ()), name="Office hours")


@dataclass(slots=True)
class Act:
    """One call of a service. `by` is None for the timers."""

    at: datetime
    verb: str
    by: Employee | None = None
    args: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(slots=True)
class Cast:
    """Who takes part in a ticket."""

    requester: Employee
    filed_by: Employee
    agent: Employee
    other_agent: Employee
    colleague: Employee


class Plot:
    """Writes down the acts of one ticket, each a plausible while after the one before."""

    def __init__(self, rng: Random, story: Story, cast: Cast, created: datetime) -> None:
        self.acts: list[Act] = []
        self._rng, self._story, self._cast = rng, story, cast
        self._at = created
        self._priority = story.priority or rng.choices(list(Priority)[:3], (4, 5, 1))[0]
        self._words = _words(rng, cast)

    def write(self, backlog: str | None = None) -> list[Act]:
        """The whole life; the caller leaves out what lies in the future.

        `backlog`: unless it is urgent, nothing happens any more after it was filed (`open`) or taken (`assigned`).
        """
        self._file()
        if backlog is not None and self._priority in words.CAN_WAIT:
            if backlog == "assigned":
                self._wait(5, 60)
                self._act("take", self._cast.agent)
            return self.acts
        fate, is_long = self._rng.random(), self._rng.random() < 0.13
        if fate < 0.035:
            self._withdraw()
        elif fate < 0.09 and self._priority is not Priority.CRITICAL:
            self._neglect()
        else:
            self._take()
            self._talk()
            if self._priority in words.CAN_WAIT and is_long:
                self._wait_for_others()
            self._resolve(self._story.code, self._story.resolution)
            self._aftermath()
        return self.acts

    def _file(self) -> None:
        rng, story, cast = self._rng, self._story, self._cast
        opening, closing = rng.choice(words.OPENINGS), rng.choice(words.CLOSINGS)
        chosen = {Priority.CRITICAL: Priority.HIGH, Priority.MEDIUM: None}.get(self._priority, self._priority)
        watched = rng.random() < 0.08 and story.group not in RESTRICTED  # there only its staff adds watchers
        self._act(
            "create",
            cast.filed_by,
            place=(story.group, story.category, story.subcategory),
            title=self._fill(story.title),
            description=self._fill(opening + story.description + closing),
            priority=None if chosen is None else str(chosen),
            requested_for=cast.requester.email if cast.requester is not cast.filed_by else None,
            watchers=(cast.colleague.email,) if watched else (),
            files=self._files(),
        )

    def _files(self) -> tuple[tuple[str, bytes], ...]:
        rng = self._rng
        if self._story.category not in words.WITH_FILES or rng.random() > 0.2:
            return ()
        if rng.random() < 0.3:
            return (("client.log", log_file(rng, self._at)),)
        return ((f"Screenshot {self._at:%Y-%m-%d %H%M}.png", screenshot(rng)),)

    def _withdraw(self) -> None:
        self._wait(40, 300)
        if self._rng.random() < 0.5:
            self._act(
                "comment", self._cast.requester, message="This has settled itself, you can forget it. Sorry!"
            )
            self._wait(1, 4)
        self._act("close", self._cast.requester)

    def _neglect(self) -> None:
        """Lies for days before somebody takes it."""
        self._wait(60 * 20, 60 * 45)
        self._act("comment", self._cast.requester, message="Is there any news?")
        self._wait(30, 400)
        self._act("take", self._cast.agent)
        self._act(
            "comment", self._cast.agent, message=self._fill("Sorry for the long wait, {me}. I am on it now.")
        )
        self._talk()
        self._resolve(self._story.code, self._story.resolution)
        self._aftermath()

    def _take(self) -> None:
        rng, cast = self._rng, self._cast
        median = words.ANSWER_MINUTES[self._priority]
        minutes = max(2.0, rng.lognormvariate(0, 0.75) * median)
        if self._priority is Priority.CRITICAL:
            self._wait(1, 3)
            self._act("update", cast.agent, changes={"priority": str(Priority.CRITICAL)})
        self._pass(minutes * rng.uniform(0.2, 0.55))
        if rng.random() < 0.3:
            self._act("assign", cast.other_agent, assignee=cast.agent.email)
        else:
            self._act("take", cast.agent)
        if rng.random() < 0.05:
            self._pass(minutes * 0.1)
            note = f"@{cast.agent.name}, we had the same last month, see the older request of this team."
            self._act("note", cast.other_agent, message=note)
        self._pass(minutes * rng.uniform(0.4, 0.7))
        if self._priority in words.CAN_WAIT and rng.random() < 0.08:
            self._wait(60, 1200)

    def _talk(self) -> None:
        agent, requester = self._cast.agent, self._cast.requester
        held: str | None = None
        for number, (mark, text) in enumerate(self._story.lines):
            message = self._fill(text)
            if mark == "~":
                self._wait(1, 6)
                self._hold(text)
                held = text
            elif mark == "N":
                self._wait(4, 40)
                self._act("note", agent, message=message)
            elif mark == "R":
                self._wait(8, 560)
                self._act("comment", requester, message=message)
                held = None if held == "requester" else held
            else:
                if number:
                    self._wait(*((420, 4200) if held else words.WORK[self._priority]))
                if held and held != "scheduled":
                    self._act("resume", agent)
                held = None
                self._act("comment", agent, message=message)
        if held and held != "scheduled":
            self._wait(300, 3000)
            self._act("resume", agent)

    def _wait_for_others(self) -> None:
        """What takes weeks: an order, a craftsman, an approval."""
        agent, reason = self._cast.agent, self._rng.choice(("third_party", "approval"))
        self._act("comment", agent, message=self._fill(self._rng.choice(words.PATIENCE[reason])))
        self._hold(reason)
        self._wait(1500, 17000)
        self._act("resume", agent)

    def _hold(self, reason: str) -> None:
        until = None
        if reason == "scheduled":
            until = HOURS.add(self._at, timedelta(minutes=self._rng.randrange(300, 1200)))
        self._act("hold", self._cast.agent, reason=reason, until=until)

    def _resolve(self, code: ResolutionCode, text: str) -> None:
        answered = self._story.lines[-1][0] == "R"
        self._wait(*((3, 100) if answered else words.SILENCE[self._priority]))
        self._act("resolve", self._cast.agent, code=str(code), text=self._fill(text))

    def _aftermath(self) -> None:
        rng, requester = self._rng, self._cast.requester
        fate = rng.random()
        if fate < 0.08:
            self._wait(60, 900)
            self._act("reopen", requester, reason=self._fill(rng.choice(words.NOT_YET)))
            self._wait(20, 200)
            self._act("comment", self._cast.agent, message=self._fill(rng.choice(words.AGAIN)))
            self._resolve(self._story.code, self._story.resolution)
            fate = rng.uniform(0.1, 1)
        if fate < 0.5:
            self._wait(20, 1300)
            self._act("close", requester)
            if rng.random() < 0.7:
                self._wait(1, 3)
                stars = rng.choices((5, 4, 3, 2), (60, 28, 8, 4))[0]
                self._act(
                    "rate",
                    requester,
                    rating=stars,
                    comment=rng.choice(words.PRAISE if stars > 3 else words.BLAME),
                )
        else:
            self.acts.append(Act(HOURS.add_days(self._at, 5) + timedelta(seconds=20), "auto_close"))

    def _act(self, verb: str, by: Employee, **args: Any) -> None:
        self.acts.append(Act(self._at, verb, by, args))
        self._at += timedelta(seconds=self._rng.randrange(2, 40))

    def _wait(self, least: float, most: float) -> None:
        """Minutes of working time, nearer to the least."""
        self._pass(least + (most - least) * self._rng.betavariate(1, 2.2))

    def _pass(self, minutes: float) -> None:
        pause = timedelta(seconds=round(minutes * 60 + self._rng.uniform(1, 20)))
        if self._priority is Priority.CRITICAL and minutes < 60:
            self._at += pause  # somebody is on call
        else:
            self._at = HOURS.add(self._at, pause)

    def _fill(self, text: str) -> str:
        for name, word in self._words.items():
            text = text.replace(f"{{{name}}}", word)
        return text


def _words(rng: Random, cast: Cast) -> Mapping[str, str]:
    printers = rng.sample(range(11, 48), 2)
    return {
        "me": cast.requester.first_name,
        "full": cast.requester.name,
        "agent": cast.agent.first_name,
        "colleague": cast.colleague.name,
        "device": rng.choice(words.DEVICES),
        "app": rng.choice(words.APPS),
        "room": f"{rng.randrange(1, 6)}.{rng.randrange(1, 30):02d}",
        "desk": f"{rng.choice('ABCD')}{rng.randrange(10, 60)}",
        "meeting": rng.choice(words.MEETING_ROOMS),
        "floor": rng.choice(words.FLOORS),
        "printer": f"PRN-{printers[0]}",
        "printer_b": f"PRN-{printers[1]}",
    }


def arrivals(rng: Random, number: int, now: datetime, days: int) -> Sequence[datetime]:
    """When requests come in, in order: mostly in working hours, most on Mondays, and more of late."""
    found: list[datetime] = []
    while len(found) < number:  # each has a microsecond of its own
        at = now - timedelta(days=days * rng.random() ** 1.5)
        hour = min(
            23.9, max(0.0, rng.choice((rng.gauss(9.6, 1.1), rng.gauss(14.2, 1.6), rng.uniform(6, 21))))
        )
        at = at.replace(
            hour=int(hour), minute=rng.randrange(60), second=rng.randrange(60), microsecond=len(found)
        )
        weight = (1.0, 0.82, 0.78, 0.78, 0.66, 0.06, 0.05)[at.weekday()]
        if at < now - timedelta(minutes=3) and rng.random() < weight:
            found.append(at)
    return sorted(found)

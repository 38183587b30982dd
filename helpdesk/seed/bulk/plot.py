"""How the life of a ticket goes: when somebody takes it, what is said, how it ends, and whether it is forgotten."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from math import exp
from random import Random

from helpdesk.domain.enums import Priority, ResolutionCode, Source
from helpdesk.domain.working_time import WorkingTime
from helpdesk.seed import words
from helpdesk.seed.bulk import names, scripts
from helpdesk.seed.bulk.acts import NotYet
from helpdesk.seed.bulk.life import Life
from helpdesk.seed.bulk.scene import Person, Scene

AUTO_CLOSE_DAYS = 5
TIMER_LAG = timedelta(seconds=5)  # of the sweeps, which come every ten
_LONG_EVERY, _LONG_OFFSET, _LONG_MESSAGES = 50_000, 777, 500  # a few conversations have no end
_FORGOTTEN = 0.021  # share of the tickets that lie for ever
_STAGES = ("new", "taken", "working", "waiting")
# A large helpdesk is quicker than the demo company's: about one promise in ten is missed.
_WORK = {priority: (least, most * 0.55) for priority, (least, most) in words.WORK.items()}
_SILENCE = {priority: (least, most * 0.55) for priority, (least, most) in words.SILENCE.items()}
_CODES = (*[None] * 17, ResolutionCode.WORKAROUND, ResolutionCode.NOT_REPRODUCIBLE, ResolutionCode.DUPLICATE)


class Plot:
    """Writes one life; ends with `NotYet` inside where the future begins."""

    def __init__(
        self, rng: Random, scene: Scene, ticket_id: int, number: int, created: datetime, now: datetime
    ):
        self._rng, self._scene, self._now, self._at = rng, scene, now, created
        self._long = number % _LONG_EVERY == _LONG_OFFSET
        team = rng.choices(scene.teams, [one.share for one in scene.teams])[0]
        self._script = team.scripts[int(len(team.scripts) * rng.random() ** 1.4)]
        place = team.places[self._script.category, self._script.subcategory]
        requester = scene.client(rng)
        self._agent: Person = team.agents[int(len(team.agents) * rng.random() ** 1.3)]
        self._other: Person = rng.choice(team.agents)
        self._colleague = scene.client(rng)
        filed_by = self._filed_by(requester)
        self.life = Life(scene, team, place, requester, filed_by, ticket_id)
        self._priority = self._script.priority or rng.choices(list(Priority)[:3], (4, 5, 1))[0]
        self._words = self._fillings()

    def write(self) -> Life:
        with contextlib.suppress(NotYet):
            self._live(self._stage())
        return self.life

    def _live(self, stage: str | None) -> None:
        rng = self._rng
        self._file()
        if stage == "new":
            self._wait_in_vain()
        if stage is None and rng.random() < 0.03:
            self._withdraw()
            return
        self._take()
        if stage == "taken":
            self._note()
            self._reply()
            self._note()
            raise NotYet
        self._talk()
        if stage == "working":
            raise NotYet
        if stage == "waiting":
            self._act(
                lambda at: self.life.hold_it(at, self._agent.id, rng.choice(("third_party", "approval")))
            )
            raise NotYet
        self._resolve()
        self._aftermath()

    def _stage(self) -> str | None:
        """Where a ticket stays for ever; most don't, and of late more than long ago."""
        age = (self._now - self._at) / timedelta(days=1)
        stuck = _FORGOTTEN + 0.5 * exp(-age / 22)
        weights = (30, 24, 28, 18) if age < 20 else (8, 22, 38, 32)
        return (
            self._rng.choices(_STAGES, weights)[0] if self._rng.random() < stuck and not self._long else None
        )

    # ---- stages ----

    def _file(self) -> None:
        rng, script, cast = self._rng, self._script, self._words
        title = script.title + rng.choice(scripts.TITLE_ENDS)
        text = rng.choice(words.OPENINGS) + script.description + rng.choice(scripts.DETAILS)
        chosen = Priority.HIGH if self._priority is Priority.CRITICAL else self._priority
        watchers = ()
        if rng.random() < 0.08 and not self.life.place.restricted:
            watchers = (self._colleague.id,)
        self.life.create(
            self._at,
            title.format_map(cast)[:255],
            (text + rng.choice(words.CLOSINGS)).format_map(cast),
            str(chosen),
            [one for one in watchers if one != self.life.filed_by],
        )

    def _wait_in_vain(self) -> None:
        self._reply()
        self._note()
        self._reply()
        raise NotYet

    def _withdraw(self) -> None:
        self._note()
        self._reply()
        self._wait(40, 300)
        message = "This has settled itself, you can forget it. Sorry!"
        self._act(lambda at: self.life.comment(at, self.life.requester.id, message))
        self._act(lambda at: self.life.close(at, self.life.requester.id, code=str(ResolutionCode.WITHDRAWN)))

    def _take(self) -> None:
        rng, life, agent = self._rng, self.life, self._agent
        minutes = max(2.0, rng.lognormvariate(0, 0.8) * 0.7 * words.ANSWER_MINUTES[self._priority])
        if self._priority is Priority.CRITICAL:
            self._wait(1, 3)
            self._act(lambda at: life.prioritise(at, agent.id, str(Priority.CRITICAL)))
        self._pass(minutes * rng.uniform(0.2, 0.55))
        if rng.random() < 0.03 and self._priority is not Priority.CRITICAL:
            to = rng.choice(
                [one for one in (Priority.LOW, Priority.MEDIUM, Priority.HIGH) if one != self._priority]
            )
            self._priority = to
            self._act(lambda at: life.prioritise(at, self._other.id, str(to)))
        by = self._other if rng.random() < 0.3 else agent
        self._act(lambda at: life.assign(at, by.id, agent.id))
        if rng.random() < 0.15:
            tags = {names.TAGS[int(len(names.TAGS) * rng.random() ** 2)] for _ in range(rng.randrange(1, 3))}
            self._act(lambda at: life.tag(at, agent.id, tuple(tags)))
        if rng.random() < 0.04:
            place = rng.choice(list(life.team.places.values()))
            if place.subcategory_id != life.place.subcategory_id:
                self._act(lambda at: life.move(at, agent.id, place))
        self._pass(minutes * rng.uniform(0.4, 0.7))

    def _talk(self) -> None:
        held = False
        for (before, _), (mark, text) in pairwise((("", ""), *self._script.lines)):
            if mark == "~":
                self._wait(1, 6)
                held = True
                self._begin_hold(text)
            elif mark == "N":
                self._wait(4, 40)
                self._say(self._agent, text, internal=True)
            elif mark == "R":
                self._wait(8, 280)
                self._say(self.life.requester, text)
            else:
                if before:
                    self._wait(*((420, 4200) if held else _WORK[self._priority]))
                self._resume()
                held = False
                self._say(self._agent, text)
        if self._long:
            self._go_on()
        if held and self.life.hold is not None and self.life.hold.reason != "requester":
            self._wait(300, 3000)
        self._resume()

    def _go_on(self) -> None:
        for number in range(_LONG_MESSAGES):
            self._pass(self._rng.uniform(3, 25))
            agent = number % 3 != 1
            texts = (scripts.ANSWERS, scripts.REPLIES, scripts.NOTES)[number % 3]
            by = self._agent if agent else self.life.requester
            self._say(by, self._rng.choice(texts), internal=number % 3 == 2)

    def _resolve(self) -> None:
        answered = self._script.lines[-1][0] == "R"
        self._wait(*((3, 100) if answered else _SILENCE[self._priority]))
        code, text = str(self._rng.choice(_CODES) or self._script.code), self._script.resolution
        self._act(lambda at: self.life.resolve(at, self._agent.id, code, text.format_map(self._words)))

    def _aftermath(self) -> None:
        rng, life = self._rng, self.life
        fate = rng.random()
        if fate < 0.06:
            self._wait(60, 900)
            reason = rng.choice(words.NOT_YET).format_map(self._words)
            self._act(lambda at: life.reopen(at, reason))
            self._wait(20, 200)
            self._say(self._agent, rng.choice(words.AGAIN))
            self._resolve()
            fate = rng.uniform(0.1, 1)
        if fate < 0.5:
            self._wait(20, 1300)
            self._act(lambda at: life.close(at, life.requester.id))
            if rng.random() < 0.7:
                self._rate()
            return
        resolved = life.columns["resolved_at"]
        self._at = self._hours.add_days(resolved, AUTO_CLOSE_DAYS) + TIMER_LAG
        self._act(lambda at: life.close(at, self._scene.system_id, Source.TIMER))

    def _rate(self) -> None:
        stars = self._rng.choices((5, 4, 3, 2, 1), (58, 27, 9, 4, 2))[0]
        said = self._rng.choice(words.PRAISE if stars > 3 else words.BLAME) or None
        self._act(lambda at: self.life.rate(at, stars, said))

    # ---- acts ----

    def _begin_hold(self, reason: str) -> None:
        self._resume()
        until = None
        if reason == "scheduled":
            minutes = timedelta(minutes=self._rng.randrange(300, 1200))
            until = self._hours.add(self._at, minutes)
        self._act(lambda at: self.life.hold_it(at, self._agent.id, reason, until))

    def _resume(self) -> None:
        if self.life.hold is not None:
            self._act(lambda at: self.life.resume(at, self._agent.id))

    def _note(self) -> None:
        self._wait(20, 400)
        self._say(self._other, self._rng.choice(scripts.NOTES), internal=True)

    def _reply(self) -> None:
        self._wait(30, 700)
        self._say(self.life.requester, self._rng.choice(scripts.REPLIES))

    def _say(self, by: Person, text: str, *, internal: bool = False) -> None:
        message = text.format_map(self._words)
        self._act(lambda at: self.life.comment(at, by.id, message, internal=internal))

    def _act(self, do: Callable[[datetime], None]) -> None:
        """Do it now, unless now is in the future; a hold that has run out meanwhile ends first."""
        hold = self.life.hold
        if hold is not None and hold.until is not None and hold.until <= min(self._at, self._now):
            self.life.resume(hold.until, self._scene.system_id, Source.TIMER)
            if self._at <= hold.until:
                self._at = hold.until + timedelta(seconds=1)
        if self._at >= self._now:
            raise NotYet
        do(self._at)
        self._at += timedelta(seconds=self._rng.randrange(2, 40))

    def _wait(self, least: float, most: float) -> None:
        """Minutes of working time, nearer to the least."""
        self._pass(least + (most - least) * self._rng.betavariate(1, 2.2))

    def _pass(self, minutes: float) -> None:
        pause = timedelta(seconds=round(minutes * 60 + self._rng.uniform(1, 20)))
        if self._priority is Priority.CRITICAL and minutes < 60:
            self._at += pause  # somebody is on call
        else:
            self._at = self._hours.add(self._at, pause)

    @property
    def _hours(self) -> WorkingTime:
        return self._scene.hours(self.life.columns["policy_version_id"])

    # ---- who and what ----

    def _filed_by(self, requester: Person) -> int:
        if self._rng.random() < 0.05:
            return (self._other if self._rng.random() < 0.6 else self._colleague).id
        return requester.id

    def _fillings(self) -> Mapping[str, object]:
        rng, requester = self._rng, self.life.requester
        return {
            "me": requester.first_name,
            "full": requester.name,
            "agent": self._agent.first_name,
            "colleague": self._colleague.name,
            "device": rng.choice(names.DEVICES),
            "app": rng.choice(names.APPS),
            "room": f"{rng.randrange(1, 6)}.{rng.randrange(1, 30):02d}",
            "desk": f"{rng.choice('ABCD')}{rng.randrange(10, 60)}",
            "meeting": rng.choice(names.ROOMS),
            "floor": rng.choice(names.FLOORS),
            "printer": f"PRN-{rng.randrange(10, 400)}",
            "printer_b": f"PRN-{rng.randrange(400, 800)}",
            "asset": names.asset_tag(rng),
            "thing": names.rare_word(rng),
            "code": rng.randrange(2**32),
        }

"""From the services' frozen views to what State holds: small typed dictionaries with exactly the fields that are shown.

Everything is a plain function of its arguments. An empty value stands for "none", so that a Var always has its keys.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TypedDict, TypeVar

from helpdesk.domain.enums import HoldReason
from helpdesk.services.views import ClockView, HoldView, PersonRef, PersonView, SlaView

_TONES = 6
_NAMES_KEPT = 4096
T = TypeVar("T")


class Person(TypedDict):
    """Somebody with a face; `id` 0 is nobody."""

    id: int
    name: str
    initials: str
    tone: str  # class of the avatar: a1 … a6


class Clock(TypedDict):
    """One SLA clock for the due cell and the rail; `state` "" shows nothing."""

    state: str  # ok, risk, over, paused, met, missed, ended
    due: str
    met: str
    word: str  # "Reply" or "Solve"
    note: str  # why it waits, or how it ended
    promised: str  # "4 working hours"
    percent: str  # width of the bar, such as "42%"


NOBODY: Person = {"id": 0, "name": "", "initials": "", "tone": "none"}
NO_CLOCK: Clock = {"state": "", "due": "", "met": "", "word": "", "note": "", "promised": "", "percent": "0%"}

HOLD_WORDS = {
    HoldReason.REQUESTER: "Waiting on requester",
    HoldReason.THIRD_PARTY: "Waiting on a third party",
    HoldReason.APPROVAL: "Waiting for approval",
    HoldReason.SCHEDULED: "Scheduled",
}


def plain(held: T) -> T:
    """What State holds, without the proxy that tells it of changes and makes reading slow: not to be changed."""
    return getattr(held, "__wrapped__", held)


def person(view: PersonView | PersonRef | None) -> Person:
    """A person's row; `NOBODY` for None."""
    if view is None:
        return {**NOBODY}
    return {"id": view.id, "name": view.name, "initials": initials(view.name), "tone": tone(view.id)}


@lru_cache(maxsize=_NAMES_KEPT)
def initials(name: str) -> str:
    """One or two letters: of the first and the last word that start with a letter."""
    words = [word for word in name.split() if word[0].isalpha()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def tone(user_id: int) -> str:
    """The avatar's class; a person always has the same one."""
    return f"a{user_id % _TONES + 1}"


def iso(moment: datetime | None) -> str:
    """ISO 8601 with offset for `components.time`; "" for None."""
    return moment.isoformat(timespec="seconds") if moment else ""


def clock(view: ClockView | None, word: str, hold: HoldView | None = None) -> Clock:
    """One clock's row. `word` says what is due: "Reply", "Solve"."""
    if view is None or (view.due_at is None and view.state not in {"paused", "ended"}):
        return {**NO_CLOCK}
    note = HOLD_WORDS[HoldReason(hold.reason)] if hold and view.state == "paused" else _ending(view)
    return {
        "state": view.state,
        "due": iso(view.due_at),
        "met": iso(view.met_at),
        "word": word,
        "note": note,
        "promised": promised(view),
        "percent": f"{max(0, min(100, view.percent))}%",
    }


def worked(seconds: float) -> str:
    """A length of a clock's own time, in hours also above a day, since working time has no days: "12 h 30 min"."""
    minutes = max(0, round(seconds / 60))
    hours, minutes_left = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min" if minutes else "less than 1 min"
    return f"{hours} h {minutes_left:02} min" if minutes_left else f"{hours} h"


def promised(view: ClockView) -> str:
    """What a clock promises: "4 working hours", "30 min of working time", or "4 h" around the clock."""
    if not view.target_seconds or not view.business:
        return worked(view.target_seconds) if view.target_seconds else ""
    hours, rest = divmod(view.target_seconds, 3600)
    if rest:
        return worked(view.target_seconds) + " of working time"
    return f"{hours} working {'hour' if hours == 1 else 'hours'}"


def _ending(view: ClockView) -> str:
    """How a clock ended, in its own time: the hours between two moments on the wall may be a night."""
    if view.state == "met":
        return f"Met in {worked(view.consumed_seconds)}"
    if view.state == "missed":
        return f"Missed by {worked(view.consumed_seconds - view.target_seconds)}"
    return "Not needed any more" if view.state == "ended" else ""


def next_clock(sla: SlaView, hold: HoldView | None = None) -> Clock:
    """The clock that a list shows: of the running ones the earliest due, else one that waits, else how it ended."""
    named = [
        (sla.first_response, "Reply"),
        (sla.next_response, "Reply"),
        (sla.resolution, "Solve"),
    ]
    present = [(view, word) for view, word in named if view is not None]
    running = [
        (view, word)
        for view, word in present
        if view.due_at is not None and view.met_at is None and view.state in {"ok", "risk", "over"}
    ]
    if running:
        view, word = min(running, key=lambda pair: pair[0].due_at or datetime.max)  # noqa: DTZ901 - never compared
        return clock(view, word, hold)
    waiting = [(view, word) for view, word in present if view.state == "paused"]
    ended = waiting or [(view, word) for view, word in present if view is sla.resolution] or present
    return clock(*ended[-1], hold) if ended else {**NO_CLOCK}


def size_words(count: int) -> str:
    """A file's size: "412 KB", "1.3 MB", "18 MB"."""
    if count < 1024 * 1024:
        return f"{max(1, round(count / 1024))} KB"
    megabytes = count / 1024 / 1024
    return f"{megabytes:.1f} MB" if megabytes < 10 else f"{megabytes:.0f} MB"

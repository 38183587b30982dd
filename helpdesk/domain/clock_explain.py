"""The arithmetic behind a deadline, as the interface opens it (product rules §4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from helpdesk.domain.clock_fold import ClockEvent, Mode, Span
from helpdesk.domain.enums import ClockKind
from helpdesk.domain.sla import ClockState, compute
from helpdesk.domain.sla_policy import PolicyVersion
from helpdesk.domain.working_time import Closure, Piece, WorkingTime


class IntervalKind(StrEnum):
    """What became of a stretch of time."""

    COUNTED = "counted"
    HOLD = "hold"
    CLOSED = "closed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of a clock's run. `seconds` is its whole length; only those of `counted` are consumed.

    `closure` and `label` (the holiday's name) say why closed time did not count. `projected` marks what is
    still to come before the due time.
    """

    start: datetime
    end: datetime
    kind: IntervalKind
    closure: Closure | None = None
    label: str = ""
    projected: bool = False

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


def explain(
    events: Sequence[ClockEvent], policies: Mapping[int, PolicyVersion], kind: ClockKind, now: datetime
) -> list[Interval]:
    """What the latest run of a clock counted and what not, in order and without a hole.

    From its start to `now` or to where it stopped; for a running clock on to its due time. Empty where the
    ticket has no such clock. The seconds of the counted intervals that are not projected add up to the
    consumed ones. Arguments and errors as `sla.compute`.
    """
    state = compute(events, policies, now).of(kind)
    return [] if state is None else explain_run(state)


def explain_run(state: ClockState) -> list[Interval]:
    """As `explain`, for a run at hand."""
    found: list[Interval] = []
    for piece in _all_pieces(state):
        last = found[-1] if found else None
        if last is not None and replace(piece, start=last.start, end=last.end) == last:
            found[-1] = replace(last, end=piece.end)
        else:
            found.append(piece)
    return found


def _all_pieces(state: ClockState) -> Iterator[Interval]:
    for span in state.spans:
        yield from _span_pieces(span)
    tail, due_at = state.tail, state.due_at
    if state.stopped_at is None and tail is not None and due_at is not None:
        yield from _counting(tail.time, tail.start, due_at, projected=True)


def _span_pieces(span: Span) -> Iterator[Interval]:
    if span.mode is Mode.COUNTING:
        yield from _counting(span.time, span.start, span.end, projected=False)
    else:
        kind = IntervalKind.HOLD if span.mode is Mode.HOLD else IntervalKind.RESOLVED
        yield Interval(span.start, span.end, kind)


def _counting(time: WorkingTime, start: datetime, end: datetime, *, projected: bool) -> Iterator[Interval]:
    return (_interval(piece, projected) for piece in time.pieces(start, end))


def _interval(piece: Piece, projected: bool) -> Interval:
    kind = IntervalKind.COUNTED if piece.closure is None else IntervalKind.CLOSED
    return Interval(piece.start, piece.end, kind, piece.closure, piece.label, projected)

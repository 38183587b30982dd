"""What was measured, as tables."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.live.__main__ import Run

LATE_S = 2.0
_COUNTED = {"queue", "ticket of an agent", "home"}


def show(run: Run) -> None:
    """Print it."""
    options, count = run.options, sum(run.happened.values())
    print(f"{options.pages} pages: {_several(Counter(page.kind for page in run.pages))}")
    print(f"{count} changes in {run.took:.0f} s ({count / run.took:.1f} a second): {_several(run.happened)}")
    print(
        f"the API answered in {_spread(run.company.seconds)}; refused: {_several(run.company.refused) or 'none'}"
    )
    print(f"a page was there in {_spread(run.opened)}; again, after the cut, in {_spread(run.healed)}")
    frames, characters = run.told
    print(f"{frames / run.took:.0f} frames and {characters / run.took / 1000:.0f} kB a second to the pages")
    print(f"reads that were asked for: {_several(run.tally.events)}")
    print(f"notes that a requester's page heard: {run.tally.leaks}\n")
    _latencies(run)
    _usage(run)
    if options.restart:
        print(
            f"\nrestart: answering again after {run.answering:.1f} s, all pages back after {run.all_back:.1f} s"
        )
        print(
            f"and right, with {round(options.rate)} changes more, after {run.right:.1f} s; {run.tally.refused} tries"
        )


def _latencies(run: Run) -> None:
    print("| page | must show | away | times | p50 | p95 | max | over 2 s | never |")
    print("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    every: list[float] = []
    for key in sorted({*run.tally.seconds, *run.never}):
        seconds = run.tally.seconds.get(key, [])
        every += seconds
        print(f"| {' | '.join(key)} | {_row(seconds)} | {run.never[key]} |")
    print(f"| all | | | {_row(every)} | {sum(run.never.values())} |\n")


def _usage(run: Run) -> None:
    marks, took = run.meter.marks, run.took
    print("| process | processor, s | of a core | MiB before | with all pages | at the end | pages closed |")
    print("| --- |" + " ---: |" * 6)
    for part in marks["end"]:
        used = run.meter.seconds(part, "open", "end")
        memory = (f"{marks[mark][part].mib:.0f}" for mark in ("before", "open", "end", "closed"))
        print(f"| {part} | {used:.1f} | {used / took:.0%} | {' | '.join(memory)} |")
    web = marks["open"]["web"].mib - marks["before"]["web"].mib
    store = marks["open"]["valkey"].mib - marks["before"]["valkey"].mib
    print(
        f"\na page takes {web * 1024 / len(run.pages):.0f} KiB in web, {store * 1024 / len(run.pages):.0f} in Valkey"
    )


def _row(seconds: list[float]) -> str:
    if not seconds:
        return "0 | – | – | – | 0"
    late = sum(one > LATE_S for one in seconds)
    spread = (_percentile(seconds, 50), _percentile(seconds, 95), max(seconds))
    return f"{len(seconds)} | {' | '.join(f'{one:.2f}' for one in spread)} | {late}"


def _spread(seconds: list[float]) -> str:
    if not seconds:
        return "–"
    return f"p50 {_percentile(seconds, 50):.2f}, p95 {_percentile(seconds, 95):.2f}, max {max(seconds):.2f} s"


def _percentile(seconds: list[float], percent: int) -> float:
    if len(seconds) == 1:
        return seconds[0]
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]


def _several(counted: Counter[str] | Iterable[tuple[str, int]]) -> str:
    pairs = counted.most_common() if isinstance(counted, Counter) else counted
    return ", ".join(f"{count:,} {name}" for name, count in pairs)

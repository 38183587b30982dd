"""What the parts take: processor time and memory of each, with its children."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import psutil

OWN = "this program"


@dataclass(frozen=True, slots=True)
class Usage:
    seconds: float  # of the processor
    mib: float  # memory, of shared pages its part


@dataclass
class Meter:
    """Watches the product's processes by name, each with its children, and this program."""

    pids: Mapping[str, int]
    marks: dict[str, dict[str, Usage]] = field(default_factory=dict[str, dict[str, Usage]])

    def mark(self, name: str) -> None:
        """Remember how it is now."""
        own = _usage([psutil.Process()])
        self.marks[name] = {part: _usage(_family(pid)) for part, pid in self.pids.items()} | {OWN: own}

    def seconds(self, part: str, since: str, until: str) -> float:
        """Processor time between two marks."""
        return self.marks[until][part].seconds - self.marks[since][part].seconds


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _usage(processes: list[psutil.Process]) -> Usage:
    seconds = memory = 0.0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            # of those that have ended their parents tell
            seconds += times.user + times.system + times.children_user + times.children_system
            memory += process.memory_full_info().pss
    return Usage(seconds, memory / 2**20)

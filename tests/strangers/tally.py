"""How much was tried, and what came of it: printed at the end of a run."""

from __future__ import annotations

from collections import Counter

_counts: dict[str, Counter[str]] = {}


def count(what: str, outcome: str) -> None:
    _counts.setdefault(what, Counter())[outcome] += 1


def lines() -> list[str]:
    return [
        f"{what}: {sum(counts.values())} ({', '.join(f'{n} × {name}' for name, n in sorted(counts.items()))})"
        for what, counts in sorted(_counts.items())
    ]

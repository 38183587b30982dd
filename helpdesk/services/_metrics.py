"""What each figure of the reports means: one sentence for the page, the CSV files and docs/reports.md alike."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    title: str
    unit: str
    says: str


_METRICS = {
    "created": Metric(
        "Created", "tickets", "Tickets filed in the period, in the group that they were filed in."
    ),
    "resolved": Metric(
        "Resolved",
        "tickets",
        "Tickets resolved in the period, in the group that resolved them; one that was resolved twice counts once.",
    ),
    "reopened": Metric("Reopened", "tickets", "Tickets reopened in the period; each counts once."),
    "reopen_rate": Metric(
        "Reopen rate", "share", "Tickets reopened in the period divided by tickets resolved in it."
    ),
    "backlog": Metric(
        "Backlog",
        "tickets",
        "Tickets that were not solved at the end of the period, or now where it has not ended, by the time since they"
        " were filed.",
    ),
    "by_status": Metric(
        "By status", "tickets", "The tickets filed in the period, by their status at its end or now."
    ),
    "by_priority": Metric(
        "By priority", "tickets", "The tickets filed in the period, by the priority that they were filed with."
    ),
    "by_group": Metric(
        "By group", "tickets", "The tickets filed in the period, by the group that they were filed in."
    ),
    "first_response": Metric(
        "First response",
        "minutes",
        "From filing to the first public answer by an agent, nights and holidays included, for answers given in the"
        " period; what was resolved without an answer is left out.",
    ),
    "resolution": Metric(
        "Resolution",
        "minutes",
        "From filing to the resolution, nights, holidays and waiting included, for resolutions in the period that were"
        " not reopened.",
    ),
    "sla": Metric(
        "SLA attainment",
        "share",
        "Promises kept, of those decided in the period: one is kept when it is met in time and broken when its due time"
        " passes, and counts in that moment, with the group and priority that the ticket had then. Of several next"
        " responses of a ticket the latest counts. Withdrawn and merged tickets leave theirs undecided.",
    ),
    "arrivals": Metric(
        "When requests arrive",
        "tickets",
        "Tickets filed in the period, by weekday and hour of the day, in the time zone that is asked for (the page: the"
        " reader's own), else UTC.",
    ),
    "workload": Metric(
        "Workload now",
        "tickets",
        "Unsolved tickets in each agent's hands at this moment, those of them at risk or late, and the tickets that"
        " they resolved in the period.",
    ),
    "rating": Metric(
        "Rating",
        "stars",
        "Ratings given in the period, from 1 to 5; of a ticket rated twice the latest counts.",
    ),
}  # fmt: skip


def metric(key: str) -> Metric:
    return _METRICS[key]


def metrics() -> dict[str, Metric]:
    """All of them, by key."""
    return dict(_METRICS)

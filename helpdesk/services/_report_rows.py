"""The statements behind the reports: each counts events and clocks of a period, in the database.

Ticket events hold the group, category and priority that a ticket had then, so what is counted stays counted where it
happened, however often the ticket moves later. Indexes: `ticket_events_reported`, `ticket_clocks_met` and
`ticket_clocks_broken`, each read for the period alone.
"""

# ruff: noqa: S608 - the pieces of the statements are this file's own; every value is bound

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from helpdesk.domain.enums import EventKind
from helpdesk.services._report_period import Period

_SCOPE = """
   AND (CAST(:groups AS bigint[]) IS NULL OR {e}.group_id = ANY(CAST(:groups AS bigint[])))
   AND (CAST(:categories AS bigint[]) IS NULL OR {e}.category_id = ANY(CAST(:categories AS bigint[])))"""
_IN_PERIOD = "e.at >= :since AND e.at < :before" + _SCOPE.format(e="e")


def _bucket(column: str) -> str:
    return f"CAST(date_trunc(:step, {column} AT TIME ZONE 'UTC') AS date)"


def _rows(s: Session, statement: str, period: Period) -> Sequence[Row[Any]]:
    return s.execute(text(statement), period.params).all()


def filed(s: Session, period: Period) -> Sequence[Row[Any]]:
    """(priority, group_id, n) of the tickets filed."""
    return _rows(
        s,
        f"""SELECT e.priority, e.group_id, count(*) AS n FROM ticket_events e
             WHERE e.kind = 'created' AND {_IN_PERIOD} GROUP BY e.priority, e.group_id""",
        period,
    )


def filed_by_status(s: Session, period: Period) -> Sequence[Row[Any]]:
    """(status, n): the tickets filed, by the status that they had at the period's end."""
    return _rows(
        s,
        f"""SELECT last.status, count(*) AS n FROM ticket_events e
              JOIN LATERAL (SELECT l.status FROM ticket_events l
                             WHERE l.ticket_id = e.ticket_id AND l.at < :before
                             ORDER BY l.seq DESC LIMIT 1) last ON true
             WHERE e.kind = 'created' AND {_IN_PERIOD} GROUP BY last.status""",
        period,
    )


def arrivals(s: Session, period: Period) -> Sequence[Row[Any]]:
    """(bucket, weekday, hour, n): filed per step (weekday is null); per weekday (1 is Monday) and hour in the zone."""
    return _rows(
        s,
        f"""SELECT bucket, weekday, hour, count(*) AS n
              FROM (SELECT {_bucket("e.at")} AS bucket,
                           CAST(extract(isodow FROM e.at AT TIME ZONE :zone) AS int) AS weekday,
                           CAST(extract(hour FROM e.at AT TIME ZONE :zone) AS int) AS hour
                      FROM ticket_events e WHERE e.kind = 'created' AND {_IN_PERIOD}) one
             GROUP BY GROUPING SETS ((bucket), (weekday, hour))""",
        period,
    )


def turned(s: Session, period: Period, kind: EventKind) -> Sequence[Row[Any]]:
    """(bucket, n): distinct tickets with an event of `kind` per step, and in all (bucket is null)."""
    return _rows(
        s,
        f"""SELECT bucket, count(DISTINCT ticket_id) AS n
              FROM (SELECT {_bucket("e.at")} AS bucket, e.ticket_id FROM ticket_events e
                     WHERE e.kind = '{kind}' AND {_IN_PERIOD}) one
             GROUP BY GROUPING SETS ((bucket), ())""",
        period,
    )


# The dimensions that promises are counted by; a row belongs to the one of them that is not null, or to all tickets.
_CUTS = "GROUPING SETS ((kind, bucket), (kind, priority), (kind, group_id), (kind))"


def met(s: Session, period: Period) -> Sequence[Row[Any]]:
    """(kind, bucket, priority, group_id, kept, measured, minutes) of the promises met in the period.

    `minutes`: median and 90th percentile from the clock's start, of those `measured`.
    """
    return _rows(
        s,
        f"""SELECT kind, bucket, priority, group_id, count(*) FILTER (WHERE in_time) AS kept,
                   count(minutes) AS measured,
                   percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY minutes) AS minutes
              FROM (SELECT c.kind, {_bucket("c.met_at")} AS bucket, e.priority, e.group_id,
                           c.met_at <= c.due_at AS in_time,
                           CASE WHEN NOT c.flagged THEN extract(epoch FROM c.met_at - c.started_at) / 60.0 END
                               AS minutes
                      FROM ticket_clocks c
                      JOIN ticket_events e ON e.ticket_id = c.ticket_id AND e.at = c.met_at
                     WHERE c.met_at >= :since AND c.met_at < :before
                       AND e.kind IN ('agent_comment', 'resolved', 'closed') AND {_IN_PERIOD}) one
             GROUP BY {_CUTS}""",
        period,
    )


def broken(s: Session, period: Period) -> Sequence[Row[Any]]:
    """(kind, bucket, priority, group_id, n): promises whose due time passed in the period without being met."""
    return _rows(
        s,
        f"""SELECT kind, bucket, priority, group_id, count(*) AS n
              FROM (SELECT c.kind, {_bucket("c.due_at")} AS bucket, e.priority, e.group_id
                      FROM ticket_clocks c
                      JOIN LATERAL (SELECT l.priority, l.group_id, l.category_id FROM ticket_events l
                                     WHERE l.ticket_id = c.ticket_id AND l.at <= c.due_at
                                     ORDER BY l.seq DESC LIMIT 1) e ON true
                     WHERE c.due_at >= :since AND c.due_at < :before AND c.due_at < :now
                       AND (c.stopped_at IS NULL OR c.stopped_at > c.due_at){_SCOPE.format(e="e")}) one
             GROUP BY {_CUTS}""",
        period,
    )


_AGES = "1 day", "3 days", "7 days", "14 days"


def backlog(s: Session, period: Period) -> list[int]:
    """Tickets not solved at the period's end: under 1 day old, 1–3, 3–7, 7–14 days, older.

    They are among those that are unsolved now and those that were solved since.
    """
    row = s.execute(
        text(
            f"""WITH maybe AS (SELECT id FROM tickets
                                WHERE status IN ('Open', 'Assigned', 'In Progress') AND created_at < :end
                                UNION
                               SELECT ticket_id FROM ticket_events
                                WHERE kind IN ('resolved', 'closed') AND at >= :end),
                      unsolved AS (SELECT :end - first.at AS age
                                     FROM maybe
                                     JOIN LATERAL (SELECT l.status, l.group_id, l.category_id FROM ticket_events l
                                                    WHERE l.ticket_id = maybe.id AND l.at < :end
                                                    ORDER BY l.seq DESC LIMIT 1) e ON true
                                     JOIN ticket_events first ON first.ticket_id = maybe.id AND first.seq = 1
                                    WHERE e.status IN ('Open', 'Assigned', 'In Progress'){_SCOPE.format(e="e")})
                SELECT {", ".join(_age_counts())} FROM unsolved"""
        ),
        period.params | {"end": min(period.before, period.now)},
    ).one()
    return [int(n) for n in row]


def _age_counts() -> Iterable[str]:
    for over, under in zip(("0 days", *_AGES), (*_AGES, None), strict=True):
        until = f" AND age < interval '{under}'" if under else ""
        yield f"count(*) FILTER (WHERE age >= interval '{over}'{until})"


def workload(s: Session, period: Period, most: int) -> Sequence[Row[Any]]:
    """(id, name, open, at_risk, late, resolved) per agent, the fullest hands first."""
    return s.execute(
        text(
            f"""WITH now_ AS (SELECT assigned_to AS id, count(*) AS open,
                                    count(*) FILTER (WHERE breached_at IS NOT NULL OR due_at < :now) AS late,
                                    count(*) FILTER (WHERE risk_at <= :now AND breached_at IS NULL
                                                       AND due_at >= :now) AS at_risk
                               FROM tickets e
                              WHERE status IN ('Open', 'Assigned', 'In Progress') AND assigned_to IS NOT NULL
                                {_SCOPE.format(e="e")}
                              GROUP BY assigned_to),
                      done AS (SELECT e.assigned_to AS id, count(DISTINCT e.ticket_id) AS resolved
                                 FROM ticket_events e
                                WHERE e.kind = 'resolved' AND e.assigned_to IS NOT NULL AND {_IN_PERIOD}
                                GROUP BY e.assigned_to)
                SELECT u.id, u.name, coalesce(open, 0) AS open, coalesce(at_risk, 0) AS at_risk,
                       coalesce(late, 0) AS late, coalesce(resolved, 0) AS resolved
                  FROM now_ FULL JOIN done USING (id) JOIN users u USING (id)
                 ORDER BY open DESC, resolved DESC, u.name, u.id LIMIT :most"""
        ),
        period.params | {"most": most},
    ).all()


def ratings(s: Session, period: Period) -> dict[int, int]:
    """How many tickets were given each number of stars."""
    rows = _rows(
        s,
        f"""SELECT stars, count(*) AS n
              FROM (SELECT DISTINCT ON (e.ticket_id) CAST(e.data ->> 'rating' AS int) AS stars
                      FROM ticket_events e WHERE e.kind = 'rated' AND {_IN_PERIOD}
                     ORDER BY e.ticket_id, e.seq DESC) one
             GROUP BY stars""",
        period,
    )
    return {row.stars: row.n for row in rows}

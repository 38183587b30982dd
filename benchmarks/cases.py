"""The reads, as requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

ADMIN, AGENT, CLIENT, BUSY = "admin", "agent", "client", "client2"
_UNSOLVED = ["Open", "Assigned", "In Progress"]
_QUEUE, _MINE, _REPORTS = "/api/v1/admin/tickets", "/api/v1/tickets", "/api/v1/admin/reports"
_TODAY = datetime.now(UTC).date()
_YEAR = {"from": (_TODAY - timedelta(days=364)).isoformat(), "to": _TODAY.isoformat()}


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    who: str
    path: str
    params: dict[str, Any]
    deep: bool = False  # what follows row 10,000 of the list


def _read(name: str, who: str, path: str = _QUEUE, *, deep: bool = False, **params: Any) -> Case:
    return Case(name, who, path, params, deep)


def cases(url: str) -> list[Case]:
    """Every read, with the words and tickets that this database has for it."""
    found = _of_this_database(url)
    return [*_quick_filters(), *_lists(found), *_search(found), *_others(found)]


def _of_this_database(url: str) -> dict[str, Any]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:

        def one(sql: str) -> Any:
            row = connection.execute(sql).fetchone()
            return None if row is None else row[0]

        return {
            "rare": one("SELECT word FROM search_words WHERE tickets BETWEEN 2 AND 5 ORDER BY word LIMIT 1"),
            "longest": one(
                "SELECT ticket_id FROM ticket_comments GROUP BY ticket_id ORDER BY count(*) DESC LIMIT 1"
            ),
            "usual": one(
                "SELECT ticket_id FROM ticket_comments JOIN tickets t ON t.id = ticket_id"
                " JOIN groups g ON g.id = t.group_id AND NOT g.restricted"
                " GROUP BY ticket_id HAVING count(*) = 3 ORDER BY ticket_id DESC LIMIT 1"
            ),
            "number": one("SELECT ticket_no FROM tickets ORDER BY id DESC LIMIT 1"),
            "group": one("SELECT id FROM groups WHERE name = 'IT'"),
            "category": one(
                "SELECT category_id FROM tickets WHERE category_id IS NOT NULL ORDER BY id DESC LIMIT 1"
            ),
            "creator": one("SELECT created_by FROM tickets ORDER BY id DESC LIMIT 1"),
        }


def _quick_filters() -> list[Case]:
    views: dict[str, dict[str, Any]] = {
        "mine": {"assigned_to": "me"},
        "unassigned": {"assigned_to": "none"},
        "high priority": {"priority": ["High", "Critical"], "sort": "-priority"},
        "breaching soon": {"sla": "at_risk"},
        "breached": {"sla": "breached"},
        "waiting": {"on_hold": "true", "sort": "-updated_at"},
        "my groups": {"mine_groups": "true"},
        "open": {},
        "all": {"sort": "-updated_at", "status": [*_UNSOLVED, "Resolved"]},
    }
    usual = {"status": _UNSOLVED, "sort": "due_at"}
    return [
        *(_read(f"queue: {name}", AGENT, **(usual | rules)) for name, rules in views.items()),
        _read("queue: counts", AGENT, f"{_QUEUE}/counts"),
    ]


def _lists(found: dict[str, Any]) -> list[Case]:
    names = ("created_at", "updated_at", "priority", "due_at", "ticket_no")
    sorts = [f"{way}{name}" for name in names for way in ("", "-")]
    return [
        *(_read(f"all tickets by {sort}", AGENT, sort=sort) for sort in sorts),
        _read("all tickets, page 1,000", AGENT, deep=True),
        _read("open by due, page 100", AGENT, page=100, page_size=100, status=_UNSOLVED, sort="due_at"),
        _read("group and category", AGENT, group_id=found["group"], category_id=found["category"]),
        _read("group, closed", AGENT, group_id=found["group"], status="Closed"),
        _read("breached, ever", AGENT, sla="breached"),
        _read("on hold, any status", AGENT, on_hold="true"),
        _read("filed by one person", AGENT, created_by=found["creator"]),
        _read("assigned to me, ever", AGENT, assigned_to="me"),
        _read("created in a day", AGENT, created_from="2026-09-01", created_to="2026-09-01"),
        _read("my requests", CLIENT, _MINE, sort="-updated_at"),
        _read("my requests, thousands", BUSY, _MINE, sort="-updated_at"),
    ]


def _search(found: dict[str, Any]) -> list[Case]:
    words = {
        "common word": "printer",
        "beginning of a word": "p",
        "rare word": found["rare"],
        "misspelt": "pritner",
        "several words": "printer paper jam",
        "phrase": '"the printer"',
        "word of messages": "thanks",
        "unknown": "qqqzzzqqq",
        "number": found["number"],
        "beginning of a number": str(found["number"])[:5],
    }
    return [
        *(_read(f"search: {name}", AGENT, q=q) for name, q in words.items()),
        _read("search: common word, open", AGENT, q="printer", status=_UNSOLVED),
        _read("search: common word, mine", AGENT, q="printer", assigned_to="me"),
        _read("search: common word, by date", AGENT, q="printer", sort="-created_at"),
        _read("search by a client", CLIENT, _MINE, q="printer"),
        _read("search by a client, misspelt", CLIENT, _MINE, q="pritner"),
        _read("search by a client with thousands", BUSY, _MINE, q="printer"),
    ]


def _others(found: dict[str, Any]) -> list[Case]:
    log = "/api/v1/admin/notifications"
    return [
        _read("ticket page", AGENT, f"{_MINE}/{found['usual']}"),
        _read("ticket page, the longest", ADMIN, f"{_MINE}/{found['longest']}"),
        _read("home figures", ADMIN, "/api/v1/admin/home"),
        _read("report: 30 days", ADMIN, _REPORTS),
        _read("report: a year", ADMIN, _REPORTS, **_YEAR),
        _read("report: 30 days of one group", ADMIN, _REPORTS, group_id=found["group"]),
        _read("figures of reports: 30 days", ADMIN, f"{_REPORTS}/figures"),
        _read("figures of reports: a year", ADMIN, f"{_REPORTS}/figures", **_YEAR),
        _read("bell", AGENT, "/api/v1/notifications"),
        _read("bell: count", AGENT, "/api/v1/notifications/unread"),
        _read("previous and next ticket", AGENT, f"{_QUEUE}/{found['usual']}/neighbours"),
        _read("people", ADMIN, "/api/v1/admin/users"),
        _read("people by name", ADMIN, "/api/v1/admin/users", q="an"),
        _read("colleagues", CLIENT, "/api/v1/people", q="an"),
        _read("notification log", ADMIN, log),
        _read("notification log: failed", ADMIN, log, status="failed"),
        _read("notification log: sent", ADMIN, log, status="sent"),
        _read("notification log: event", ADMIN, log, event="sla_breach"),
        _read("notification log: queued", ADMIN, log, status="queued"),
    ]

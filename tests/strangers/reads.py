"""Every question that the API can be asked by GET, made from its live OpenAPI document.

`addresses` gives, for each GET operation, the bare question about every object, and about one of them a question for
every value of every parameter; a parameter of path or query that nobody thought of has no values here and fails.
`Reader.see` asks them all as one person and keeps what came back, byte for byte, by a name that is the same before and
after something happened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import quote

from starlette.testclient import TestClient

from helpdesk.core import clock
from helpdesk.services import _filters
from tests.client import app
from tests.strangers import tally
from tests.strangers.behind import SECRET

_TICKETS = ("open", "restricted", "restricted by number")
# by name in `Company.ids`; what begins with "=" stands for itself
IN_PATHS = {
    "key": _TICKETS,
    "attachment_id": ("secret file", "open file", "restricted file", "restricted note's file", "upload"),
    "place": ("=wizard", "draft of the note"),
    "kind": ("=first_response", "=next_response", "=resolution"),
    "mail_id": ("mail",),
    "figure": ("=flow", "=workload", "=attainment", "=backlog"),
    "job_id": ("job",),
    "group_id": ("group of IT", "group of HR"),
    "user_id": ("person",),
    "view_id": ("view of IT", "view of HR", "view of all", "secret view"),
}
# the whole, a beginning, a slip, a phrase; and every second beginning, so that nobody spells it out by counts
GUESSES = (
    SECRET,
    SECRET[:5],
    SECRET.replace("she", "hse"),
    f'"between us {SECRET}"',
    f"{SECRET}.txt",
    "between",
    "hums",
    *(SECRET[:length] for length in range(2, len(SECRET), 2)),
)
_DAYS = ("{day}", "2099-01-01T00:00:00Z")
IN_QUERIES: Mapping[str, tuple[str, ...]] = {
    "q": GUESSES,
    "title": ("the openword hrword hums", *GUESSES[:3]),
    "tag": (SECRET,),
    "page": ("2",),
    "page_size": ("1",),
    "group_id": ("{group of IT}", "{group of HR}"),
    "category_id": ("{category of IT}",),
    "subcategory_id": ("{subcategory of IT}",),
    "impact": ("1",),
    "urgency": ("1",),
    "requested_for": ("{beneficiary}",),
    "created_by": ("{owner}",),
    "recipient_id": ("{owner}",),
    "ticket_id": ("{open}", "{restricted}"),
    "assigned_to": ("me", "none", "{helper}"),
    "created_from": _DAYS,
    "created_to": _DAYS,
    "resolved_from": _DAYS,
    "resolved_to": _DAYS,
    "from": _DAYS[:1],
    "to": _DAYS[:1],
    "zone": ("Europe/Berlin",),
    "event": ("internal_note", "sla_warning"),
    "limit": ("1",),
    "before": ("{mail}",),
}
_MINE, _QUEUE = "/api/v1/tickets", "/api/v1/admin/tickets"
_TELLING = ("q", "sort")
_ELSEWHERE = 2  # so many values of a parameter are enough elsewhere: the code behind it is the same
_BESIDE = {"subcategory_id": {"category_id": "{category of IT}"}}  # what a parameter makes no sense without
SORTS = {
    "/api/v1/admin/users": ("name", "-name", "created_at", "-created_at"),
    "/api/v1/admin/notifications": ("created_at", "-created_at"),
}
_FOLLOWED = "cursor"  # it comes from the page before
_MOST_PAGES = 3
_NEVER_THE_SAME = "x-request-id"
_CURSOR = re.compile(rb'"next_cursor":"([^"]+)"')
_DURATION = re.compile(rb'"milliseconds":[0-9]+')  # of the checks of `/ready`


@cache
def operations() -> dict[str, dict[str, Any]]:
    """Every GET operation by its path."""
    return {path: item["get"] for path, item in app().openapi()["paths"].items() if "get" in item}


def addresses(path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    """The questions of one operation, the bare one first, with names of objects in braces."""
    parameters = operation.get("parameters", [])
    asked = [one for one in parameters if one["in"] == "query" and one["name"] != _FOLLOWED]
    needed = {one["name"]: values_of(path, one)[0] for one in asked if one.get("required")}
    queries = [needed]
    for one in asked:
        whole = path == _MINE or (path == _QUEUE and one["name"] in _TELLING)
        values = values_of(path, one)[: None if whole else _ELSEWHERE]
        queries += [needed | _BESIDE.get(one["name"], {}) | {one["name"]: value} for value in values]
    if path in (_MINE, _QUEUE):
        queries += [{"q": "hums", "sort": "relevance"}, {"sort": "-updated_at", "page_size": "1"}]
    objects = _with_objects(path, [one["name"] for one in parameters if one["in"] == "path"])
    for number, whole in enumerate(objects):
        for query in queries if number == 0 else queries[:1]:
            pairs = "&".join(f"{name}={value}" for name, value in query.items())
            yield f"{whole}?{pairs}" if pairs else whole


def values_of(path: str, parameter: Mapping[str, Any]) -> tuple[str, ...]:
    """What a query parameter is asked with. Raises `KeyError` for one without a decision."""
    kinds = [parameter["schema"], *parameter["schema"].get("anyOf", ())]
    kinds += [one["items"] for one in kinds if "items" in one]
    for kind in kinds:
        if "enum" in kind:
            return tuple(str(one) for one in kind["enum"])
        if kind.get("type") == "boolean":
            return ("true", "false")
    if parameter["name"] == "sort":
        orders = tuple(sign + name for name in _filters.SORTS for sign in ("", "-"))
        return SORTS.get(path, orders)
    return IN_QUERIES[parameter["name"]]


def _with_objects(path: str, names: list[str]) -> list[str]:
    found = [path]
    for name in names:
        found = [
            one.replace(f"{{{name}}}", value[1:] if value[0] == "=" else f"{{{value}}}")
            for one in found
            for value in IN_PATHS[name]
        ]
    return found


@dataclass(frozen=True)
class Reader:
    """Somebody who asks everything.

    Attributes:
        ids: what the names in braces stand for.
        when: the moment at which all is asked, so that time that merely goes on makes no difference.
    """

    http: TestClient
    headers: Mapping[str, str]
    ids: Mapping[str, Any]
    when: datetime

    def see(self) -> dict[str, tuple[Any, ...]]:
        """Status, headers and body of every question, by its address with names for ids."""
        seen: dict[str, tuple[Any, ...]] = {}
        with clock.moved(self.when):
            for path, operation in operations().items():
                for address in addresses(path, operation):
                    seen[address] = self._ask(address)
                    if seen[address][0] == 403:  # the role's gate, which stands before every parameter
                        break
                    seen |= self._further(address, seen[address])
        return seen

    def _ask(self, address: str, cursor: str = "") -> tuple[Any, ...]:
        for name, value in self.ids.items():
            address = address.replace(f"{{{name}}}", quote(str(value)))
        if cursor:
            address += f"{'&' if '?' in address else '?'}cursor={quote(cursor)}"
        answer = self.http.get(address, headers=self.headers, follow_redirects=False)
        tally.count("reads of the canary crawl", str(answer.status_code))
        headers = {name: value for name, value in answer.headers.items() if name != _NEVER_THE_SAME}
        if address != "/ready":
            return answer.status_code, headers, answer.content
        return answer.status_code, _DURATION.sub(b"", answer.content)

    def _further(self, address: str, first: tuple[Any, ...]) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """The pages behind the first one."""
        page = first
        for number in range(2, _MOST_PAGES + 1):
            cursor = _cursor_of(page)
            if not cursor:
                return
            page = self._ask(address, cursor)
            yield f"{address} page {number}", page


def _cursor_of(page: tuple[Any, ...]) -> str:
    found = _CURSOR.search(page[-1])
    return found[1].decode() if found else ""

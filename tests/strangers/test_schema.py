"""Schemathesis asks every route of the OpenAPI document, with all its checks.

Each as the one whose route it is. `make strangers` asks each as everybody, with more examples, and says how many.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig

from helpdesk.services import limits, tickets
from tests.client import Api, app
from tests.factories import Person, World, make_ticket
from tests.strangers import tally

EXAMPLES = int(os.environ.get("STRANGERS_EXAMPLES", "6"))
# A schema can't say that a category belongs to its group, or a cursor to its list: 422 names the field then.
_RULES = ["2xx", "3xx", "401", "403", "404", "409", "413", "415", "422"]
_CONFIG = SchemathesisConfig.from_dict(
    {
        "seed": 20261124,
        "checks": {
            "positive_data_acceptance": {"expected-statuses": _RULES},
            "negative_data_rejection": {"expected-statuses": ["4xx"]},
        },
    }
)


def _load() -> Any:
    loaded = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app(), config=_CONFIG)
    # what ends the session that the test asks with
    return loaded.exclude(path_regex=r"/auth/(session|logout|password)$")


schema = _load()


@pytest.fixture
def company(api: Api, world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """In which each kind of object is there to be found."""
    monkeypatch.setattr(limits, "denial_worth_recording", lambda _: True)
    made = [make_ticket(world.client, branch).ticket for branch in (world.it, world.hr)]
    tickets.take(world.actor("agent"), made[0].id)
    return world


def _token(api: Api, person: Person) -> str:
    """Asked for once per test: signing in is what costs most."""
    known = api.__dict__.setdefault("tokens_of", {})
    if person.id not in known:
        known[person.id] = api.tokens(person)["access_token"]
    return str(known[person.id])


def _who() -> list[str]:
    return os.environ.get("STRANGERS_ROLES", "own").split(",")


@pytest.mark.parametrize("who", _who())
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_its_contract(case: Any, who: str, api: Api, company: World) -> None:
    if who == "own":  # whose route it is
        who = "admin" if "/admin/" in case.path else "client"
    token = _token(api, getattr(company, who))
    response = case.call_and_validate(
        headers={"Authorization": f"Bearer {token}"}, base_url="http://localhost:8000"
    )
    assert response.status_code < 500
    tally.count("requests by Schemathesis", str(response.status_code))

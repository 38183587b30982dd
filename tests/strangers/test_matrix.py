"""Every operation of the live OpenAPI document, as everybody, on objects of every relation to them.

The rows (`matrix.rows_…`) say who may; `matrix.rules.expected` is the order of answers. Beside the status holds for
each answer: no word of what its reader may not see is in it, what is not visible answers byte for byte as what does not
exist, and whoever is refused has changed nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlmodel import SQLModel
from starlette.testclient import TestClient

from helpdesk.core import config
from helpdesk.core import db as core_db
from helpdesk.services import limits
from tests.client import Api, app
from tests.conftest import database_url_kept, undone
from tests.strangers import tally
from tests.strangers.matrix import rows_people, rows_tickets
from tests.strangers.matrix.cast import (
    A_ROLE_EACH,
    ADMINS,
    EVERYBODY,
    FULL_PROGRAMS,
    MORE_OF_NOBODY,
    NOBODY,
    ONE,
    PERSONAS,
    PROGRAMS,
    Persona,
    Thing,
)
from tests.strangers.matrix.company import WORDS, Company, make_company, settle
from tests.strangers.matrix.rules import Row, expected

ROWS = rows_tickets.ROWS | rows_people.ROWS
CASES = [
    (f"{name} #{number}", name, row) for name, rows in ROWS.items() for number, row in enumerate(rows, 1)
]
_FILE = [("attachments", ("note.txt", b"some text", "text/plain"))]
# what a refusal may write: that it happened, and that somebody was there
_NOT_COMPARED = ("audit_log",)
_TOUCHED = ("last_seen_at", "last_used_at")


@pytest.fixture(scope="module")
def scene(
    shared_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Company, Connection]]:
    """One company for all rows; what an operation changes is taken back."""
    data = tmp_path_factory.mktemp("matrix")
    patch = pytest.MonkeyPatch()
    with database_url_kept(shared_database), core_db.engine().connect() as connection:
        patch.setenv("HELPDESK_DATA", str(data))
        config.reset_settings()
        patch.setattr(limits, "denial_worth_recording", lambda _: False)
        outer = connection.begin()
        with core_db.bound_to(connection):
            company = make_company(config.get_settings().mailbox_folder)
            settle(company, connection)
            yield company, connection
        outer.rollback()
    patch.undo()
    config.reset_settings()


@pytest.fixture(scope="module")
def http() -> Iterator[TestClient]:
    """One client for all: who asks is said by each request's headers."""
    with Api().client() as client:
        yield client


Ask = Callable[[str, Row, Thing, Persona | str], Any]


@pytest.fixture
def ask(scene: tuple[Company, Connection], http: TestClient) -> Ask:
    company, _ = scene

    def send(operation: str, row: Row, thing: Thing, persona: Persona | str) -> Any:
        method, path = operation.split(" ")
        name = persona if isinstance(persona, str) else persona.name
        headers = company.headers[name]
        http.cookies.clear()
        options: dict[str, Any] = {}
        if row.files:
            options["files"] = _FILE
        elif row.body is not None:
            who = persona if isinstance(persona, Persona) else Persona("admin", "admin")
            options["json"] = row.body(company, thing, who)
        address = _address(company, path, row, thing)
        tally.count("requests of the matrix", method)
        return http.request(method, address, headers=headers, follow_redirects=False, **options)

    return send


def _address(company: Company, path: str, row: Row, thing: Thing) -> str:
    for name, value in row.fill.items():
        path = path.replace(f"{{{name}}}", value)
    path = re.sub(r"\{[a-z_]+\}", company.address_of(thing.name), path)
    query = re.sub(r"\{([^}]+)\}", lambda found: company.address_of(found[1]), row.query)
    return f"{path}?{query}" if query else path


def _everything(db: Connection) -> str:
    """A digest of every row that there is."""
    tables = [table.name for table in SQLModel.metadata.sorted_tables if table.name not in _NOT_COMPARED]
    without = " ".join(f"- '{name}'" for name in _TOUCHED)
    parts = [
        f"(SELECT md5(coalesce(string_agg(o, '|' ORDER BY o), ''))"
        f" FROM (SELECT (to_jsonb(t) {without})::text AS o FROM {name} t) rows)"
        for name in tables
    ]
    return str(db.scalar(text("SELECT " + " || ".join(parts))))


def test_every_operation_has_a_row() -> None:
    live = {f"{method.upper()} {path}" for path, item in app().openapi()["paths"].items() for method in item}
    assert sorted(live - ROWS.keys()) == [], "operations without a decision about who may do them on what"
    assert sorted(ROWS.keys() - live) == [], "rows without an operation"


def test_every_object_in_an_address_is_asked_for() -> None:
    """A row that names an object names one that somebody does not see, or that does not exist."""
    for name, rows in ROWS.items():
        if "{" in name:
            things = [thing for row in rows for thing in row.on]
            assert any(not thing.seen for thing in things) or all(row.fill for row in rows), name


@pytest.mark.parametrize("operation", ROWS)
def test_nobody_gets_in_without_a_live_session(
    ask: Ask, scene: tuple[Company, Connection], operation: str
) -> None:
    _, db = scene
    before = _everything(db)
    row = ROWS[operation][0]
    who = (*NOBODY, MORE_OF_NOBODY[list(ROWS).index(operation) % len(MORE_OF_NOBODY)])
    with undone(db):
        answers = {name: ask(operation, row, row.on[0], name) for name in who}
        assert _everything(db) == before
    wanted = row.ok if row.roles is None else 401
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(who, wanted)
    for name, answer in answers.items():
        assert not _words_in(answer), name


def _asking(operation: str, row: Row, thing: Thing) -> tuple[Persona, ...]:
    """Who asks: an admin's route is asked by one of each role, what is not there by those who miss something else."""
    if row.roles == ADMINS:
        people = A_ROLE_EACH
    elif thing.seen:
        people = PERSONAS
    else:
        people = tuple(
            one for one in PERSONAS if one.role == "admin" or any(one.name not in t.seen for t in row.on)
        )
    if thing is row.on[0] and row is ROWS[operation][0]:
        people += PROGRAMS
    return people + (FULL_PROGRAMS if row.person_only else ())


def _kind(thing: Thing, persona: Persona) -> Any:
    """Those who may are asked for once where role and sight are the same; clients, who differ by relation, each."""
    name = persona.person if persona.role == "client" else persona.role
    return name, thing.seen.get(persona.person), persona.scopes


def _words_in(answer: Any) -> set[str]:
    return {word for word in WORDS if word in answer.text}


@pytest.mark.parametrize(("operation", "row"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_who_may_do_what_with_which(
    ask: Ask, scene: tuple[Company, Connection], operation: str, row: Row
) -> None:
    company, db = scene
    wrong: list[str] = []
    unseen: dict[str, set[str]] = {}
    for thing in row.on:
        with undone(db):
            if row.before is not None:
                row.before(company, thing)
            before = _everything(db)
            late: dict[Any, tuple[Persona, int]] = {}
            for persona in _asking(operation, row, thing):
                wanted = expected(row, operation.split(" ")[0], persona, thing)
                if wanted < 400 and not (operation.startswith("GET") and row.on is ONE):
                    late.setdefault(_kind(thing, persona), (persona, wanted))
                    continue
                answer = ask(operation, row, thing, persona)
                wrong += _wrong(row, thing, persona, wanted, answer)
                if wanted == row.unseen:
                    unseen.setdefault(persona.name, set()).add(answer.text)
            if _everything(db) != before:
                wrong.append(f"{thing.name}: a read or a refusal changed something")
            for persona, wanted in late.values():  # what changes something, behind what is compared
                with undone(db):
                    wrong += _wrong(row, thing, persona, wanted, ask(operation, row, thing, persona))
    assert wrong == []
    assert {name: texts for name, texts in unseen.items() if len(texts) > 1} == {}, "a difference tells"


def _wrong(row: Row, thing: Thing, persona: Persona, wanted: int, answer: Any) -> Iterator[str]:
    who = f"{persona.name} on {thing.name or 'it'}"
    if answer.status_code != wanted:
        yield f"{who}: {answer.status_code}, not {wanted}: {answer.text[:200]}"
    told = _words_in(answer)
    if secret := {word for word in told if persona.person not in WORDS[word]}:
        yield f"{who}: reads {sorted(secret)}"
    if answer.status_code < 400:
        shown = {word for word in row.shows if persona.person in row.shows[word]}
        if shown != told & row.shows.keys():
            yield f"{who}: reads {sorted(told & row.shows.keys())}, not {sorted(shown)}"


def test_every_role_and_relation_is_among_those_who_ask() -> None:
    assert {persona.role for persona in PERSONAS} == {"client", "agent", "manager", "admin"}
    assert {persona.person for persona in PERSONAS} == EVERYBODY

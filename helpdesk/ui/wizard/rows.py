"""What the wizard shows of the services' answers."""

from __future__ import annotations

from typing import Any, TypedDict

from helpdesk.core.errors import DomainError
from helpdesk.domain.access import Actor
from helpdesk.services import sla
from helpdesk.services.views import AttachmentView, Expectation, GroupNode, PersonRef
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.rows import NOBODY, Person, iso, person, size_words
from helpdesk.ui.wizard import places


class Uploaded(TypedDict):
    id: str
    name: str
    size: str


class Promise(TypedDict):
    answer_due: str
    usual: str
    solved_due: str
    priority: str


class Similar(TypedDict):
    number: str
    title: str
    status: str


NO_PROMISE: Promise = {"answer_due": "", "usual": "", "solved_due": "", "priority": ""}


async def attempt_etas(actor: Actor, choice: places.Choice) -> dict[int, str]:
    """The promise of each tile, by node."""
    found = await attempt(_etas, actor, choice)
    return {} if isinstance(found, Failure) else found


def _etas(actor: Actor, choice: places.Choice) -> dict[int, str]:
    group: GroupNode | None = choice.group
    if group is None:
        return {}
    below = choice.category if choice.step == "type" else None
    nodes = below.subcategories if below else group.categories
    words: dict[int, str] = {}
    for node in nodes:
        spot = (group.id, below.id, node.id) if below else (group.id, node.id, None)
        try:
            words[node.id] = places.within(sla.expectation(actor, *spot).first_response_minutes)
        except DomainError:  # archived a moment ago: the tile says so when it is chosen
            continue
    return words


def ids(choice: places.Choice) -> tuple[int, int | None, int | None]:
    return (
        choice.group.id if choice.group else 0,
        choice.category.id if choice.category else None,
        choice.subcategory.id if choice.subcategory else None,
    )


def links(choice: places.Choice) -> dict[str, str]:
    back = {
        "type": places.address(choice.group),
        "details": places.address(choice.group, choice.category if choice.subcategory else None),
        "review": choice.href("details"),
    }
    return {
        "back": back.get(choice.step, "/new"),
        "change": places.address(choice.group),
        "details": choice.href("details"),
        "review": choice.href("review"),
    }


def uploaded(view: AttachmentView) -> Uploaded:
    return {"id": str(view.id), "name": view.filename, "size": size_words(view.size)}


def promise(seen: Expectation) -> Promise:
    usual = seen.usual_first_response_minutes
    return {
        "answer_due": iso(seen.first_response_due),
        "usual": places.in_words(usual) if usual else "",
        "solved_due": iso(seen.resolution_due),
        "priority": seen.priority,
    }


def kept(one: Person) -> dict[str, Any]:
    """Somebody chosen, as the draft keeps them."""
    return {"id": one["id"], "name": one["name"]}


def kept_person(given: object) -> Person:
    """Somebody whom a draft names; `NOBODY` for anything else. That they exist is the service's to check."""
    match given:
        case {"id": int() as person_id, "name": str() as name} if person_id > 0:
            return person(PersonRef(person_id, name, None))
        case _:
            return {**NOBODY}

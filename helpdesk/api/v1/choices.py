"""What forms offer: the tree, colleagues, and what is being typed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from helpdesk.api.guard import Caller, GuardedRoute, reads_body, signed_in
from helpdesk.api.openapi import answers
from helpdesk.api.payload import JsonValue
from helpdesk.api.shapes import DraftOut, DraftsOut, PeopleOut, PersonRefOut
from helpdesk.api.shapes_admin import ChoiceGroupOut, ChoicesOut
from helpdesk.services import drafts, people, tree

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute)

_Place = Annotated[
    str,
    Path(
        description="`wizard`, `ticket:17`",
        max_length=60,
        json_schema_extra={"pattern": "^[a-z][a-z_]{0,29}(:[0-9]{1,19})?(:[a-z_]{1,9})?$"},
    ),
]
_OBJECT = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


@router.get("/groups", tags=["tree"])
@signed_in
def groups(actor: Caller) -> ChoicesOut:
    """The tree, as far as the caller can file tickets under it."""
    return ChoicesOut(groups=[ChoiceGroupOut.of(one) for one in tree.choosable(actor)])


@router.get("/people", tags=["people"])
@signed_in
def find_people(
    actor: Caller,
    q: Annotated[str, Query(max_length=150, description="A part of the name.")] = "",
) -> PeopleOut:
    """Up to 20 colleagues: for on-behalf, watchers and mentions."""
    return PeopleOut(items=[PersonRefOut.of(one) for one in people.search(actor, q)])


@router.get("/drafts", tags=["drafts"])
@signed_in
def list_drafts(actor: Caller) -> DraftsOut:
    """The caller's own drafts."""
    return DraftsOut(items=[DraftOut.of(one) for one in drafts.list_drafts(actor)])


@router.get("/drafts/{place}", tags=["drafts"])
@signed_in
def load_draft(actor: Caller, place: _Place) -> DraftOut:
    """What the caller was typing there; empty where nothing is kept."""
    return DraftOut.of(drafts.load(actor, place))


@router.put("/drafts/{place}", tags=["drafts"], responses=answers(409), openapi_extra=_OBJECT)
@signed_in
@reads_body
def save_draft(actor: Caller, place: _Place, body: JsonValue) -> DraftOut:
    """Keep what is being typed; the last one counts."""
    return DraftOut.of(drafts.save(actor, place, body))


@router.delete("/drafts/{place}", tags=["drafts"], status_code=204)
@signed_in
def discard_draft(actor: Caller, place: _Place) -> None:
    """Forget what was being typed."""
    drafts.discard(actor, place)

"""The people of the company, for admins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from helpdesk.api.bodies import UserBody, UserEdit
from helpdesk.api.guard import Caller, GuardedRoute, admin
from helpdesk.api.openapi import answers
from helpdesk.api.queries import Cursor, Id, IdFilter, PageNumber, PageSize, Sort
from helpdesk.api.shapes import PageOut, RoleName, page_of
from helpdesk.api.shapes_admin import UserOut
from helpdesk.services import people
from helpdesk.services.people import NewUser, UserQuery

router = APIRouter(prefix="/api/v1/admin/users", tags=["people"], route_class=GuardedRoute)


@router.get("")
@admin
def list_users(
    actor: Caller,
    q: Annotated[
        str | None, Query(max_length=150, description="A part of name, address or department.")
    ] = None,
    role: Annotated[list[RoleName], Query(max_length=4)] = [],  # noqa: B006 (never changed)
    group_id: IdFilter = [],  # noqa: B006
    is_active: bool | None = None,
    sort: Sort = "name",
    page: PageNumber = 1,
    page_size: PageSize = 25,
    cursor: Cursor = None,
) -> PageOut[UserOut]:
    """Everybody, a page at a time."""
    query = UserQuery(
        q=q,
        role=tuple(role),
        group_id=tuple(group_id),
        is_active=is_active,
        sort=sort,
        page=page,
        page_size=page_size,
        cursor=cursor,
    )
    return page_of(people.list_users(actor, query), UserOut)


@router.post("", status_code=201, responses=answers(409))
@admin
def create_user(actor: Caller, body: UserBody) -> UserOut:
    """Add a person."""
    plain = body.model_dump(exclude={"group_ids"})
    return UserOut.of(people.create_user(actor, NewUser(**plain, group_ids=tuple(body.group_ids))))


@router.get("/{user_id}", responses=answers(404))
@admin
def get_user(actor: Caller, user_id: Id) -> UserOut:
    """One person."""
    return UserOut.of(people.get_user(actor, user_id))


@router.put("/{user_id}", responses=answers(404, 409))
@admin
def update_user(actor: Caller, user_id: Id, body: UserEdit) -> UserOut:
    """Change what is given. Deactivating ends all sessions; `open_tickets` are to be handed over."""
    return UserOut.of(people.update_user(actor, user_id, body.given()))

"""The caller's own profile, sessions and personal API tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from helpdesk.api.bodies import ProfileEdit, TokenBody
from helpdesk.api.guard import Caller, GuardedRoute, signed_in
from helpdesk.api.openapi import answers
from helpdesk.api.queries import Id
from helpdesk.api.shapes_personal import (
    EndedOut,
    NewTokenOut,
    OwnSessionOut,
    OwnSessionsOut,
    ProfileOut,
    TokenOut,
    TokensListOut,
)
from helpdesk.services import profile, tokens

router = APIRouter(prefix="/api/v1/profile", tags=["profile"], route_class=GuardedRoute)

_SessionId = Annotated[str, Path(max_length=36, description="As `GET /profile/sessions` names it.")]


@router.get("")
@signed_in
def get(actor: Caller) -> ProfileOut:
    """Who the caller is, how they like it, and what they want to be told."""
    return ProfileOut.of(profile.get(actor))


@router.put("")
@signed_in
def update_profile(actor: Caller, body: ProfileEdit) -> ProfileOut:
    """Change what is given; `notifications` changes those events and channels that it names."""
    return ProfileOut.of(profile.update_profile(actor, body.given()))


@router.get("/sessions")
@signed_in
def list_sessions(actor: Caller) -> OwnSessionsOut:
    """Where the caller is signed in, the latest first."""
    return OwnSessionsOut(items=[OwnSessionOut.of(one) for one in profile.list_sessions(actor)])


@router.delete("/sessions")
@signed_in
def end_other_sessions(actor: Caller) -> EndedOut:
    """End all sessions but the present one."""
    return EndedOut(ended=profile.end_other_sessions(actor))


@router.delete("/sessions/{session_id}", status_code=204, responses=answers(404))
@signed_in
def end_session(actor: Caller, session_id: _SessionId) -> None:
    """End one session, at once."""
    profile.end_session(actor, session_id)


@router.get("/tokens")
@signed_in
def list_tokens(actor: Caller) -> TokensListOut:
    """The caller's personal tokens, without their values."""
    return TokensListOut(items=[TokenOut.of(one) for one in tokens.list_tokens(actor)])


@router.post("/tokens", status_code=201, responses=answers(409))
@signed_in
def create_token(actor: Caller, body: TokenBody) -> NewTokenOut:
    """Make a personal token. Its `value` is in this answer, and nowhere else."""
    made = tokens.create(actor, body.name, body.scopes, body.expires_at)
    return NewTokenOut(**TokenOut.of(made.token).model_dump(), value=made.value)


@router.delete("/tokens/{token_id}", status_code=204, responses=answers(404))
@signed_in
def revoke_token(actor: Caller, token_id: Id) -> None:
    """Revoke a personal token, at once."""
    tokens.revoke(actor, token_id)

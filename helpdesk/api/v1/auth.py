"""Signing in and out."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from helpdesk.api.bodies import Credentials, PasswordBody, RefreshBody
from helpdesk.api.credentials import check_sign_in_origin, client_of, delete_cookie, set_cookie
from helpdesk.api.guard import Caller, GuardedRoute, public, signed_in
from helpdesk.api.openapi import answers
from helpdesk.api.shapes import MeOut, SessionOut, TokensOut
from helpdesk.services import sessions

router = APIRouter(prefix="/api/v1/auth", tags=["sign-in"], route_class=GuardedRoute)


@router.post("/login", responses=answers(401, 429))
@public
def login(request: Request, body: Credentials) -> TokensOut:
    """Sign a program in. 401 is the same for an unknown address, a wrong password and a deactivated person."""
    return TokensOut.of(sessions.login(client_of(request), body.email, body.password))


@router.post("/refresh", responses=answers(401, 429))
@public
def refresh(request: Request, body: RefreshBody) -> TokensOut:
    """Exchange a refresh token for a new pair. A used one that comes back ends the whole family."""
    return TokensOut.of(sessions.refresh(client_of(request), body.refresh_token))


@router.post("/logout", status_code=204)
@public
def logout(body: RefreshBody) -> None:
    """End the session of a refresh token; its access token stops at once."""
    sessions.logout(body.refresh_token)


@router.get("/me")
@signed_in
def me(actor: Caller) -> MeOut:
    """Who is signed in."""
    return MeOut.of(sessions.me(actor))


@router.post("/session", responses=answers(401, 403, 429))
@public
def open_session(request: Request, response: Response, body: Credentials) -> SessionOut:
    """Sign a browser in: the answer sets its cookie."""
    check_sign_in_origin(request)
    view, cookie = sessions.sign_in(client_of(request), body.email, body.password)
    set_cookie(response, cookie)
    return SessionOut.of(view)


@router.delete("/session", status_code=204)
@signed_in
def close_session(actor: Caller, response: Response) -> None:
    """End the session that this request came with."""
    sessions.sign_out(actor)
    delete_cookie(response)


@router.post("/password", status_code=204)
@signed_in
def change_password(actor: Caller, body: PasswordBody) -> None:
    """Change one's own password; all other sessions end."""
    sessions.change_password(actor, body.current_password, body.new_password)

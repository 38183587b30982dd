"""Access tokens: what is one of ours, and what only looks like it."""

from __future__ import annotations

import base64
import time
import uuid

import jwt
import pytest

from helpdesk.core.config import get_settings
from helpdesk.core.errors import Unauthenticated
from helpdesk.services import _access_tokens
from helpdesk.services import sessions as service
from tests.factories import PASSWORD, World

HOME = service.Client("198.51.100.7")


def forged(pair_token: str, **changes: object) -> str:
    claims = jwt.decode(pair_token, options={"verify_signature": False})
    claims = {key: value for key, value in (claims | changes).items() if value is not None}
    return jwt.encode(claims, _access_tokens._key(_secret()), algorithm="HS256")


def _secret() -> bytes:
    return get_settings().secret_key


def test_forged_and_incomplete_tokens_are_refused(world: World) -> None:
    token = service.login(HOME, world.client.email, PASSWORD).access_token
    assert service.actor_of_access_token(forged(token)).user_id == world.client.id
    wrong: list[object] = [
        forged(token, **{claim: None}) for claim in ("exp", "iat", "sub", "jti", "typ", "sid", "aud", "iss")
    ]
    wrong += [
        forged(token, typ="refresh"),
        forged(token, aud="elsewhere"),
        forged(token, iss="elsewhere"),
        forged(token, sub=str(world.admin.id)),
        forged(token, sid="x"),
        forged(token, exp="soon"),
        forged(token, iat=int(time.time()) + 3600),
    ]
    header, body, _ = token.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    wrong += [f"{none}.{body}.", f"{header}.{body}.", token + "x", "", None, 5]
    wrong.append(
        jwt.encode(jwt.decode(token, options={"verify_signature": False}), _secret(), algorithm="HS256")
    )
    for one in wrong:
        with pytest.raises(Unauthenticated):
            service.actor_of_access_token(one)


def test_a_cookie_is_no_token_and_a_browser_session_no_api_session(world: World) -> None:
    view, _ = service.sign_in(HOME, world.client.email, PASSWORD)
    token = _access_tokens.issue(world.client.id, uuid.UUID(view.id))
    with pytest.raises(Unauthenticated):
        service.actor_of_access_token(token)


def test_a_header_that_nobody_understands_is_refused(world: World) -> None:
    token = service.login(HOME, world.client.email, PASSWORD).access_token
    claims = jwt.decode(token, options={"verify_signature": False})
    key = _access_tokens._key(_secret())
    plain = jwt.encode(claims, key, algorithm="HS256", headers={"x-made-up": 1})
    assert service.actor_of_access_token(plain).user_id == world.client.id
    critical = jwt.encode(claims, key, algorithm="HS256", headers={"crit": ["x-made-up"], "x-made-up": 1})
    with pytest.raises(Unauthenticated):
        service.actor_of_access_token(critical)

"""The REST API without a socket."""

from __future__ import annotations

from functools import cache

from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.factories import PASSWORD, Person


@cache
def app() -> FastAPI:
    from helpdesk.api import create_api

    return create_api()


class Api:
    """`api.anonymous.get("/health")`, `api.login(world.agent).get("/api/v1/admin/tickets")`.

    An error of the server is an answer (500), as it is for a caller on the network.
    """

    def __init__(self) -> None:
        self.anonymous = self.client()

    def client(self, token: str | None = None) -> TestClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return TestClient(
            app(), base_url="http://localhost:8000", headers=headers, raise_server_exceptions=False
        )

    def tokens(self, person: Person, password: str = PASSWORD) -> dict[str, object]:
        """The answer to a sign-in with the right password."""
        answer = self.anonymous.post("/api/v1/auth/login", json={"email": person.email, "password": password})
        assert answer.status_code == 200, answer.text
        body: dict[str, object] = answer.json()
        return body

    def login(self, person: Person) -> TestClient:
        """A client whose requests carry the person's access token."""
        return self.client(str(self.tokens(person)["access_token"]))

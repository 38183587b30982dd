"""Honest clients of the REST API: each write has its key and is tried again until there is an answer."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.factories import PASSWORD, Person

_PATIENCE_S = 120
_RETRY_S = 0.4
FILE = b"%PDF-1.4\n% a small file\n"


@dataclass
class Filed:
    """What was acknowledged about one ticket."""

    title: str
    client: Person
    id: int = 0
    number: str = ""
    comments: dict[str, str] = field(default_factory=dict[str, str])
    """Acknowledged ids by message."""
    files: dict[str, str] = field(default_factory=dict[str, str])
    """Acknowledged ids by file name."""
    told: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """The notification rows that the rules demand: event and recipient."""


@dataclass
class Tally:
    """What the callers saw, all together."""

    acknowledged: int = 0
    slowest_s: float = 0
    refused: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])


class Caller:
    """One signed-in person with a connection of their own."""

    def __init__(self, url: str, person: Person, tally: Tally) -> None:
        self.person, self.tally = person, tally
        self.http = httpx.Client(base_url=f"{url}/api/v1", timeout=20)
        self._signed_in = False

    def close(self) -> None:
        self.http.close()

    def write(self, method: str, path: str, key: str, **body: Any) -> dict[str, Any]:
        """Send until there is an answer other than "not now"; return it.

        Raises:
            AssertionError: an answer that no fault excuses, or none in two minutes.
        """
        began = time.monotonic()
        while time.monotonic() - began < _PATIENCE_S:
            if not self._signed_in and not self._sign_in():
                continue
            answer = self._try(method, path, headers={"Idempotency-Key": key}, **body)
            if answer is None:
                continue
            if answer.status_code == 401:
                self._signed_in = False
                continue
            if answer.status_code not in (200, 201):
                raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            self.tally.acknowledged += 1
            self.tally.slowest_s = max(self.tally.slowest_s, time.monotonic() - began)
            return answer.json()
        raise AssertionError(f"{method} {path}: no answer in {_PATIENCE_S} s")

    def _sign_in(self) -> bool:
        body = {"email": self.person.email, "password": PASSWORD}
        answer = self._try("POST", "/auth/login", json=body)
        if answer is None:
            return False
        assert answer.status_code == 200, answer.text
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        self._signed_in = True
        return True

    def _try(self, method: str, path: str, **options: Any) -> httpx.Response | None:
        """One request; None, after a pause, where nothing answered or the answer was "not now"."""
        try:
            answer = self.http.request(method, path, **options)
        except httpx.TransportError as error:
            self.tally.refused[type(error).__name__] += 1
            time.sleep(_RETRY_S)
            return None
        if answer.status_code not in (429, 503):
            return answer
        self.tally.refused[str(answer.status_code)] += 1
        wait = answer.headers.get("Retry-After", "")
        assert wait.isdigit(), f"{method} {path}: {answer.status_code} without Retry-After"
        # a client in more of a hurry than it is told, so that there is load while parts are away
        time.sleep(_RETRY_S if answer.status_code == 503 else int(wait))
        return None


class User:
    """A client, and the agents who answer: one ticket after the other, with all that happens on it."""

    def __init__(self, name: str, client: Caller, agents: list[Caller], group: int, address: str) -> None:
        self.name, self.client, self.agents = name, client, agents
        self.group, self.address = group, address
        self.choice = random.Random(name)
        self.filed: list[Filed] = []
        self._number = 0

    def work(self, pause: Callable[[], bool]) -> None:
        """File tickets until `pause`, which is called between any two requests, says False."""
        while pause():
            self._ticket(pause)

    def _ticket(self, pause: Callable[[], bool]) -> None:
        self._number += 1
        filed = Filed(f"{self.name} ticket {self._number}", self.client.person)
        assignee, assigner = self.choice.sample(self.agents, 2)
        steps: list[Callable[[], None]] = [
            lambda: self._comment(filed, self.client, None),
            lambda: self._assign(filed, assigner, assignee),
            lambda: self._comment(filed, assignee, assignee),
            lambda: self._comment(filed, self.client, assignee),
            lambda: self._attach(filed),
        ]
        self._file(filed)
        self.filed.append(filed)
        for step in steps[: self.choice.randint(1, len(steps))]:
            if not pause():
                return
            step()

    def _file(self, filed: Filed) -> None:
        fields = {"group_id": self.group, "title": filed.title, "description": "It does not work."}
        key = f"{filed.title} file"
        if self.choice.random() < 0.4:
            name = f"{self._number}.pdf"
            files = {"attachments": (name, FILE, "application/pdf")}
            form = {field: str(value) for field, value in fields.items()}
            answer = self.client.write("POST", "/tickets", key, data=form, files=files)
            filed.files[name] = answer["attachments"][0]["id"]
        else:
            answer = self.client.write("POST", "/tickets", key, json=fields)
        filed.id, filed.number = answer["id"], answer["ticket_no"]
        filed.told[("ticket_receipt", _user(filed.client))] += 1
        self._tell_group(filed, "ticket_created")

    def _comment(self, filed: Filed, author: Caller, assignee: Caller | None) -> None:
        message = f"{filed.title} message {len(filed.comments) + 1}"
        path, body = f"/tickets/{filed.id}/comments", {"message": message, "is_internal": False}
        if author is self.client:
            body.pop("is_internal")
        filed.comments[message] = author.write("POST", path, message, json=body)["id"]
        if author is not self.client:
            # the assignee's answer also begins the work, which is an event of its own
            filed.told[("public_comment", _user(filed.client))] += 1
            filed.told[("status_changed", _user(filed.client))] += 1
        elif assignee is None:
            self._tell_group(filed, "public_comment")
        else:
            filed.told[("public_comment", _user(assignee.person))] += 1

    def _assign(self, filed: Filed, assigner: Caller, assignee: Caller) -> None:
        path = f"/admin/tickets/{filed.id}/assign"
        assigner.write("PUT", path, f"{filed.title} assign", json={"assigned_to": assignee.person.id})
        filed.told[("assigned", _user(assignee.person))] += 1
        filed.told[("status_changed", _user(filed.client))] += 1

    def _attach(self, filed: Filed) -> None:
        name = f"{self._number} more.pdf"
        files = {"attachments": (name, FILE, "application/pdf")}
        path = f"/tickets/{filed.id}/attachments"
        answer = self.client.write("POST", path, f"{filed.title} attach", files=files)
        filed.files[name] = answer["attachments"][0]["id"]

    def _tell_group(self, filed: Filed, event: str) -> None:
        filed.told[(event, f"address:{self.address}")] += 1
        for agent in self.agents:
            filed.told[(event, _user(agent.person))] += 1


class Load:
    """The users, each in a thread; `rest` returns once all of them have their answers."""

    def __init__(self, users: list[User], tally: Tally, think_s: float) -> None:
        self.users, self.tally, self.think_s = users, tally, think_s
        self._go = threading.Event()
        self._over = False
        self._resting = 0
        self._state = threading.Condition()
        self._threads = [threading.Thread(target=self._run, args=(user,), daemon=True) for user in users]
        for thread in self._threads:
            thread.start()

    def go(self) -> None:
        self._go.set()

    def rest(self, within_s: float) -> bool:
        """Let each finish what it asked for; False where one still has no answer in time."""
        self._go.clear()
        with self._state:
            return self._state.wait_for(lambda: self._resting == len(self._alive()), within_s)

    def end(self) -> None:
        self._over = True
        self._go.set()

    def _alive(self) -> list[threading.Thread]:
        return [thread for thread in self._threads if thread.is_alive()]

    def _run(self, user: User) -> None:
        try:
            user.work(lambda: self._pause(user))
        except Exception as error:
            self.tally.wrong.append(f"{user.name}: {type(error).__name__}: {error}")
        finally:
            with self._state:
                self._state.notify_all()

    def _pause(self, user: User) -> bool:
        if self._go.is_set():
            time.sleep(user.choice.uniform(0.5, 1.5) * self.think_s)
        if not self._go.is_set():
            with self._state:
                self._resting += 1
                self._state.notify_all()
            self._go.wait()
            with self._state:
                self._resting -= 1
        return not self._over


def _user(person: Person) -> str:
    return f"user:{person.id}"

"""What the dialog of one person holds, and what its form sends."""

from __future__ import annotations

from typing import Any, TypedDict

import reflex as rx

from helpdesk.domain.enums import Role
from helpdesk.services import people, tree
from helpdesk.services.people import NewUser
from helpdesk.services.views import GroupNode, UserRow
from helpdesk.ui.app_state import AppState
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me


class PersonForm(TypedDict):
    """What stands in the fields when the dialog opens; `id` 0 is somebody new."""

    id: int
    name: str
    email: str
    role: str
    department: str
    active: bool
    open_tickets: int
    open_words: str
    queue_href: str


class GroupBox(TypedDict):
    field: str  # name of the check box
    label: str
    member: bool


NOBODY: PersonForm = {
    "id": 0, "name": "", "email": "", "role": "client", "department": "", "active": True,
    "open_tickets": 0, "open_words": "", "queue_href": "",
}  # fmt: skip
_GROUP = "group:"


class PersonState(AppState):
    shown: bool = False
    opened: int = 0
    person: PersonForm = NOBODY
    groups: list[GroupBox] = []
    errors: dict[str, str] = {}
    saving: bool = False
    _seen: dict[str, Any] = {}
    _undo: tuple[int, bool] = (0, False)

    @rx.event
    @allow(Role.ADMIN)
    async def begin(self, user_id: int):
        """Open the dialog on somebody; 0: on somebody new."""
        nodes = await attempt(tree.admin_tree, me())
        found = await attempt(people.get_user, me(), user_id) if user_id else None
        for refused in (nodes, found):
            if isinstance(refused, Failure):
                return self._tell(refused)
        assert not isinstance(nodes, Failure)
        assert not isinstance(found, Failure)
        self.person = _form(found) if found else {**NOBODY}
        self._seen = _values_of(found) if found else {}
        self.groups = _boxes(nodes, found.group_ids if found else ())
        self.errors, self.saving = {}, False
        self.opened, self.shown = self.opened + 1, True
        return None

    @rx.event
    @allow(Role.ADMIN)
    async def close(self):
        self.shown = False

    @rx.event
    @allow(Role.ADMIN)
    async def save(self, form: dict[str, Any]):
        """Add the person, or change what differs from what the dialog showed."""
        self.saving, self.errors = True, {}
        yield
        values = read_form(form)
        password = str(form.get("password", ""))
        if self.person["id"]:
            changes = {name: value for name, value in values.items() if value != self._seen.get(name)}
            if password:
                changes["password"] = password
            saved = await attempt(people.update_user, me(), self.person["id"], changes)
        else:
            values.pop("is_active")
            saved = await attempt(people.create_user, me(), NewUser(**values, password=password or None))
        self.saving = False
        if isinstance(saved, Failure):
            self.errors = saved.fields
            if not saved.fields:
                self._tell(saved)
            return
        self.shown = False
        self._say(saved)

    @rx.event
    @allow(Role.ADMIN)
    async def undo(self):
        """Take a deactivation or an activation back."""
        user_id, active = self._undo
        self._undo = (0, False)
        if not user_id:
            return
        restored = await attempt(people.update_user, me(), user_id, {"is_active": active})
        if isinstance(restored, Failure):
            self._tell(restored)
            return
        self._toast("ok", f"{restored.name} is {'active' if active else 'deactivated'} again.")

    # ---- parts

    def _say(self, saved: UserRow) -> None:
        was_active = self._seen.get("is_active")
        if not self.person["id"]:
            self._toast("ok", f"{saved.name} is added.")
        elif was_active and not saved.is_active:
            self._undo = (saved.id, True)
            left = f" {_tickets(saved.open_tickets)} to hand over." if saved.open_tickets else ""
            self._toast(
                "ok", f"{saved.name} is signed out everywhere and deactivated.{left}", undo="undo-active"
            )
        elif was_active is False and saved.is_active:
            self._undo = (saved.id, False)
            self._toast("ok", f"{saved.name} can sign in again.", undo="undo-active")
        else:
            self._toast("ok", f"{saved.name} is saved.")


def read_form(form: dict[str, Any]) -> dict[str, Any]:
    """The values of the form by the names of the service; a client's groups are none, whatever was checked."""
    role = str(form.get("role", ""))
    chosen = sorted(
        int(name.removeprefix(_GROUP))
        for name, value in form.items()
        if name.startswith(_GROUP) and value and name.removeprefix(_GROUP).isdecimal()
    )
    return {
        "name": str(form.get("name", "")),
        "email": str(form.get("email", "")).strip(),
        "role": role,
        "department": str(form.get("department", "")).strip() or None,
        "group_ids": () if role == Role.CLIENT else tuple(chosen),
        "is_active": bool(form.get("is_active")),
    }


def _values_of(view: UserRow) -> dict[str, Any]:
    return {
        "name": view.name,
        "email": view.email,
        "role": view.role,
        "department": view.department,
        "group_ids": tuple(sorted(view.group_ids)),
        "is_active": view.is_active,
    }


def _form(view: UserRow) -> PersonForm:
    return {
        "id": view.id,
        "name": view.name,
        "email": view.email,
        "role": view.role,
        "department": view.department or "",
        "active": view.is_active,
        "open_tickets": view.open_tickets,
        "open_words": _tickets(view.open_tickets),
        "queue_href": f"/queue?view=all&assigned_to={view.id}",
    }


def _tickets(count: int) -> str:
    return f"{count:,} unsolved {'ticket is' if count == 1 else 'tickets are'} in their hands"


def _boxes(groups: list[GroupNode], member_of: tuple[int, ...]) -> list[GroupBox]:
    return [
        {"field": f"{_GROUP}{group.id}", "label": group.name, "member": group.id in member_of}
        for group in groups
        if not group.archived or group.id in member_of
    ]

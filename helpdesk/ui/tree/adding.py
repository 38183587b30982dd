"""Two dialogs of the tree page: adding a node, and the members of a group."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.domain.enums import STAFF_ROLES, Role
from helpdesk.services import people, tree
from helpdesk.services.people import UserQuery
from helpdesk.services.tree import NewCategory, NewGroup, NewSubcategory
from helpdesk.services.views import GroupNode, PersonRef
from helpdesk.ui.app_state import AppState, go_to, query
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.rows import Person, person
from helpdesk.ui.tree.rows import CHILD_KIND, PATH, find, parse_key, spots

_MOST_FOUND = 8


class AddState(AppState):
    shown: bool = False
    opened: int = 0
    kind: str = ""
    below: str = ""  # the parent's name
    errors: dict[str, str] = {}
    saving: bool = False
    _parent: int = 0

    @rx.event
    @allow(Role.ADMIN)
    async def begin(self, parent: str):
        """Open the dialog for a node below `parent` ("category:12"); "" for a group."""
        groups = await attempt(tree.admin_tree, me())
        if isinstance(groups, Failure):
            return self._tell(groups)
        spot = find(groups, str(parent))
        self.kind = CHILD_KIND[spot.kind] if spot else "group"
        self.below, self._parent = (spot.node.name, spot.node.id) if spot else ("", 0)
        self.errors, self.saving = {}, False
        if self.kind:
            self.opened, self.shown = self.opened + 1, True
        return None

    @rx.event
    @allow(Role.ADMIN)
    async def close(self):
        self.shown = False

    @rx.event
    @allow(Role.ADMIN)
    async def create(self, form: dict[str, Any]):
        """Create it, with a child for each line of "below"; then select it."""
        self.saving, self.errors = True, {}
        yield
        made = await self._create(form)
        self.saving = False
        if isinstance(made, Failure):
            self.errors = _fields(made.fields)
            if not made.fields:
                self._tell(made)
            return
        self.shown = False
        name = str(form.get("name", ""))
        self._toast("ok", f"{name} is added.")
        if key := _newest(made, self.kind, name):
            yield go_to(PATH + query(node=key))

    async def _create(self, form: dict[str, Any]) -> GroupNode | Failure:
        name = str(form.get("name", ""))
        description = str(form.get("description", "")).strip() or None
        below = [line.strip() for line in str(form.get("below", "")).splitlines() if line.strip()]
        if self.kind == "group":
            children = tuple(NewCategory(name=one) for one in below)
            return await attempt(tree.create_branch, me(), NewGroup(name, description, categories=children))
        if self.kind == "category":
            leaves = tuple(NewSubcategory(name=one) for one in below)
            new = NewCategory(name, description, subcategories=leaves)
            return await attempt(tree.create_category, me(), self._parent, new)
        return await attempt(tree.create_subcategory, me(), self._parent, NewSubcategory(name, description))


class MemberState(AppState):
    """Each change is stored at once."""

    shown: bool = False
    opened: int = 0
    group: str = ""
    members: list[Person] = []
    found: list[Person] = []
    words: str = ""
    problem: str = ""
    _group_id: int = 0

    @rx.event
    @allow(Role.ADMIN)
    async def begin(self, key: str):
        """Open the dialog of a group ("group:3")."""
        target = parse_key(str(key))
        if target is None or target[0] != "group":
            return
        self._group_id = target[1]
        self.found, self.words, self.problem = [], "", ""
        if await self._read():
            self.opened, self.shown = self.opened + 1, True

    @rx.event
    @allow(Role.ADMIN)
    async def close(self):
        self.shown = False

    @rx.event
    @allow(Role.ADMIN)
    async def look(self, words: str):
        """Find agents, managers and admins by name, address or department."""
        self.words = str(words).strip()[:150]
        if not self.words:
            self.found = []
            return
        roles = tuple(str(role) for role in STAFF_ROLES)
        asked = UserQuery(q=self.words, role=roles, is_active=True, page_size=30)
        page = await attempt(people.list_users, me(), asked)
        if isinstance(page, Failure):
            self.problem = page.message
            return
        inside = {one["id"] for one in self.members}
        self.found = [
            person(PersonRef(row.id, row.name, row.department)) for row in page.items if row.id not in inside
        ][:_MOST_FOUND]

    @rx.event
    @allow(Role.ADMIN)
    async def add(self, user_id: int):
        await self._store([*(one["id"] for one in self.members), user_id])
        self.found = [one for one in self.found if one["id"] != user_id]

    @rx.event
    @allow(Role.ADMIN)
    async def remove(self, user_id: int):
        await self._store([one["id"] for one in self.members if one["id"] != user_id])

    async def _store(self, ids: list[int]) -> None:
        changes = {"member_ids": tuple(ids)}
        done = await attempt(tree.update_node, me(), "group", self._group_id, changes)
        self.problem = done.message if isinstance(done, Failure) else ""
        await self._read()

    async def _read(self) -> bool:
        groups = await attempt(tree.admin_tree, me())
        members = await attempt(tree.members, me(), self._group_id)
        for refused in (groups, members):
            if isinstance(refused, Failure):
                self._tell(refused)
                return False
        assert not isinstance(groups, Failure)
        assert not isinstance(members, Failure)
        spot = find(groups, f"group:{self._group_id}")
        self.group = spot.node.name if spot else ""
        self.members = [person(one) for one in members]
        return True


def _fields(fields: dict[str, str]) -> dict[str, str]:
    """Refusals of children ("categories.0.name") stand at the field in which they were typed."""
    return {("below" if "." in name else name): words for name, words in fields.items()}


def _newest(group: GroupNode, kind: str, name: str) -> str:
    """The key of the node just made: the newest of its kind and name."""
    wanted = name.strip().casefold()
    keys = [
        spot.key
        for spot in spots([group])
        if spot.kind == kind and not spot.node.archived and spot.node.name.strip().casefold() == wanted
    ]
    return max(keys, key=lambda key: int(key.partition(":")[2]), default="")

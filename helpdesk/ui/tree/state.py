"""What the tree page holds: the lines of the table, and the selected node. The URL names node and filter."""

from __future__ import annotations

from typing import Any, TypedDict

import reflex as rx

from helpdesk.domain.enums import Role
from helpdesk.services import tree
from helpdesk.services.views import GroupNode, PersonView
from helpdesk.ui import live
from helpdesk.ui.app_state import AppState, go_to, query
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.tree.node_form import NO_NODE, NodeForm, changes, form
from helpdesk.ui.tree.rows import (
    PATH,
    TreeLine,
    archived_count,
    find,
    lines,
    moved,
    parse_key,
    summary,
)


class Choice(TypedDict):
    value: str
    label: str


class TreeState(AppState):
    ready: bool = False
    problem: str = ""
    lines: list[TreeLine] = []
    summary: str = ""
    archived_count: int = 0
    archived_shown: bool = False
    archived_href: str = ""
    close_href: str = ""
    node: NodeForm = NO_NODE
    opened_at: str = ""  # a new value gives the form's fields their values anew
    assignees: list[Choice] = []
    leads: list[Choice] = []
    errors: dict[str, str] = {}
    refusal: str = ""
    busy: bool = False
    _open: list[str] | None = None
    _undo: tuple[str, bool] = ("", False)

    @rx.event
    @allow(Role.ADMIN)
    async def load(self):
        """Read the selected node and the filter from the URL, then the tree."""
        live.watch("tree", refresh=TreeState.refresh)
        asked = self.router.url.query_parameters
        self.archived_shown = asked.get("archived") == "1"
        await self._read(asked.get("node", ""))

    @rx.event
    @allow(Role.ADMIN)
    async def refresh(self):
        """The tree was changed; what is typed in the panel stays."""
        await self._read(self.node["key"])

    @rx.event
    @allow(Role.ADMIN)
    async def toggle(self, key: str):
        """Show or hide what lies below a node."""
        opened = self._open or []
        self._open = [one for one in opened if one != key] if key in opened else [*opened, str(key)[:40]]
        await self._read(self.node["key"])

    @rx.event
    @allow(Role.ADMIN)
    async def save(self, sent: dict[str, Any]):
        """Change of the node what the form changed."""
        self.busy, self.errors, self.refusal = True, {}, ""
        yield
        values = changes(self.node, sent)
        saved = await self._write(values) if values else None
        self.busy = False
        if isinstance(saved, Failure):
            self.errors = saved.fields
            if not saved.fields:
                self._tell(saved)
            return
        if values:
            await self._read(self.node["key"], anew=True)
        self._toast("ok", f"{self.node['name']} is saved." if values else "Nothing was changed.")

    @rx.event
    @allow(Role.ADMIN)
    async def archive(self):
        """Archive the node, or make it choosable again."""
        archived = not self.node["archived"]
        done = await self._write({"archived": archived})
        if isinstance(done, Failure):
            self.refusal = done.message
            return
        self._undo, self.refusal = (self.node["key"], not archived), ""
        await self._read(self.node["key"])
        words = "is archived: it can't be chosen any more" if archived else "can be chosen again"
        self._toast("ok", f"{self.node['name']} {words}.", undo="undo-archive")

    @rx.event
    @allow(Role.ADMIN)
    async def undo(self):
        """Take the last archiving, or its end, back."""
        key, archived = self._undo
        self._undo = ("", False)
        if (target := parse_key(key)) is None:
            return
        done = await attempt(tree.update_node, me(), *target, {"archived": archived})
        if isinstance(done, Failure):
            self._tell(done)
            return
        await self._read(self.node["key"])

    @rx.event
    @allow(Role.ADMIN)
    async def delete(self):
        """Delete the node; one that tickets use is refused, with their number."""
        name, target = self.node["name"], parse_key(self.node["key"])
        if target is None:
            return None
        done = await attempt(tree.delete_node, me(), *target)
        if isinstance(done, Failure):
            self.refusal = done.message
            await self._read(self.node["key"])
            return None
        self._toast("ok", f"{name} is deleted.")
        return go_to(self.close_href, replace=True)

    @rx.event
    @allow(Role.ADMIN)
    async def move(self, step: int):
        """Up (-1) or down (1) among its siblings."""
        groups = await attempt(tree.admin_tree, me())
        spot = None if isinstance(groups, Failure) else find(groups, self.node["key"])
        if spot is None or step not in (-1, 1):
            return
        for node_id, position in moved(spot, step):
            done = await attempt(tree.update_node, me(), spot.kind, node_id, {"position": position})
            if isinstance(done, Failure):
                self._tell(done)
                break
        await self._read(self.node["key"])

    # ---- parts

    async def _write(self, values: dict[str, Any]) -> GroupNode | Failure:
        kind, node_id = self.node["kind"], self.node["id"]
        return await attempt(tree.update_node, me(), kind, node_id, values)

    async def _read(self, key: str, *, anew: bool = False) -> None:
        groups = await attempt(tree.admin_tree, me())
        if isinstance(groups, Failure):
            self.problem, self.ready = groups.message, True
            return
        if self._open is None:
            self._open = [f"group:{group.id}" for group in groups]
        self.lines = lines(groups, frozenset(self._open), key, archived=self.archived_shown)
        self.summary, self.archived_count = summary(groups), archived_count(groups)
        here = key if find(groups, key) else None
        self.archived_href = PATH + query(node=here, archived=None if self.archived_shown else "1")
        self.close_href = PATH + query(archived="1" if self.archived_shown else None)
        await self._select(groups, key, anew)
        self.problem, self.ready = "", True

    async def _select(self, groups: list[GroupNode], key: str, anew: bool) -> None:
        spot = find(groups, key)
        if spot is None:
            self.node, self.errors, self.refusal = NO_NODE, {}, ""
            return
        if anew or key != self.node["key"]:
            self.errors, self.refusal = {}, ""
            self.opened_at = f"{key}@{int(self.opened_at.rpartition('@')[2] or 0) + 1}"
        self.node = form(spot)
        await self._offer(spot.group)

    async def _offer(self, group: GroupNode) -> None:
        """Whom tickets of this group can be given to, and who can lead it."""
        people = await attempt(tree.assignable, me(), group.id)
        members = await attempt(tree.members, me(), group.id)
        node = self.node
        self.assignees = _choices(people, node["assignee"], node["assignee_inherit"])
        self.leads = _choices(members, node["lead"], "Nobody", group.lead.name if group.lead else "")


def _choices(people: list[PersonView] | Failure, chosen: str, nobody: str, name: str = "") -> list[Choice]:
    """Options of a select; who is chosen is among them, also when nobody would choose them today."""
    options: list[Choice] = [{"value": "", "label": nobody}]
    for one in () if isinstance(people, Failure) else people:
        options.append({"value": str(one.id), "label": one.name})
    if chosen and all(option["value"] != chosen for option in options):
        options.append({"value": chosen, "label": name or "As it is"})
    return options

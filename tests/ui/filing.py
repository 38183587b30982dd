"""Walking through the wizard, for tests."""

from __future__ import annotations

import io
from typing import Any

from helpdesk.services import attachments
from tests import factories
from tests.factories import Person, World
from tests.ui.doing import name_of
from tests.ui.protocol import Tab


def wizard() -> Any:
    from helpdesk.ui.wizard.state import WizardState

    return WizardState


async def do(tab: Tab, handler: str, **payload: Any) -> Tab:
    return await tab.event(name_of(wizard(), handler), **payload)


async def keep(tab: Tab, **values: str) -> None:
    for name, value in values.items():
        await do(tab, "keep", name=name, value=value)


async def look_and_choose(tab: Tab, words: str, person_id: int, role: str) -> None:
    from helpdesk.ui.wizard.picker import PickerState

    await tab.event(name_of(PickerState, "look"), words=words)
    assert person_id in [one["id"] for one in tab.var(PickerState, "results")]
    await tab.event(name_of(PickerState, "choose"), person_id=person_id, role=role)


def upload(person: Person, name: str = "screen.txt") -> int:
    stored = attachments.store_upload(factories.actor_for(person), name, io.BytesIO(b"what it said\n"))
    return stored.id


def details(people: World) -> str:
    it = people.it
    return f"/new?group={it.group_id}&category={it.category_id}&subcategory={it.subcategory_id}&step=details"


def review(people: World) -> str:
    return details(people).replace("=details", "=review")

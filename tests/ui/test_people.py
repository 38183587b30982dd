"""People, in the hands of an admin."""

from __future__ import annotations

import asyncio

import pytest

from helpdesk.domain.enums import Role
from helpdesk.services import people as service
from helpdesk.services import tickets
from helpdesk.services.people import UserQuery
from tests import factories
from tests.factories import World
from tests.ui.conftest import Opener
from tests.ui.doing import act, as_person, form, loaded
from tests.ui.protocol import Tab

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def begin(tab: Tab, user_id: int) -> None:
    from helpdesk.ui.people.editing import PersonState

    await act(tab, f"{PersonState.get_full_name()}.begin", user_id=user_id)
    assert tab.var(PersonState, "shown") is True


async def save(tab: Tab, **values: str) -> None:
    from helpdesk.ui.people.editing import PersonState

    await act(tab, f"{PersonState.get_full_name()}.save", form=form(**values))


def toast(tab: Tab) -> dict[str, str]:
    from helpdesk.ui.app_state import AppState

    found: dict[str, str] = tab.var(AppState, "toasts")[-1]
    return found


async def test_the_address_holds_the_filters_and_pages_go_both_ways(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.people.state import PeopleState

    def hire() -> None:
        for number in range(30):
            factories.make_user(Role.CLIENT, f"Zed {number:02}")

    await asyncio.to_thread(hire)
    tab = await loaded(await open_tab(people.admin, "/admin/people?q=zed&role=client"), PeopleState)
    rows = tab.var(PeopleState, "rows")
    assert [row["face"]["name"] for row in rows][:2] == ["Zed 00", "Zed 01"]
    assert len(rows) == 25
    first = tab.var(PeopleState, "steps")
    assert first["newer"] == ""
    assert first["words"] == "30 people"
    tab.path = first["older"]
    await act(tab, f"{PeopleState.get_full_name()}.load")
    assert tab.var(PeopleState, "rows")[0]["face"]["name"] == "Zed 25"
    second = tab.var(PeopleState, "steps")
    assert second["older"] == ""
    assert second["newer"] == "/admin/people?q=zed&role=client"


async def test_looking_for_words_changes_the_address_only_safely(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.people.state import PeopleState

    tab = await loaded(await open_tab(people.admin, "/admin/people"), PeopleState)
    await act(tab, f"{PeopleState.get_full_name()}.find", words="<reflex.Var>1</reflex.Var> //evil")
    went = tab.actions[-1]["payload"]["path"]
    assert went.startswith("/admin/people?q=%3Creflex")
    assert "<" not in went
    assert "//" not in went


async def test_an_added_person_is_listed_and_refusals_stand_at_their_fields(
    open_tab: Opener, people: World
) -> None:
    from helpdesk.ui.people.editing import PersonState
    from helpdesk.ui.people.state import PeopleState

    tab = await loaded(await open_tab(people.admin, "/admin/people"), PeopleState)
    await begin(tab, 0)
    await save(tab, name=" ", email="nobody", role="agent")
    assert set(tab.var(PersonState, "errors")) >= {"name"} or set(tab.var(PersonState, "errors")) >= {"email"}
    assert tab.var(PersonState, "shown") is True
    await save(tab, name="Nia New", email=people.agent.email, role="agent")
    assert tab.var(PersonState, "errors") == {"email": "Somebody has this address already."}
    group = {f"group:{people.it.group_id}": "on"}
    await save(tab, name="Nia New", email="nia@example.com", role="agent", department="IT", **group)
    assert tab.var(PersonState, "shown") is False
    assert toast(tab)["text"] == "Nia New is added."
    await tab.until(lambda: any(row["face"]["name"] == "Nia New" for row in tab.var(PeopleState, "rows")))
    (made,) = (await as_person(people, "admin", service.list_users, UserQuery(q="nia new"))).items
    assert (made.role, made.groups, made.department) == ("agent", ("IT",), "IT")


async def test_deactivating_counts_what_is_to_be_handed_over_and_can_be_undone(
    open_tab: Opener, people: World
) -> None:
    from helpdesk.ui.people.editing import PersonState
    from helpdesk.ui.people.state import PeopleState

    def assign() -> None:
        made = factories.make_ticket(people.client, people.it)
        tickets.take(people.actor("agent"), made.ticket.ticket_no)

    await asyncio.to_thread(assign)
    tab = await loaded(await open_tab(people.admin, "/admin/people"), PeopleState)
    await begin(tab, people.agent.id)
    assert tab.var(PersonState, "person")["open_words"] == "1 unsolved ticket is in their hands"
    group = {f"group:{people.it.group_id}": "on"}
    await save(tab, name=people.agent.name, email=people.agent.email, role="agent", **group)
    assert "1 unsolved ticket is in their hands to hand over." in toast(tab)["text"]
    assert toast(tab)["undo"] == "undo-active"

    async def active() -> bool:
        row = await as_person(people, "admin", service.get_user, people.agent.id)
        return row.is_active

    assert await active() is False
    await act(tab, f"{PersonState.get_full_name()}.undo")
    assert await active() is True
    await act(tab, f"{PersonState.get_full_name()}.undo")
    assert await active() is True, "it is taken back once"


async def test_the_last_admin_is_refused_at_the_field(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.people.editing import PersonState
    from helpdesk.ui.people.state import PeopleState

    tab = await loaded(await open_tab(people.admin, "/admin/people"), PeopleState)
    await begin(tab, people.admin.id)
    same = {"name": people.admin.name, "email": people.admin.email}
    await save(tab, **same, role="client", is_active="on")
    assert list(tab.var(PersonState, "errors")) == ["role"]
    await save(tab, **same, role="admin")
    assert list(tab.var(PersonState, "errors")) == ["is_active"]
    assert tab.var(PersonState, "shown") is True


async def test_only_what_differs_is_form(open_tab: Opener, people: World) -> None:
    """Somebody else's change of another field, made while the dialog was open, stays."""
    from helpdesk.ui.people.state import PeopleState

    tab = await loaded(await open_tab(people.admin, "/admin/people"), PeopleState)
    await begin(tab, people.client.id)
    await as_person(people, "admin", service.update_user, people.client.id, {"department": "Legal"})
    await save(
        tab, name="Clara C.", email=people.client.email, role="client", department="Sales", is_active="on"
    )
    row = await as_person(people, "admin", service.get_user, people.client.id)
    assert (row.name, row.department) == ("Clara C.", "Legal")


@pytest.mark.parametrize("name", ["client", "agent", "manager"])
async def test_others_see_and_change_nobody(open_tab: Opener, people: World, name: str) -> None:
    from helpdesk.ui.people.editing import PersonState
    from helpdesk.ui.people.state import PeopleState

    tab = await open_tab(getattr(people, name), "/admin/people")
    await act(tab, f"{PeopleState.get_full_name()}.load")
    await act(tab, f"{PersonState.get_full_name()}.begin", user_id=people.admin.id)
    await save(tab, name="X", email="x@example.com", role="admin")
    assert tab.var(PeopleState, "rows") == []
    assert tab.var(PersonState, "person")["id"] == 0
    assert people.admin.email not in "".join(tab.raw)

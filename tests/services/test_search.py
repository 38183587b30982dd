"""Search: what it finds, in which order, page by page, and what it tells nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, event, func, insert, select, text, true

from helpdesk.core.clock import moved, now
from helpdesk.core.db import transaction
from helpdesk.core.errors import Invalid
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import View
from helpdesk.models.search import search_words
from helpdesk.models.ticket import tickets as table
from helpdesk.services import _search, _words, comments, spelling, tickets
from helpdesk.services._filters import Filter, cleaned_query, condition
from helpdesk.services.views import Page, TicketQuery, TicketRow
from tests.client import Api
from tests.factories import World, make_ticket

LONG_AGO = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)


@pytest.fixture(params=["one by one", "through the index", "among what is open"])
def every_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Staff's searches with filters, in all of the ways in which they may be answered."""
    narrow = request.param == "one by one"
    monkeypatch.setattr(_search, "_is_narrow", lambda *_: narrow)
    if request.param == "through the index":
        monkeypatch.setattr(Filter, "unclosed", property(lambda _: False))
    return str(request.param)


def _queue(actor: Actor, q: str, **more: object) -> list[int]:
    return [row.id for row in tickets.list_queue(actor, TicketQuery(q=q, **more)).items]  # type: ignore[arg-type]


def _mine(actor: Actor, q: str, **more: object) -> list[int]:
    return [row.id for row in tickets.list_mine(actor, TicketQuery(q=q, **more)).items]  # type: ignore[arg-type]


def _copies(db: Connection, count: int) -> None:
    """Many tickets like the last one, newer than it, without history: for what only depends on their number."""
    names = [
        one.name for one in table.columns if one.computed is None and one.name not in {"id", "ticket_no"}
    ]
    last = select(*(table.c[name] for name in names)).order_by(table.c.id.desc()).limit(1).subquery()
    numbers = func.generate_series(1, count).table_valued("n", name="numbers").render_derived()
    copies = select(func.concat("X-", numbers.c.n), *last.c).join_from(last, numbers, true())
    db.execute(insert(table).from_select(["ticket_no", *names], copies))


# ---- order and pages ----


def test_the_title_counts_more_than_the_text_and_that_more_than_the_talk(
    world: World, every_way: str
) -> None:
    agent = world.actor("agent")
    in_title = [make_ticket(world.client, world.it, f"The plotter, part {n}").ticket.id for n in (1, 2)]
    in_text = [
        make_ticket(world.client, world.it, "Broken", description="No plotter answers").ticket.id
        for _ in "ab"
    ]
    in_talk = make_ticket(world.client, world.it, "Quiet").ticket.id
    newer = make_ticket(world.client, world.it, "Unrelated").ticket.id
    comments.add(agent, in_talk, "Is it a plotter?")
    expected = [*reversed(in_title), *reversed(in_text), in_talk]
    assert _queue(agent, "plotter") == expected
    assert _queue(agent, "plotter", status=("Open",)) == expected
    assert _mine(world.actor("client"), "plotter") == expected
    assert newer not in expected


def test_pages_of_results_hold_each_once_every_way(world: World, every_way: str) -> None:
    agent = world.actor("agent")
    made = [
        make_ticket(
            world.client, world.it, "A scanner" if n % 3 else "Thing", description="scanner"
        ).ticket.id
        for n in range(11)
    ]
    whole = _queue(agent, "scanner")
    assert sorted(whole) == sorted(made)
    pages: list[Page[TicketRow]] = [tickets.list_queue(agent, TicketQuery(q="scanner", page_size=4))]
    while pages[-1].next_cursor:
        pages.append(
            tickets.list_queue(agent, TicketQuery(q="scanner", page_size=4, cursor=pages[-1].next_cursor))
        )
    assert [row.id for page in pages for row in page.items] == whole
    assert [len(page.items) for page in pages] == [4, 4, 3]
    assert {page.total for page in pages} == {11}
    back = tickets.list_queue(agent, TicketQuery(q="scanner", page_size=4, cursor=pages[2].prev_cursor))
    assert [row.id for row in back.items] == whole[4:8]
    by_number = tickets.list_queue(agent, TicketQuery(q="scanner", page_size=4, page=2))
    assert [row.id for row in by_number.items] == whole[4:8]
    assert pages[0].prev_cursor is None


def test_another_order_may_be_asked_for(world: World, every_way: str) -> None:
    agent = world.actor("agent")
    low = make_ticket(world.agent, world.it, "Scanner", priority="Low").ticket.id
    high = make_ticket(world.agent, world.it, "Thing", description="scanner", priority="High").ticket.id
    assert _queue(agent, "scanner") == [low, high]
    assert _queue(agent, "scanner", sort="-priority") == [high, low]
    assert _queue(agent, "scanner", sort="created_at") == [low, high]


def test_neighbours_follow_the_order_of_the_results(world: World, every_way: str) -> None:
    agent = world.actor("agent")
    for title in ("Scanner one", "Other", "Scanner two"):
        make_ticket(world.client, world.it, title, description="scanner")
    unrelated = make_ticket(world.client, world.it, "Unrelated").ticket.id
    for sort in (None, "-created_at"):
        ids = _queue(agent, "scanner", sort=sort)
        numbers = [tickets.get(agent, one).ticket.ticket_no for one in ids]
        for at, one in enumerate(ids):
            beside = tickets.neighbours(agent, one, TicketQuery(q="scanner", sort=sort))
            assert beside.previous == (numbers[at - 1] if at else None)
            assert beside.next == (numbers[at + 1] if at < 2 else None)
    beside = tickets.neighbours(agent, unrelated, TicketQuery(q="scanner"))
    assert (beside.previous, beside.next) == (None, None)


@pytest.mark.parametrize("sort", ["relevance", "-relevance"])
def test_relevance_needs_a_search(world: World, sort: str) -> None:
    with pytest.raises(Invalid) as refused:
        tickets.list_queue(world.actor("agent"), TicketQuery(sort=sort))
    assert refused.value.errors[0].field == "sort"


def test_a_cursor_of_results_is_none_of_a_list(world: World) -> None:
    agent = world.actor("agent")
    for _ in range(3):
        make_ticket(world.client, world.it, "Scanner")
    cursor = tickets.list_queue(agent, TicketQuery(q="scanner", page_size=1)).next_cursor
    for query in (TicketQuery(cursor=cursor), TicketQuery(q="scanner", sort="-created_at", cursor=cursor)):
        with pytest.raises(Invalid) as refused:
            tickets.list_queue(agent, query)
        assert refused.value.errors[0].field == "cursor"


def test_the_newest_thousand_are_held_and_the_total_says_so(
    db: Connection, world: World, every_way: str
) -> None:
    agent = world.actor("agent")
    oldest = make_ticket(world.client, world.it, "Scanner").ticket.id
    _copies(db, 1000)
    page = tickets.list_queue(agent, TicketQuery(q="scanner", page_size=100))
    assert (page.total, page.total_capped) == (1000, True)
    last = tickets.list_queue(agent, TicketQuery(q="scanner", page_size=100, page=10))
    assert oldest not in {row.id for row in last.items}
    assert last.next_cursor is None
    assert [row.id for row in last.items] == sorted((row.id for row in last.items), reverse=True)


def test_titles_of_old_tickets_are_not_lost_behind_new_talk(
    db: Connection, world: World, every_way: str
) -> None:
    old = make_ticket(world.client, world.it, "Scanner").ticket.id
    new = make_ticket(world.client, world.it, "Other").ticket.id
    comments.add(world.actor("agent"), new, "scanner")
    assert _queue(world.actor("agent"), "scanner") == [old, new]


def test_blocks_of_tickets_are_searched_newest_first(db: Connection, world: World, every_way: str) -> None:
    far = [5, 20_000, 40_000]  # in three blocks of the index
    first = make_ticket(world.client, world.it, "Scanner").ticket.id
    db.execute(text("SELECT setval(pg_get_serial_sequence('tickets', 'id'), :n)"), {"n": first + far[1]})
    second = make_ticket(world.client, world.it, "Scanner").ticket.id
    db.execute(text("SELECT setval(pg_get_serial_sequence('tickets', 'id'), :n)"), {"n": first + far[2]})
    third = make_ticket(world.client, world.it, "Scanner").ticket.id
    assert _queue(world.actor("agent"), "scan", priority=("Medium",)) == [third, second, first]
    assert _queue(world.actor("admin"), "scanner") == [third, second, first]


# ---- numbers, words, phrases ----


def test_numbers_and_their_beginnings(world: World) -> None:
    agent, client = world.actor("agent"), world.actor("client")
    mine = make_ticket(world.client, world.it).ticket
    other = make_ticket(world.client2, world.it).ticket
    digits = mine.ticket_no.partition("-")[2]
    for q in (mine.ticket_no, mine.ticket_no.lower(), f" HD {digits}", f"hd{digits}", digits, str(mine.id)):
        assert mine.id in _queue(agent, q), q
        assert _mine(client, q) == [mine.id], q
    assert _queue(agent, mine.ticket_no) == [mine.id]
    beginning = mine.ticket_no[:-1]
    assert {mine.id} <= set(_queue(agent, beginning))
    assert _mine(client, "HD-") == []
    assert _mine(client, mine.ticket_no[:5]) == [mine.id]
    assert _mine(client, mine.ticket_no[:4]) == []
    assert _mine(client, other.ticket_no) == []


def test_several_words_and_phrases(world: World, every_way: str) -> None:
    agent = world.actor("agent")
    jam = make_ticket(world.client, world.it, "Paper jam in tray 2").ticket.id
    mixed = make_ticket(world.client, world.it, "Jam on the paper").ticket.id
    talk = make_ticket(world.client, world.it, "Quiet").ticket.id
    comments.add(agent, talk, "There was a paper jam yesterday")
    apart = make_ticket(world.client, world.it, "Only paper").ticket.id
    comments.add(agent, apart, "and a jam of another kind")
    for actor in (agent, world.actor("admin")):
        assert _queue(actor, "jam paper", status=("Open",)) == [mixed, jam, talk]
        assert _queue(actor, '"paper jam"', status=("Open",)) == [jam, talk]
        assert _queue(actor, '"paper jam"') == [jam, talk]
        assert _queue(actor, '"paper jam" tray') == [jam]
        assert _queue(actor, '"pap jam"') == []
    assert _mine(world.actor("client"), '"paper jam"') == [jam, talk]


@pytest.mark.parametrize(
    ("title", "q"),
    [
        ("Übergröße im Café", "ubergrosse cafe"),
        ("ubergrosse cafe", "ÜBERGRÖSSE CAFÉ"),
        ("لا يعمل البريد", "البريد"),
        ("Fire 🔥 in C&A/shop.de", "fire shop"),
        ("x" * 255, "x" * 200),
        ("mail to a.b+c@example.com", "a.b+c@example.com"),
        ("It's O'Neill's \\ back'slash", "o'neill's \\ back'slash"),
        ("50% & more | less ! (now) <-> :* 'a'", "50% & more | less ! (now) <-> :* 'a'"),
        ("Robert'); DROP TABLE tickets;--", "Robert'); DROP TABLE tickets;--"),
    ],
)
def test_odd_text_is_found(world: World, every_way: str, title: str, q: str) -> None:
    made = make_ticket(world.client, world.it, title).ticket.id
    spoken = make_ticket(world.client, world.it, "Quiet").ticket.id
    comments.add(world.actor("agent"), spoken, title)
    for found in (
        _queue(world.actor("agent"), q, status=("Open",)),
        _queue(world.actor("admin"), q),
        _mine(world.actor("client"), q),
    ):
        assert found == [made, spoken]


def test_long_words_do_no_harm(world: World, every_way: str) -> None:
    """A word that fills a text: the database takes none of more than 2,046 bytes into an index."""
    for length in (249, 250, 251, 2040, 2046, 2047, 19_990):
        made = make_ticket(world.client, world.it, "Long", description="w" * length + " end").ticket.id
        comments.add(world.actor("agent"), made, "ü" * length + " end")
    assert len(_queue(world.actor("admin"), "end")) == 7
    assert len(_queue(world.actor("admin"), "w" * 200)) == 5  # of the longer ones nobody types a beginning


@pytest.mark.parametrize("q", ["🔥", "!!!", "<->", '""', '"', "--", "'"])
def test_what_holds_no_word_finds_nothing(world: World, q: str) -> None:
    make_ticket(world.client, world.it)
    for actor in (world.actor("agent"), world.actor("admin")):
        page = tickets.list_queue(actor, TicketQuery(q=q))
        assert (page.items, page.total, page.corrected_q) == ((), 0, None)


@pytest.mark.parametrize("q", ["a\x00b", "\ud800", "x" * 201, 7])
def test_what_is_no_line_is_refused(world: World, q: str) -> None:
    with pytest.raises(Invalid):
        tickets.list_queue(world.actor("agent"), TicketQuery(q=q))


def test_all_matches_for_exports(world: World) -> None:
    """`condition` selects the same without a limit."""
    agent = world.actor("agent")
    made = make_ticket(world.client, world.it, "Scanner").ticket.id
    spoken = make_ticket(world.client, world.it, "Quiet").ticket.id
    comments.add(agent, spoken, "a scanner", is_internal=True)
    make_ticket(world.client, world.it, "Other")
    for q, expected in (("scann", {made, spoken}), ('"a scanner"', {spoken}), ("HD-1", set[int]())):
        chosen = cleaned_query(agent, TicketQuery(q=q), View.STAFF)
        with transaction() as s:
            assert set(s.scalars(select(table.c.id).where(condition(agent, chosen)))) == expected, q


# ---- who finds what ----


def test_notes_are_found_by_staff_alone(world: World, every_way: str) -> None:
    agent, client = world.actor("agent"), world.actor("client")
    first = make_ticket(world.client, world.it, "One heron").ticket.id
    second = make_ticket(world.client, world.it, "Two herons").ticket.id
    before = [
        tickets.list_mine(client, TicketQuery(q=q)) for q in ("heron", "secretword", "heron secretword")
    ]
    comments.add(agent, first, "heron secretword", is_internal=True)
    assert _queue(agent, "secretword", status=("Open",)) == [first]
    assert _queue(world.actor("admin"), "secretword") == [first]
    after = [tickets.list_mine(client, TicketQuery(q=q)) for q in ("heron", "secretword", "heron secretword")]
    ids = [[row.id for row in page.items] for page in after]
    assert ids == [[row.id for row in page.items] for page in before] == [[second, first], [], []]
    assert [page.total for page in after] == [page.total for page in before]
    comments.add(agent, first, "publicword")
    assert _mine(client, "publicword") == [first]
    assert _mine(world.actor("agent"), "publicword") == []


def test_staff_find_no_more_than_their_scope(world: World, every_way: str) -> None:
    secret = make_ticket(world.client, world.hr, "Heron contract").ticket.id
    comments.add(world.actor("hr_agent"), secret, "heronword in talk")
    for q in ("heron", "contract", "heronword", tickets.get(world.actor("client"), secret).ticket.ticket_no):
        page = tickets.list_queue(world.actor("agent"), TicketQuery(q=q, status=("Open",)))
        assert (page.total, page.items) == (0, ())
        assert _queue(world.actor("agent"), q) == []
        assert _queue(world.actor("hr_agent"), q) == [secret]
        assert _mine(world.actor("client"), q) == [secret]


def test_a_requesters_search_never_uses_the_index_of_all_texts(db: Connection, world: World) -> None:
    """What others wrote, notes among it, must not show in how long an answer takes."""
    make_ticket(world.client, world.it, "Heron")
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(db, "before_cursor_execute", note)
    try:
        assert _mine(world.actor("client"), "heron")
        assert not any("helpdesk_terms" in one for one in statements)
        assert _queue(world.actor("agent"), "heron")
        assert any("helpdesk_terms" in one for one in statements)
    finally:
        event.remove(db, "before_cursor_execute", note)


# ---- slips ----


def _learn() -> None:
    with moved(now() + timedelta(minutes=5)):
        while spelling.learn():
            pass


def _vocabulary() -> dict[str, int]:
    with transaction() as s:
        return {row.word: row.tickets for row in s.execute(select(search_words))}


@pytest.mark.parametrize("slip", ["pritner", "prnter", "printter", "prinyer", "PRINTRE", "prínetr"])
def test_a_slip_is_corrected_and_told(world: World, slip: str) -> None:
    made = [make_ticket(world.client, world.it, "Printer on fire").ticket.id for _ in "ab"]
    _learn()
    page = tickets.list_mine(world.actor("client"), TicketQuery(q=f"{slip} FIRE"))
    assert [row.id for row in page.items] == made[::-1]
    assert page.corrected_q == "printer FIRE"
    second = tickets.list_mine(world.actor("client"), TicketQuery(q=slip, page_size=1))
    third = tickets.list_mine(
        world.actor("client"), TicketQuery(q=slip, page_size=1, cursor=second.next_cursor)
    )
    assert [row.id for row in (*second.items, *third.items)] == made[::-1]
    assert third.corrected_q == "printer"


def test_nothing_is_corrected_that_is_found(world: World) -> None:
    for _ in "ab":
        make_ticket(world.client, world.it, "Printer")
    pointer = make_ticket(world.client, world.it, "Pritner").ticket.id
    _learn()
    page = tickets.list_mine(world.actor("client"), TicketQuery(q="pritner"))
    assert ([row.id for row in page.items], page.corrected_q) == ([pointer], None)
    page = tickets.list_mine(world.actor("client"), TicketQuery(q="nothinglikeit"))
    assert (page.items, page.corrected_q) == ((), None)


def test_a_word_of_others_is_never_suggested(world: World) -> None:
    """A client learns nothing of tickets that they don't see, not even that a word occurs."""
    for _ in "abc":
        make_ticket(world.client2, world.it, "Layoffs in autumn")
    make_ticket(world.client, world.it, "Printer")
    _learn()
    assert "layoffs" in _vocabulary()
    page = tickets.list_mine(world.actor("client"), TicketQuery(q="layofs"))
    assert (page.items, page.total, page.corrected_q) == ((), 0, None)
    assert tickets.list_mine(world.actor("client2"), TicketQuery(q="layofs")).corrected_q == "layoffs"


def test_the_words_come_from_public_texts_of_open_groups(world: World) -> None:
    agent = world.actor("agent")
    for _ in "ab":
        made = make_ticket(world.client, world.it, "Heron 4711 abc x7y9", description="Flamingos!").ticket.id
        comments.add(agent, made, "publicword")
        comments.add(agent, made, "noteword", is_internal=True)
        make_ticket(world.client, world.hr, "Dismissal", description="salary")
    _learn()
    assert _vocabulary() == {"heron": 2, "flamingos": 2}
    with moved(now() + timedelta(minutes=5)):
        assert spelling.relearn() == 2
    assert _vocabulary() == {"heron": 2, "flamingos": 2}


def test_new_and_edited_tickets_are_learnt_once_and_not_too_early(world: World) -> None:
    made = make_ticket(world.client, world.it, "Heron")
    assert spelling.learn() == 0
    _learn()
    _learn()
    assert _vocabulary() == {"heron": 1}
    agent = world.actor("agent")
    current = tickets.take(agent, made.ticket.id).ticket
    tickets.update(agent, made.ticket.id, {"title": "Crane"}, current.version)
    _learn()
    assert _vocabulary() == {"heron": 1, "crane": 1}


def test_the_api_tells_of_the_correction(world: World, api: Api) -> None:
    for _ in "ab":
        make_ticket(world.client, world.it, "Printer")
    _learn()
    for person, path in ((world.client, "/api/v1/tickets"), (world.agent, "/api/v1/admin/tickets")):
        answer = api.login(person).get(path, params={"q": "pritner"}).json()
        assert (answer["corrected_q"], answer["total"]) == ("printer", 2)
        assert set(answer) == {
            *("items", "total", "page", "page_size", "next_cursor", "total_capped", "corrected_q"),
        }
        assert api.login(person).get(path).json()["corrected_q"] is None
        assert api.login(person).get(path, params={"sort": "relevance"}).status_code == 422


def test_a_search_is_taken_apart() -> None:
    found = _words.asked('a "b c" d.e “f”')
    assert found is not None
    assert [(part.words, part.is_phrase) for part in found.parts] == [
        ("a", False),
        ("b c", True),
        ("d", False),
        ("e", False),
        ("f", True),
    ]

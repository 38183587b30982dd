"""Words of messages: the cheap look at one never says no where the words match."""

from __future__ import annotations

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, String, and_, literal, not_, select

from helpdesk.services import _words

_PIECES = st.sampled_from([
    "fuse", "Fuse", "FUSE2", "printer", "caf", "é", "Ö", "æ", "ß", "½", "١٢", "ملف", "😀", "0", "007", "1e5", "3.14",
    "_", "-", "/", ".", "@", "'", '"', ",", ":", "+", " ", "\n", "a", "I", "ı",
])  # fmt: skip
_TEXT = st.lists(_PIECES, max_size=12).map("".join)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(message=_TEXT, q=_TEXT)
@example(message="1/2 a fuse", q="½")
@example(message="foo bar", q="foo_bar")
@example(message="straße", q="strasse")
@example(message="KELVIN", q="Kelvin")
def test_what_matches_may_match(db: Connection, message: str, q: str) -> None:
    search = _words.asked(q.replace("\n", " "))
    if search is None or not search.parts:
        return
    text = literal(message, String)
    matches = _words.words_of(text).op("@@")(_words.ts_query(search.parts))
    assert not db.scalar(select(and_(matches, not_(_words.may_say(text, search.parts)))))


def test_most_messages_are_left_out(db: Connection) -> None:
    search = _words.asked("printer")
    assert search is not None
    messages = ("The fuse is out.", "Which PRINTER?", "Grüße")  # the last one is not judged
    seen = [db.scalar(select(_words.may_say(literal(one, String), search.parts))) for one in messages]
    assert seen == [False, True, True]

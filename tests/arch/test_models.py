"""What every table keeps to: keys that do not run out, and nothing that goes away with something else."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer

from helpdesk.models import metadata

SMALL = {
    "search_progress.id": "one row",
    "ticket_clock_steps.run": "counts within a ticket",
    "ticket_history_texts.seq": "counts within a ticket",
}
GOES_ALONG = {
    "refresh_tokens.session_id": "a session's own tokens; housekeeping forgets both",
}


def test_keys_and_references_have_64_bits() -> None:
    keys = [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if (column.primary_key or column.foreign_keys) and isinstance(column.type, Integer)
    ]
    assert len(keys) > 50
    assert {str(column) for column in keys if not isinstance(column.type, BigInteger)} == SMALL.keys()


def test_nothing_that_is_used_goes_away() -> None:
    """A reference keeps what it names: deleting it is refused."""
    references = {
        f"{table.name}.{key.parent.name}": key.ondelete
        for table in metadata.sorted_tables
        for key in table.foreign_keys
    }
    assert len(references) > 40
    assert {name for name, rule in references.items() if rule != "RESTRICT"} == GOES_ALONG.keys()

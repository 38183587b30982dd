"""What search knows of the words that tickets use."""

# pyright: reportAssignmentType=false
# SQLModel declares `__tablename__` as something else than the string that it wants.

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from helpdesk.models._columns import big, number, table_of


class SearchWord(SQLModel, table=True):
    """A word of titles and descriptions, without case and accents, and about how many tickets have it."""

    __tablename__ = "search_words"
    __table_args__ = (
        Index("search_words_trgm", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}),
    )

    word: str = Field(primary_key=True, max_length=40)
    tickets: int = number()


class SearchProgress(SQLModel, table=True):
    """Up to where tickets and their history have been read for it: one row."""

    __tablename__ = "search_progress"
    __table_args__ = (CheckConstraint("id = 1", name="search_progress_one_row"),)

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    ticket_id: int = big(default=0)
    history_id: int = big(default=0)


search_words = table_of(SearchWord)
search_progress = table_of(SearchProgress)

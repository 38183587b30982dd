"""Column shorthands: big keys everywhere, times with zone, RESTRICT on every reference."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel


def key() -> Any:
    """A bigint identity key."""
    return Field(default=None, sa_column=Column(BigInteger, Identity(always=False), primary_key=True))


def random_key() -> Any:
    """A bigint key that Python draws at random, so that it counts nothing."""
    return Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


def uuid_key() -> Any:
    return Field(sa_column=Column(Uuid, primary_key=True))


def ref(target: str, *, null: bool = False, primary: bool = False, index: bool = False) -> Any:
    """A reference with RESTRICT: nothing that is used disappears."""
    column = Column(
        BigInteger,
        ForeignKey(target, ondelete="RESTRICT"),
        nullable=null,
        primary_key=primary,
        index=index,
        autoincrement=False,
    )
    return Field(default=None, sa_column=column)


def text_(length: int | None = None, *, null: bool = False, default: str | None = None) -> Any:
    """A string; with `length` in characters, else unbounded (bounded by a check)."""
    server = text(f"'{default}'") if default is not None else None
    return Field(
        default=default,
        sa_column=Column(String(length) if length else Text, nullable=null, server_default=server),
    )


def when(*, null: bool = False, default_now: bool = False) -> Any:
    server = text("clock_timestamp()") if default_now else None
    return Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=null, server_default=server)
    )


def number(*, null: bool = False, default: int | None = None) -> Any:
    server = text(str(default)) if default is not None else None
    return Field(default=default, sa_column=Column(Integer, nullable=null, server_default=server))


def big(*, null: bool = False, default: int | None = None) -> Any:
    server = text(str(default)) if default is not None else None
    return Field(default=default, sa_column=Column(BigInteger, nullable=null, server_default=server))


def real() -> Any:
    return Field(default=0.0, sa_column=Column(Double, nullable=False, server_default=text("0")))


def flag(default: bool) -> Any:
    return Field(
        default=default, sa_column=Column(Boolean, nullable=False, server_default=text(str(default).lower()))
    )


def document(*, null: bool = False, default: str | None = "{}") -> Any:
    server = text(f"'{default}'::jsonb") if default is not None else None
    return Field(
        default=None, sa_column=Column(JSONB(none_as_null=True), nullable=null, server_default=server)
    )


def words() -> Any:
    """A list of short words."""
    return Field(sa_column=Column(ARRAY(String(20)), nullable=False))


def blob(*, null: bool = False) -> Any:
    return Field(default=None, sa_column=Column(LargeBinary, nullable=null))


def uuid_(*, null: bool = False) -> Any:
    return Field(default=None, sa_column=Column(Uuid, nullable=null))


def one_of(column: str, values: type, *, name: str) -> CheckConstraint:
    """A check that `column` holds one of an enum's values."""
    quoted = ", ".join(f"'{value}'" for value in cast("Any", values))
    return CheckConstraint(f"{column} IN ({quoted})", name=name)


def longest(column: str, characters: int, *, name: str) -> CheckConstraint:
    return CheckConstraint(f"char_length({column}) <= {characters}", name=name)


def table_of(model: type[SQLModel]) -> Table:
    """The Core table behind a model: what the services build their statements from."""
    return cast("Table", getattr(model, "__table__"))  # noqa: B009 (the attribute is not declared on SQLModel)

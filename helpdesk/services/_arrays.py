"""Lists as parameters that are arrays: a statement's text is the same for any number of values, so that it is built
once, and the server keeps its plan.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, FromClause, bindparam, column, func
from sqlalchemy.types import TypeEngine


def any_of(name: str) -> ColumnElement[Any]:
    """What an id has to equal: one of those in the parameter of this name."""
    return func.any(bindparam(name, type_=ARRAY(BigInteger)))


def lists(**columns: TypeEngine[Any]) -> FromClause:
    """A table whose columns are the parameters of these names, each a list."""
    values = func.unnest(*(bindparam(name, type_=ARRAY(kind)) for name, kind in columns.items()))
    return values.table_valued(*(column(name, kind) for name, kind in columns.items())).render_derived()

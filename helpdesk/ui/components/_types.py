"""Types of component arguments, and lookups that work for a literal and for a Var alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import reflex as rx

Text = str | rx.Var[str]
Flag = bool | rx.Var[bool]
Child = rx.Component | rx.Var[Any] | str
Row = Any  # a TypedDict of `rows`, or a Var of one, which type checkers refuse to subscript
Handler = Any  # an event handler, an event spec, or a list of them: the framework has no public name for it


def pick(table: Mapping[str, str], key: Text, default: str = "") -> Text:
    """`table[key]`; for a Var the lookup happens in the browser, in one object rather than a chain of conditions."""
    if isinstance(key, str):
        return table.get(key, default)
    found = rx.Var.create(dict(table))[key]
    return cast("rx.Var[str]", found)


def css(*names: Text) -> Text:
    """Class names joined by spaces, empty ones left out."""
    # A Var in an f-string stays one: the framework finds it again when the element is made.
    return " ".join(f"{name}" for name in names if isinstance(name, rx.Var) or name)


def is_set(value: object) -> bool:
    """True for a Var and for anything that is not empty: a Var has no truth of its own."""
    return isinstance(value, rx.Var) or bool(value)

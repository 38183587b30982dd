"""The verbs: every public function of the services, and which of them leave something behind."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import sqlalchemy
from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.visitors import iterate

import helpdesk.services
from helpdesk.integrations import presence
from tests.sources import parsed

# What changes something: rows, and who is seen to be where.
_WRITERS = (sqlalchemy.insert, sqlalchemy.update, sqlalchemy.delete, postgresql.insert, presence.note)


def services() -> Iterator[tuple[str, Callable[..., object]]]:
    """Every public function of every public module of the services, as (`tickets.create`, function)."""
    for info in pkgutil.iter_modules(helpdesk.services.__path__):
        if info.name.startswith("_") or info.name == "views":
            continue
        module = importlib.import_module(f"helpdesk.services.{info.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            offered = f"{function.__module__}.".startswith(f"{module.__name__}.")
            offered |= name in getattr(module, "__all__", ())
            if offered and not name.startswith("_"):
                yield f"{info.name}.{name}", function


def writing() -> frozenset[str]:
    """The verbs that may insert, update or delete rows, by what their code reaches within the services."""
    return frozenset(name for name, function in services() if _writes(function))


def _writes(function: Callable[..., object]) -> bool:
    seen: set[Any] = set()
    todo: list[Any] = [function]
    while todo:
        one = inspect.unwrap(found) if callable(found := todo.pop()) else found
        if any(one is writer for writer in _WRITERS) or _is_change(one):
            return True
        if _is_ours(one) and one not in seen:
            seen.add(one)
            todo += _named_in(one)
    return False


def _is_change(thing: Any) -> bool:
    """A statement that was built beforehand and changes something, itself or in a part of it."""
    return isinstance(thing, Executable) and any(isinstance(part, UpdateBase) for part in iterate(thing))


def _is_ours(thing: Any) -> bool:
    ours = str(getattr(thing, "__module__", "")).startswith("helpdesk.services")
    return ours and isinstance(thing, FunctionType | type)


def _named_in(thing: Any) -> list[Any]:
    """What a function, or any method of a class, names: `update`, and the `hang` of `_uploads.hang`."""
    module = inspect.getmodule(thing)
    node = _definitions(module).get(thing.__qualname__) if module else None
    found: list[Any] = []
    for part in ast.walk(node) if node is not None else ():
        if isinstance(part, ast.Name):
            found.append(getattr(module, part.id, None))
        elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            holder = getattr(module, part.value.id, None)
            if isinstance(holder, ModuleType):
                found.append(getattr(holder, part.attr, None))
    return found


@cache
def _definitions(module: ModuleType) -> dict[str, ast.AST]:
    """The functions and classes at the top of a module."""
    kinds = ast.FunctionDef | ast.ClassDef
    body = parsed(Path(str(module.__file__))).body
    return {node.name: node for node in body if isinstance(node, kinds)}

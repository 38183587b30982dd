"""Whether an event's arguments are what its handler takes.

The framework coerces by annotation and checks nothing: a form that is a number would reach the handler's first line.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, get_origin, get_type_hints

_NUMBER = re.compile(r"-?[0-9]{1,19}")


def fits(handler: Callable[..., Any], payload: Mapping[str, Any], *, kinds: bool = True) -> bool:
    """No argument too many, none missing, and with `kinds` each of its parameter's; whole numbers also as text."""
    wanted = _parameters(handler)
    needed = {name for name, (_, optional) in wanted.items() if not optional}
    if not needed <= payload.keys() <= wanted.keys():
        return False
    return not kinds or all(_is(wanted[name][0], value) for name, value in payload.items())


@cache
def _parameters(handler: Callable[..., Any]) -> dict[str, tuple[Any, bool]]:
    """By name: the annotated type, and whether it may be left out. Without the State itself."""
    hints = get_type_hints(handler)
    found = list(inspect.signature(handler).parameters.values())[1:]
    return {one.name: (hints.get(one.name, Any), one.default is not one.empty) for one in found}


def _is(kind: Any, value: Any) -> bool:
    plain = get_origin(kind) or kind
    if plain is int:
        number = isinstance(value, int) and not isinstance(value, bool)
        return number or (isinstance(value, str) and _NUMBER.fullmatch(value) is not None)
    return not isinstance(plain, type) or isinstance(value, plain)

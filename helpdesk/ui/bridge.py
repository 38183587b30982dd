"""From a handler to a service and back: a thread, and a refusal as a value.

result = await attempt(tickets.take, me(), key)
if isinstance(result, Failure):
    self.errors = result.fields
    return
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from helpdesk.core.errors import DomainError, RateLimited
from helpdesk.domain.access import Actor
from helpdesk.ui.guard import clean
from helpdesk.ui.together import Together

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

_reads = Together()


@dataclass(frozen=True, slots=True)
class Failure:
    """A service's refusal, ready to show: the text is harmless for the framework.

    `fields` has the sentence per field (the API's names), `extra` what the error carries besides.
    """

    status: int
    code: str
    message: str
    fields: dict[str, str] = field(default_factory=dict[str, str])
    extra: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def hidden(self) -> bool:
        """The thing does not exist for this person."""
        return self.status == 404


async def call(service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a service in a thread, so that the event loop stays free for everybody else.

    Raises:
        DomainError: as the service raised it. Most handlers use `attempt`.
    """
    return await asyncio.to_thread(service, *args, **kwargs)


async def attempt(service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Failure:
    """`call`, with a refusal returned instead of raised."""
    try:
        return await call(service, *args, **kwargs)
    except DomainError as error:
        return failure(error)


async def attempt_together(
    audience: Hashable, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T | Failure:
    """`attempt`, for what open pages read again: those who ask at the same time share one read (see `together`).

    Args:
        audience: what, beside the arguments after the first (the actor), decides the answer: `alone(actor)`, unless
            others with the same right get the same.
    """
    key = (service, audience, args[1:], tuple(kwargs.items()))
    try:
        return await _reads.read(key, lambda: service(*args, **kwargs))
    except DomainError as error:
        return failure(error)


def alone(actor: Actor) -> Hashable:
    """The audience of what is a person's own: their other pages."""
    return actor.user_id, actor.role, actor.group_ids


def failure(error: DomainError) -> Failure:
    """The value of a refusal."""
    message = error.message
    if isinstance(error, RateLimited) and (wait := error.extra.get("retry_after")):
        message = f"{message.rstrip('.')}. Try again in {wait} s."
    return Failure(
        status=error.status,
        code=error.code,
        message=clean(message),
        fields={item.field: clean(item.message) for item in error.errors},
        extra=dict(error.extra),
    )

"""A connection that gives up on a server which hangs.

The server's own time-outs end long statements, as long as the server runs. Where it is frozen, or the network
swallows what is sent, the client has to stop waiting by itself: else a request waits for ever, and its thread with it.
"""

from __future__ import annotations

from typing import Any

import psycopg


class Connection(psycopg.Connection[Any]):
    """As psycopg's; waits for an answer for at most `patience` seconds (None: for ever), then closes itself."""

    IDLE_PATIENCE = 5.0
    """For the question whether it still works, before it is used again."""
    PATIENCE = 20.0
    """In use: longer than the server lets a statement run."""

    patience: float | None = IDLE_PATIENCE

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        if timeout is not None or self.patience is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience)
        except psycopg.errors._WaitTimeout:  # pyright: ignore[reportPrivateUsage]
            self.close()  # in the middle of an answer: it is of no use any more
            raise psycopg.OperationalError(f"no answer within {self.patience:g} s") from None

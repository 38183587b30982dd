"""How the database plans: once for all values, or anew for these."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def plan_for_values(s: Session, *, on: bool = True) -> None:
    """Until it is switched off, or to the transaction's end, plan each statement for its own values.

    A statement that was asked often is otherwise planned once for any: what is best for a rare word is slow for a
    common one, and what suits a person of few messages takes a third of a second for one of many.
    """
    s.execute(select(func.set_config("plan_cache_mode", "force_custom_plan" if on else "auto", True)))

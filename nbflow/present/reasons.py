"""Why a step runs, is reused, waits, is blocked or is skipped."""

from __future__ import annotations

from collections.abc import Sequence

from nbflow.model import Failure, Planned
from nbflow.text import say_age


def say_why(planned: Planned) -> str:
    """Return why a step is planned so, and how old what it reuses is."""
    return say_reasons(planned.why, planned.result_age)


def say_reasons(
    why: Sequence[str],
    age: float | None = None,
    blocked_by: Sequence[str] = (),
    failure: Failure | None = None,
) -> str:
    """Return why a step of a run stands as it does: its error, what failed above, its reasons."""
    if failure is not None:
        return f"{failure.type}: {failure.message}"
    if blocked_by:
        return f"{', '.join(blocked_by)} failed"
    return "; ".join([*why, *([say_age(age)] if age is not None else [])])

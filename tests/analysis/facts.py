"""What is asserted of a problem: its code, its facts and its remedy, and no sentence."""

from __future__ import annotations

from typing import Any

from nbflow.model import Problem
from nbflow.present.remedies import spell

Told = tuple[str, dict[str, Any], str]


def tell(problem: Problem) -> Told:
    """Return a problem's code, facts and remedy: a command as one types it, or a text to write."""
    return problem.code, problem.facts, spell(problem.remedy) if problem.remedy else ""

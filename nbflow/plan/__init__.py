"""What a run will do and why, said before anything starts."""

from nbflow.plan.decide import Prepared, Recalled, decide, make_parts
from nbflow.plan.diff import read_diff
from nbflow.plan.keys import find_changes, make_key
from nbflow.plan.make import Plan, make_plan, read_recalled

__all__ = [
    "Plan",
    "Prepared",
    "Recalled",
    "decide",
    "find_changes",
    "make_key",
    "make_parts",
    "make_plan",
    "read_diff",
    "read_recalled",
]

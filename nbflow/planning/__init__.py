"""What a run will do and why, said before anything starts."""

from nbflow.planning.decide import CacheHit, Prepared, decide, find_key, make_parts
from nbflow.planning.diff import read_diff
from nbflow.planning.keys import find_changes, make_key
from nbflow.planning.make import Plan, find_reusable, make_plan, refuse_wrong

__all__ = [
    "CacheHit",
    "Plan",
    "Prepared",
    "decide",
    "find_changes",
    "find_key",
    "find_reusable",
    "make_key",
    "make_parts",
    "make_plan",
    "read_diff",
    "refuse_wrong",
]

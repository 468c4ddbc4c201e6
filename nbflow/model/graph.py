"""Pure functions on a graph of steps: `parents` maps each step to the steps it needs."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from nbflow.model import Reason, Step, TaskId

Parents = Mapping[str, set[str]]
_NUMBER = re.compile(r"([0-9]+)")
T = TypeVar("T", str, TaskId)


def make_parents(steps: Mapping[str, Step]) -> dict[str, set[str]]:
    """Return the steps that each step reads, whose files it uses, or that it says it is after."""
    return {
        name: {read.step for read in step.inputs} | set(step.options.after) | set(step.makers)
        for name, step in steps.items()
    }


def find_cycle(parents: Parents) -> list[str] | None:
    """Return the steps of a cycle, the first named again at the end; None where there is none."""
    done: set[str] = set()
    for start in sorted(parents):
        path = {} if start in done else {start: iter(sorted(parents[start]))}
        while path:
            step, above = next(reversed(path.items()))
            parent = next((p for p in above if p not in done and p in parents), None)
            if parent is None:
                path.popitem()
                done.add(step)
            elif parent in path:
                names = list(path)
                return [*names[names.index(parent) :], parent][::-1]
            else:
                path[parent] = iter(sorted(parents[parent]))
    return None


def order(parents: Parents, names: Mapping[str, str] | None = None) -> list[str]:
    """Return the steps, each behind all that it needs, otherwise by name.

    `names` are others to go by, as those of files: numbers in them count as numbers.
    """
    children = make_children(parents)
    rank = {step: (_split((names or {}).get(step, step)), step) for step in parents}
    missing = {step: len(above & parents.keys()) for step, above in parents.items()}
    ready = [rank[step] for step, count in missing.items() if count == 0]
    heapq.heapify(ready)
    ordered = []
    while ready:
        step = heapq.heappop(ready)[1]
        ordered.append(step)
        for child in children[step]:
            missing[child] -= 1
            if missing[child] == 0:
                heapq.heappush(ready, rank[child])
    return ordered


def _split(name: str) -> list[tuple[int, int, str]]:
    """Return the parts of a name in an order by which `9_x` goes before `10_x`."""
    parts = _NUMBER.split(name)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]


def make_children(parents: Mapping[T, set[T]]) -> dict[T, set[T]]:
    """Return for each step or task those that need it."""
    children: dict[T, set[T]] = {step: set() for step in parents}
    for step, above in parents.items():
        for parent in above & parents.keys():
            children[parent].add(step)
    return children


def ancestors(parents: Parents, steps: Iterable[str]) -> set[str]:
    """Return the steps and all that they need."""
    found: set[str] = set()
    todo = list(steps)
    while todo:
        step = todo.pop()
        if step not in found:
            found.add(step)
            todo.extend(parents[step] & parents.keys())
    return found


def descendants(parents: Parents, steps: Iterable[str]) -> set[str]:
    """Return the steps and all that need them."""
    return ancestors(make_children(parents), steps)


def find_blame(parents: Iterable[T], blame: Mapping[T, tuple[Reason, ...]]) -> tuple[Reason, ...]:
    """Return which steps above failed, given the blame of the parents that failed or are blocked.

    Returns nothing where none did.
    """
    return tuple(sorted({one for parent in parents for one in blame.get(parent, ())}, key=str))


def longest_paths(parents: Parents, seconds: Mapping[str, float]) -> dict[str, float]:
    """Return for each step the seconds from its start to the end of what needs it, at the least."""
    children = make_children(parents)
    remaining: dict[str, float] = {}
    for step in reversed(order(parents)):
        below = max((remaining[child] for child in children[step]), default=0.0)
        remaining[step] = seconds.get(step, 0.0) + below
    return remaining

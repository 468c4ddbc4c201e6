"""Finds the chain of steps that decided how long a run took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nbflow.model import Frozen

_WAITED = 0.1  # seconds of waiting for a slot, from which on the slot decided


class Interval(Frozen, frozen=True):
    """When a step was executed, in seconds from the run's start.

    `ready` is when its inputs were there, `begin` when its job began.
    """

    ready: float
    begin: float
    end: float


def find_chain(
    intervals: Mapping[str, Interval], parents: Mapping[str, Iterable[str]]
) -> tuple[str, ...]:
    """Return the steps, in order, of which each let the next one start; the last one ended last.

    What let a step start is the input that was made last. Where the step then waited for a slot,
    it is the step whose end freed the slot.
    """
    if not intervals:
        return ()
    chain = [_find_last(intervals, intervals)]
    while True:
        before = _find_before(chain[-1], intervals, parents.get(chain[-1], ()))
        before = [name for name in before if name not in chain]  # clocks may be set
        if not before:
            return tuple(reversed(chain))
        chain.append(_find_last(before, intervals))


def _find_before(step: str, intervals: Mapping[str, Interval], parents: Iterable[str]) -> list[str]:
    """Return the steps one of which let this one start."""
    at = intervals[step]
    if at.begin - at.ready > _WAITED:
        freed = [name for name, one in intervals.items() if at.ready < one.end <= at.begin]
        if freed:
            return freed
    return [name for name in parents if name in intervals]


def _find_last(names: Iterable[str], intervals: Mapping[str, Interval]) -> str:
    return max(names, key=lambda name: (intervals[name].end, name))

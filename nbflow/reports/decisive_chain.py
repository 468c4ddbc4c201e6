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
        at = intervals[chain[-1]]
        above = [one for one in parents.get(chain[-1], ()) if one in intervals]
        if at.begin - at.ready > _WAITED:
            above = [name for name, one in intervals.items() if one.end <= at.begin] or above
        above = [name for name in above if name not in chain]
        if not above:
            return tuple(reversed(chain))
        chain.append(_find_last(above, intervals))


def _find_last(names: Iterable[str], intervals: Mapping[str, Interval]) -> str:
    return max(names, key=lambda name: (intervals[name].end, name))

"""Rows of whole commands: the same work made for nbflow and its peers, each timed in a new folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tests.benchmarks.lab import NBFLOW, Command, Lab, get_cpu, get_seconds
from tests.benchmarks.measure import Sample
from tests.benchmarks.row import Row

Make = Callable[[Path, int], Command]
Taken = Mapping[str, Sequence[Sample]]


class TwoSizes(msgspec.Struct, frozen=True):
    """What commands took for few and for many, by who ran them."""

    few: Taken
    many: Taken

    def subtract(self, parts: int = 1) -> dict[str, tuple[float, ...]]:
        """Return the seconds that many took more than few, round by round, divided by `parts`."""
        return {
            who: tuple(
                (more.seconds - less.seconds) / parts
                for less, more in zip(self.few[who], self.many[who], strict=True)
            )
            for who in self.few
        }


def time_commands(
    lab: Lab, makers: Mapping[str, Make], size: int, slow: Sequence[str] = ()
) -> dict[str, list[Sample]]:
    """Time each one's command in turn; the slow ones for fewer rounds."""
    return lab.take_turns({who: lab.time_fresh(make, size) for who, make in makers.items()}, slow)


def time_two_sizes(
    lab: Lab, makers: Mapping[str, Make], few: int, many: int, slow: Sequence[str] = ()
) -> TwoSizes:
    """Time each one's command for both sizes in turn."""
    sizes = (few, many)
    taken = lab.take_turns(
        {
            f"{who} {size}": lab.time_fresh(make, size)
            for size in sizes
            for who, make in makers.items()
        },
        slow=[f"{who} {size}" for who in slow for size in sizes],
    )
    return TwoSizes(*({who: taken[f"{who} {size}"] for who in makers} for size in sizes))


def make_row(name: str, taken: Taken, **asked: Any) -> Row:
    """Return the row of nbflow's commands beside all the others; `asked` are more of its fields."""
    seconds = {who: get_seconds(samples) for who, samples in taken.items()}
    return make_figures_row(name, seconds, cpu=get_cpu(taken), **asked)


def make_figures_row(name: str, figures: Mapping[str, tuple[float, ...]], **asked: Any) -> Row:
    """Return the row of nbflow's figures beside all the others."""
    other = {who: one for who, one in figures.items() if who != NBFLOW}
    return Row(name, nbflow=figures[NBFLOW], other=other, **asked)

"""The tags that make a notebook a step, and those that nearly do."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from nbflow.analysis.code.cells import CodeCell, make_place
from nbflow.base.nearest import find_nearest
from nbflow.model import Command, Edit, Place, Problem, Remedy, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STEP_TAGS = frozenset({"inputs", "parameters"})
_NEAR = 0.75  # `params` is still taken for `parameters`


class Slip(NamedTuple):
    """A misspelt tag of a step, and the tag that was meant."""

    cell: CodeCell
    tag: str
    meant: str


def find_slips(cells: Iterable[CodeCell]) -> Iterator[Slip]:
    """Find misspelt tags, as `paramters` and `Inputs`."""
    for cell in cells:
        for tag in sorted(cell.tags - STEP_TAGS):
            if meant := find_nearest(tag, STEP_TAGS - cell.tags, _NEAR):
                yield Slip(cell, tag, meant)


def make_untagged(path: str, slips: Iterable[Slip], writes: tuple[str, ...]) -> Skipped:
    """Return that a notebook is no step; the remedy corrects the first misspelt tag."""
    slip = next(iter(slips), None)
    if slip is None:
        return Skipped(path, "untagged", writes=writes)
    facts = {"cell": slip.cell.number, "tag": slip.tag, "meant": slip.meant}
    return Skipped(path, "untagged", facts, _mend(path, slip), writes)


def make_slip_problem(path: str, slip: Slip) -> Problem:
    """Return the warning of a misspelt tag in what is a step by another cell."""
    facts = {"tag": slip.tag, "meant": slip.meant}
    place = make_place(path, slip.cell)
    return Problem("misspelt-tag", place, facts, _mend(path, slip), "warning")


def make_tagging(path: str, tag: str, cell: int | str = "CELL") -> Remedy:
    """Return how to tag a cell: in a text notebook by hand, as its format is not ours to write."""
    if PurePosixPath(path).suffix != ".ipynb":
        return Edit(f'tags=["{tag}"]', Place(path, cell if isinstance(cell, int) else None))
    return Command("tag", (str(cell), tag), path)


def _mend(path: str, slip: Slip) -> Remedy:
    return make_tagging(path, slip.meant, slip.cell.number)

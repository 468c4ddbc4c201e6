"""The tags that make a notebook a step, and those that nearly do."""

from __future__ import annotations

import difflib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from nbflow.model import Problem, Skipped
from nbflow.notebook.code import CodeCell, make_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STEP_TAGS = frozenset({"inputs", "parameters"})
UNTAGGED = "no cell is tagged `parameters` or `inputs`"
_NEAR = 0.75  # `params` is still taken for `parameters`


class Slip(NamedTuple):
    """A tag that nearly is one of a step, and the one that it nearly is."""

    cell: CodeCell
    tag: str
    meant: str


def find_slips(cells: Iterable[CodeCell]) -> Iterator[Slip]:
    """Find misspelt tags, as `paramters` and `Inputs`."""
    for cell in cells:
        for tag in sorted(cell.tags - STEP_TAGS):
            for meant in difflib.get_close_matches(tag.lower(), STEP_TAGS - cell.tags, 1, _NEAR):
                yield Slip(cell, tag, meant)


def make_why(path: str, slips: Iterable[Slip]) -> str:
    """Return why a notebook without those tags is no step, with the first that was misspelt."""
    slip = next(iter(slips), None)
    if slip is None:
        return UNTAGGED
    remedy = say_tagging(path, str(slip.cell.number), slip.meant)
    return f"{UNTAGGED}, and cell {slip.cell.number} has `{slip.tag}`: {remedy}"


def is_untagged(item: Skipped) -> bool:
    return item.why.startswith(UNTAGGED)


def split_why(item: Skipped) -> tuple[str, str]:
    """Return why an untagged notebook is no step, and the remedy where a tag was misspelt."""
    why, _, remedy = item.why.partition(": ")
    return why, remedy


def make_slip_problem(path: str, slip: Slip) -> Problem:
    """Return the warning of a misspelt tag in what is a step by another cell."""
    what = f"the tag `{slip.tag}` means nothing to nbflow."
    remedy = say_tagging(path, str(slip.cell.number), slip.meant)
    hint = f"Did you mean `{slip.meant}`? {remedy[0].upper()}{remedy[1:]}"
    return Problem(what, make_place(path, slip.cell), hint, "warning")


def say_tagging(path: str, cell: str, tag: str) -> str:
    """Return how to tag a cell: in a text notebook by hand, as its format is not ours to write."""
    if PurePosixPath(path).suffix != ".ipynb":
        return f'write `tags=["{tag}"]` into its line'
    return f'`nbflow tag "{path}" {cell} {tag}`'

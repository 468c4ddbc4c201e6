"""Finds which qualified names in `%%sql` cells are reads: those whose first part is a step."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from nbflow.base.names import make_name
from nbflow.base.nearest import find_nearest
from nbflow.model import Edit, Input, Problem, Skipped, Step
from nbflow.model.refs import make_ref

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from nbflow.analysis.contract.sql_cells import Queries, Unclear

_NEAR = 0.85  # how much a name resembles a step's that was meant: schemas have any name


def add_reads(step: Step, queries: Queries, known: Collection[str]) -> Step:
    """Return the step with what its queries read; `known` are the names of steps."""
    inputs = {one.ref: one for one in step.inputs}
    for one in (*queries.declared, *queries.named):
        if one in queries.declared or _is_read(one, known):
            inputs.setdefault(one.ref, one)
    return replace(step, inputs=tuple(inputs.values()))


def find_known(
    steps: Mapping[str, Step], skipped: Iterable[Skipped], broken: Collection[str]
) -> set[str]:
    """Return the names of steps, and of notebooks that would be steps if all were well."""
    untagged = (PurePosixPath(one.path).stem for one in skipped if one.code == "untagged")
    return {*steps, *broken, *map(make_name, untagged)}


def find_problems(
    queries: Queries, known: Collection[str], declared: Collection[str] = ()
) -> Iterator[Problem]:
    """Find statements that cannot be analysed, and names that are nearly those of a step.

    A query that is made when the cell runs may read what the step has `declared` otherwise.
    """
    for unclear in queries.unclear:
        refs = [ref for ref in unclear.refs if make_ref(ref).step in known]
        if unclear.made:
            refs = [ref for ref in refs if ref not in declared]
        if refs:
            yield _make_unclear(unclear, refs)
    for one in queries.named:
        near = find_nearest(one.step, known, _NEAR)
        if one.step not in known and near:
            facts = {"ref": one.ref, "step": one.step}
            edit = Edit(f'"{near}.{one.name}"', one.place)
            yield Problem("unknown-table", one.place, facts, edit, "warning")


def _is_read(one: Input, known: Collection[str]) -> bool:
    return one.step in known and one.name.isidentifier()


def _make_unclear(unclear: Unclear, refs: list[str]) -> Problem:
    if unclear.made:
        facts = {"call": unclear.kind, "refs": refs}
        return Problem("query-not-literal", unclear.place, facts)
    options = " ".join(f"--reads {ref}" for ref in refs)
    facts = {"kind": unclear.kind, "refs": refs}
    edit = Edit(f"%%sql {options}", unclear.place)
    return Problem("unclear-query", unclear.place, facts, edit)

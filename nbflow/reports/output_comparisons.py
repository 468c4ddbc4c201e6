"""Compares what a step wrote in two runs: tables, values, texts and pictures."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from nbflow.errors import NbflowError
from nbflow.model import Output, make_warning
from nbflow.reports.code_changes import make_diff, pair_cells
from nbflow.reports.comparison import Choice, OutputComparison, OutputKind, Pictures
from nbflow.reports.facts import ReportCell
from nbflow.reports.output_previews import make_output_preview
from nbflow.reports.table_comparison import make_table_comparison
from nbflow.reports.value_changes import find_value_changes
from nbflow.storage.kept_values import read_kept_value

_MOST = 40  # values that are listed
_LARGEST = 10_000_000  # bytes of a value that is read

Written = dict[str, tuple[Path, Output]]  # the result's folder, by output


def compare_outputs(
    step: str, before: Written, after: Written, choice: Choice, home: Path
) -> tuple[OutputComparison, ...]:
    """Return the outputs of a step that differ, in order; with `choice.every` all of them.

    Raises UnknownNameError or StoreError for a key that does not fit the table of the choice.
    """
    names = [*before, *(name for name in after if name not in before)]
    chosen = (name for name in names if choice.table in {"", f"{step}.{name}"})
    found = (_compare(step, before.get(name), after.get(name), choice, home) for name in chosen)
    return tuple(one for one in found if choice.every or choice.table or one.kind != "equal")


def compare_figures(
    before: Iterable[ReportCell], after: Iterable[ReportCell]
) -> tuple[Pictures, ...]:
    """Return the pictures that cells show and that differ, by cell."""
    old, new = ([one for one in cells if one.kind == "code"] for cells in (before, after))
    return tuple(
        Pictures((cell.number if cell else 0), *pair)
        for first, cell in pair_cells(old, new)
        if first is not None and cell is not None
        for pair in itertools.zip_longest(
            *(list(_find_pictures(one)) for one in (first, cell)), fillvalue={}
        )
        if pair[0] != pair[1]
    )


def _compare(
    step: str,
    before: tuple[Path, Output] | None,
    after: tuple[Path, Output] | None,
    choice: Choice,
    home: Path,
) -> OutputComparison:
    if after is None:
        assert before is not None  # noqa: S101 - one of them has it
        return _make_single(step, before[1], "removed")
    if before is None:
        return _make_single(step, after[1], "added")
    ref = f"{step}.{after[1].name}"
    same = (before[1].hash, before[1].kind) == (after[1].hash, after[1].kind)
    made = OutputComparison(ref, "equal" if same else "different", before[1], after[1])
    if same:
        return made
    try:
        return replace(made, **_look_closer(step, before, after, choice, home))
    except (NbflowError, OSError, ValueError) as error:
        if choice.key:  # it may be wrong: its user is told
            raise
        problem = make_warning("unreadable-output", ref=ref, error=str(error))
        return replace(made, kind="unreadable", problem=problem)


def _make_single(step: str, output: Output, kind: OutputKind) -> OutputComparison:
    sides = (None, output) if kind == "added" else (output, None)
    return OutputComparison(f"{step}.{output.name}", kind, *sides)


def _look_closer(
    step: str, before: tuple[Path, Output], after: tuple[Path, Output], choice: Choice, home: Path
) -> dict[str, Any]:
    """Return what is known of a difference."""
    kinds = {before[1].kind, after[1].kind}
    if kinds == {"table"}:
        return {"table": make_table_comparison(step, before, after, choice.key, home)}
    if kinds == {"json"} and max(before[1].bytes, after[1].bytes) <= _LARGEST:
        values = (read_kept_value(*one) for one in (before, after))
        changes = list(find_value_changes(*values))
        return {"values": tuple(changes[:_MOST]), "more": max(0, len(changes) - _MOST)}
    previews = [
        make_output_preview(folder, step, output, home) for folder, output in (before, after)
    ]
    pictures = [one.picture for one in previews]
    if any(pictures):
        return {"pictures": Pictures(0, *pictures)} if pictures[0] != pictures[1] else {}
    old, new = (one.text for one in previews)
    return {"lines": make_diff(old, new)} if old and new else {}


def _find_pictures(cell: ReportCell) -> Iterator[dict[str, str]]:
    """Yield the pictures that a cell shows, each in its forms by MIME type."""
    for output in cell.outputs:
        data = output.get("data")
        if isinstance(data, dict) and (found := _choose_pictures(data)):
            yield found


def _choose_pictures(data: dict[str, Any]) -> dict[str, str]:
    forms = {kind: one for kind, one in data.items() if kind.startswith("image/")}
    return {kind: one for kind, one in forms.items() if isinstance(one, str)}

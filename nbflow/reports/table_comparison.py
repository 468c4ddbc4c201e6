"""Compares a table of one run with that of another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nbflow.model import Output
from nbflow.model.profiles import ColumnProfile
from nbflow.model.table_differences import TableComparison, TableDifference
from nbflow.reports.table_previews import make_table_preview

Kept = tuple[Path, Output]  # a result's folder, and a table in it


def make_table_comparison(
    step: str, before: Kept, after: Kept, key: Sequence[str] = (), home: Path | None = None
) -> TableComparison:
    """Return how the table `after` differs from `before`, which has the same name.

    `key` names the columns that tell rows apart; without it they are found where there are such.
    `home` is the pipeline's folder, whose cache keeps what was found in each table. Raises
    UnknownNameError or StoreError for a wrong key, StoreError or DamageError for a table that
    cannot be read.
    """
    ref, outputs = f"{step}.{after[1].name}", (before[1], after[1])
    if outputs[0].hash == outputs[1].hash:
        rows = (outputs[0].rows or 0, outputs[1].rows or 0)
        return TableComparison(ref, TableDifference("equal", rows))
    from nbflow.storage.duckdb.table_diff import compare_tables  # noqa: PLC0415 - loads duckdb

    difference = compare_tables(before[0], after[0], after[1].name, key)
    differing = _find_differing(difference)
    profiles = (_read_profiles(step, one, differing, home) for one in (before, after))
    return TableComparison(ref, difference, *profiles)


def _find_differing(difference: TableDifference) -> set[str]:
    """Return the names of the columns whose values or types differ."""
    changed = {one.name for one in difference.columns}
    return changed | {one.name for one in difference.schema}


def _read_profiles(
    step: str, kept: Kept, names: set[str], home: Path | None
) -> tuple[ColumnProfile, ...]:
    if not names:
        return ()
    table = make_table_preview(kept[0], step, kept[1], home)
    return tuple(column for column in table.columns if column.name in names)

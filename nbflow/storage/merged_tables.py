"""Reads what several results hold under one name: tables as one, values by result."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from nbflow.storage import output_io
from nbflow.storage.duckdb.result_tables import refuse_own_run
from nbflow.storage.quoting import quote, quote_text
from nbflow.storage.results.outputs import read_outputs

RUN = "run"  # the first column


def read_each(
    folders: Mapping[str, Path],
    name: str,
    to: str,
    columns: Sequence[str] | None = None,
    where: str | None = None,
) -> Any:
    """Return the tables of several results as one in the form `to`, with a first column `run`.

    `folders` maps what stands in that column to the results. Where a table lacks a column of the
    others, it is empty. Values that are no tables come in a dict, by the same names. Raises what
    `output_io.read` raises, and StoreError where a table has a column `run` itself.
    """
    kinds = {read_outputs(folder)[name].kind for folder in folders.values()}
    form = "arrow" if to == "reader" else to
    tables = {
        run: output_io.read(folder, name, to=form, columns=columns, where=where)
        for run, folder in folders.items()
    }
    if kinds != {"table"}:
        return tables
    for one in tables.values():
        refuse_own_run(name, _find_columns(one))
    return _MERGED[to](tables)


def _find_columns(table: Any) -> list[str]:
    return list(table.column_names if isinstance(table, pa.Table) else table.columns)


def _merge_pandas(tables: Mapping[str, Any]) -> Any:
    """Return one frame; the rows are numbered anew where no frame has an index of its own."""
    import pandas as pd  # noqa: PLC0415 - only for who wants frames

    frames = [frame.copy(deep=False) for frame in tables.values()]
    for run, frame in zip(tables, frames, strict=True):
        frame.insert(0, RUN, run)
    plain = all(isinstance(frame.index, pd.RangeIndex) for frame in frames)
    return pd.concat(frames, ignore_index=plain)


def _merge_arrow(tables: Mapping[str, pa.Table]) -> pa.Table:
    named = [
        one.add_column(0, RUN, pa.array([run] * one.num_rows, pa.string()))
        for run, one in tables.items()
    ]
    return pa.concat_tables(named, promote_options="permissive")


def _merge_polars(tables: Mapping[str, Any]) -> Any:
    import polars as pl  # noqa: PLC0415 - only for who wants frames

    named = [one.select(pl.lit(run).alias(RUN), pl.all()) for run, one in tables.items()]
    return pl.concat(named, how="diagonal_relaxed")


def _merge_relations(tables: Mapping[str, Any]) -> Any:
    """Return a lazy relation; a column that a table lacks is null in its rows."""
    names = dict.fromkeys(name for one in tables.values() for name in one.columns)
    selected = [
        one.project(", ".join([f"{quote_text(run)} AS run", *_select(names, one.columns)]))
        for run, one in tables.items()
    ]
    return functools.reduce(lambda merged, one: merged.union(one), selected)


def _select(names: Iterable[str], known: Sequence[str]) -> list[str]:
    return [quote(name) if name in known else f"NULL AS {quote(name)}" for name in names]


_MERGED: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "pandas": _merge_pandas,
    "arrow": _merge_arrow,
    "polars": _merge_polars,
    "relation": _merge_relations,
    "reader": lambda tables: _merge_arrow(tables).to_reader(),
}

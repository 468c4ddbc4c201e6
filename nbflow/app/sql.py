"""A query over the tables of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from nbflow.app import missing_table
from nbflow.app.answers import Queried
from nbflow.errors import SqlError, UnknownNameError
from nbflow.model import Output
from nbflow.runs.fold import Run
from nbflow.runs.history import find_run
from nbflow.storage.duckdb import errors as sqlerrors
from nbflow.storage.duckdb import read_only, result_tables
from nbflow.storage.duckdb.statements import find_refs
from nbflow.storage.results.outputs import read_outputs
from nbflow.workspace.pipeline_folder import PipelineFolder


def query(pipeline: PipelineFolder, text: str, run: str = "last") -> Queried:
    """Return the rows of a query, which DuckDB makes when they are fetched.

    Several runs, `last,baseline`, have their tables as one, with a first column `run`. Raises
    UnknownNameError, and SqlError with what there is instead of a table that is missing.
    """
    runs = [find_run(pipeline, one) for one in run.split(",")]
    found = runs[-1]
    try:
        with sqlerrors.translated():
            query = read_only.read_query(text)
            tables = find_tables(found, text) if len(runs) == 1 else _find_each(runs, text)
            return Queried(result_tables.query(query, tables))
    except SqlError as error:
        raise _explain(pipeline, found, text, error) from error


def _find_each(runs: Sequence[Run], query: str) -> dict[tuple[str, str], dict[str, Path]]:
    """Return where each table lies, in each of the runs by its name or id."""
    names = Counter(run.name for run in runs)
    found: dict[tuple[str, str], dict[str, Path]] = {}
    for run in runs:
        label = run.name if names[run.name] == 1 and run.name else run.id
        for table, folder in find_tables(run, query).items():
            found.setdefault(table, {})[label] = folder
    return found


_LISTING = ("show", "describe", "information_schema", "duckdb_", "pragma")


def find_tables(run: Run, query: str = "") -> dict[tuple[str, str], Path]:
    """Return where each table lies; of steps that the query names, or of all."""
    asked = query.casefold()
    listing = not query or any(word in asked for word in _LISTING)
    found: dict[tuple[str, str], Path] = {}
    for step in run.steps:
        if listing or step.casefold() in asked:
            found |= _read_tables(run, step)
    return found


def _read_tables(run: Run, step: str) -> dict[tuple[str, str], Path]:
    outputs = _read_outputs(run, step)
    return {(step, one.name): run.find_folder(step) for one in outputs if one.kind == "table"}


def _read_outputs(run: Run, step: str) -> list[Output]:
    try:
        folder = run.find_folder(step)
    except UnknownNameError:  # it made nothing
        return []
    return list(read_outputs(folder).values())


def _explain(pipeline: PipelineFolder, run: Run, query: str, error: SqlError) -> SqlError:
    """Return the error; where it is about a table, with what there is instead of it."""
    if error.unbound:
        return SqlError(f"{error}. `nbflow sql` binds none: write the values out.")
    if not error.missing:
        return error
    name = _find_qualified(query, error.missing)
    if value := _find_value(run, name):
        return SqlError(
            f"{value} is a value, and SQL reads tables; in Python: "
            f'nbflow.Pipeline().find_run().read("{value}").'
        )
    if unread := run.find_problems():
        return SqlError(str(*unread))
    if gone := missing_table.explain_removed(run, name):
        return SqlError(gone)
    tables = [f"{step}.{table}" for step, table in find_tables(run)]
    hint = sqlerrors.suggest_table(name, tables) if tables else ""
    other = missing_table.suggest_run(pipeline, run, name)
    if not tables:
        return SqlError(f"There is no table {name}: run {run.id} has none at all.{other}")
    return SqlError(f"Run {run.id} has no table {name}.{other or hint}")


def _find_qualified(query: str, name: str) -> str:
    """Return `step.table` as the query has it: DuckDB names the table alone."""
    refs = (f"{ref.step}.{ref.name}" for ref in find_refs(query) if ref.name == name)
    return next(refs, name)


def _find_value(run: Run, name: str) -> str:
    found = ((step, one) for step in run.steps for one in _read_outputs(run, step))
    values = (f"{step}.{one.name}" for step, one in found if one.kind != "table")
    return next((one for one in values if one.casefold() == name.casefold()), "")

"""The six calls of a notebook, each the same under a run, by hand and in a plain script."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal

from nbflow.errors import CallError
from nbflow.notebook_api import ref_names, session, under_run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import ModuleType


def read(
    ref: str,
    *,
    to: Literal["pandas", "arrow", "polars", "relation", "reader"] = "pandas",
    columns: Sequence[str] | None = None,
    where: str | None = None,
    run: str | Sequence[str] = "",
) -> Any:
    """Return a table or value that another step wrote: `read("clean_flights.flights")`.

    `to` is the type of the table that is returned: a pandas DataFrame, an Arrow table, a Polars
    DataFrame, a DuckDB relation or an Arrow RecordBatchReader. `columns` and `where` (an SQL
    condition) load only a part. Under a run the step's inputs are read. By hand the newest finished
    run is read, or what you wrote by hand since, and a line says which.

    By hand, `run` chooses another run: its id, a unique prefix of it, its name, or "last". Of a
    list of runs the tables are one, with a first column `run`; values that are no tables come in a
    dict by run. Raises CallError where there is nothing to read.
    """
    with session.current.clock.timed("reading"):
        from nbflow.storage import output_io  # noqa: PLC0415 - importing nbflow must not load duckdb

        found = locate(*ref_names.split_ref(ref), run=run)
        if found.runs:
            from nbflow.storage import merged_tables  # noqa: PLC0415 - as above

            return merged_tables.read_each(found.runs, found.name, to, columns, where)
        return output_io.read(found.folder, found.name, to=to, columns=columns, where=where)


def write(name: str, value: Any) -> None:
    """Keep a table or any other value under a name that other steps read as `step.name`.

    A pandas or Polars DataFrame, an Arrow table or reader, and a DuckDB relation become tables;
    None says "nothing this time". Under a run it belongs to the step's result; by hand it goes
    to your own by-hand area and never into a run's results. Raises CallError for a name that
    is not declared or was written before in this run.
    """
    ref_names.check_name(name)
    with session.current.clock.timed("writing"):
        under = session.current.find_job()
        if under:
            under_run.write(under, name, value)
        else:
            _import_by_hand().write(name, value)


def file(pattern: str | Path) -> Path | list[Path]:
    """Return the absolute path of a file or folder that this step depends on.

    Relative paths start at the notebook's folder. A glob (`data/*.csv`) gives the sorted list
    of all that match. Raises CallError where nothing is found.
    """
    with session.current.clock.timed("reading"):
        from nbflow.notebook_api import files  # noqa: PLC0415

        under = session.current.find_job()
        folder = under_run.read_folder(under) if under else _import_by_hand().read_folder()
        return files.find_files(str(pattern), folder)


def sql(query: str, /, **parameters: Any) -> Any:
    """Return a DuckDB relation of the query, on the connection that holds the inputs.

    Tables are named `step.table`, or by the Python variable that holds one. `$name` in the
    query stands for the parameter of that name: `sql("… where month = $month", month=2)`.
    By hand, `run` chooses a run or several as in `read`, unless the query has a parameter `$run`.
    """
    with session.current.clock.timed("reading"):
        from nbflow.notebook_api import query as queries  # noqa: PLC0415

        return queries.query(query, parameters, sys._getframe(1), locate)  # noqa: SLF001


def progress(fraction: float | None, text: str = "") -> None:
    """Show the progress of this step: a fraction from 0 to 1, or None where it is not known."""
    session.current.progress.show(fraction, text)


def use(run: str | None = None, *, step: str | None = None) -> None:
    """Choose, by hand, what is read and what this notebook is.

    `run` is an id, a unique prefix, a name or "last": from now on reads return exactly what
    that run made; "latest" goes back to the newest results. `step` says which step writes.
    Under a run it changes nothing.
    """
    if session.current.find_job() is None:
        _import_by_hand().use(run, step)


def locate(step: str, name: str, run: str | Sequence[str] = "") -> ref_names.Source:
    """Return where to read from; `run` chooses one by hand, and changes nothing under a run.

    Of several runs all are read, by hand only.
    """
    under = session.current.find_job()
    if under and not isinstance(run, str):
        raise CallError(
            f"{step}.{name}: a run reads the inputs of its step, and not those of the runs "
            f"{', '.join(run)}. Compare runs by hand, in a notebook that is no step."
        )
    if under:
        return under_run.locate(under, step, name)
    found: ref_names.Source = (
        _import_by_hand().locate(step, name, run)
        if isinstance(run, str)
        else _import_by_hand().locate_each(step, name, run)
    )
    return found


def describe_use() -> str:
    """Return what reads return by hand, and which step this notebook is; "" under a run."""
    return "" if session.current.find_job() else _import_by_hand().describe_use()


def explain_unkept() -> str:
    """Return why nothing that is written would be kept here, "" where it would."""
    return "" if session.current.find_job() else _import_by_hand().explain_unkept()


def _import_by_hand() -> ModuleType:
    """Import the module for work by hand: a run does not need it, and it takes time to load."""
    from nbflow.notebook_api import by_hand  # noqa: PLC0415

    return by_hand

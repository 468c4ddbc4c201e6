"""`nbflow sql`: a query over the tables of a run."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import click

from nbflow.cli import complete, options
from nbflow.cli.answers import Queried
from nbflow.cli.command import Command
from nbflow.errors import SqlError, UnknownNameError
from nbflow.model import Output
from nbflow.project import Project
from nbflow.runs.fold import Run
from nbflow.runs.history import find_run
from nbflow.store.outputs import read_outputs

EXAMPLES = """
nbflow sql "from clean_flights.flights limit 5"
nbflow sql "select origin, count(*) n from clean_flights.flights group by 1" --format csv
nbflow sql --run baseline "summarize clean_flights.flights"
nbflow sql "from report.delays" --output delays.parquet
nbflow sql "describe clean_flights.flights"
"""
_COMMENT = re.compile(r"--(\s|[^=\n]*\n)")
_FORMATS = ("table", "csv", "json", "parquet")


class _Query(Command):
    """A command whose argument may begin with a comment of SQL, which is no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; a space before `-- a comment` tells it from an option."""
        return super().parse_args(ctx, [f" {one}" if _COMMENT.match(one) else one for one in args])


@click.command("sql", cls=_Query, examples=EXAMPLES)
@click.argument("query")
@click.option(
    "--run", default="last", metavar="RUN", shell_complete=complete.runs, help="Default: last."
)
@click.option(
    "--format", "kind", type=click.Choice(_FORMATS), help="By default as the output's name says."
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=40,
    show_default=True,
    help="Rows of `table`; 0: all.",
)
@options.in_folder
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def command(
    *,
    query: str,
    run: str,
    kind: str | None,
    output: Path | None,
    limit: int,
    folder: str | None,
    as_json: bool,
) -> Queried:
    """Query the tables of a run.

    QUERY is DuckDB's SQL; tables are called STEP.TABLE; `-` reads it from the standard input.
    A failed step's tables are those it wrote before it failed. `show tables` lists all.

    Only queries run: to write rows to a file, name it with --output. In JSON, numbers have all
    their digits; inf, -inf, nan and intervals are texts; of columns of one name, `id`, the second
    is `id_1`, as in CSV. In Parquet, sums of integers are decimals.
    """
    project = options.find_folder(folder)
    found = find_run(project, run)
    text = sys.stdin.read() if query == "-" else query
    kind = kind or ("json" if as_json else _guess_format(output))
    return Queried(make_relation(project, found, text), kind, output, limit)


def make_relation(project: Project, run: Run, query: str) -> Any:
    """Return DuckDB's relation, lazy, over the tables of a run."""
    from nbflow.cli import tables  # noqa: PLC0415 - `--help` must not wait for rich
    from nbflow.store import queries, views  # noqa: PLC0415 - nor for duckdb

    try:
        with tables.translated():
            asked = queries.read_query(query)
            return views.query(asked, find_tables(run, query))
    except SqlError as error:
        raise _explain(project, run, query, error) from error


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


def _explain(project: Project, run: Run, query: str, error: SqlError) -> SqlError:
    """Return the error; where it is about a table, with what there is instead of it."""
    from nbflow.cli import elsewhere  # noqa: PLC0415 - only to explain an error
    from nbflow.store import sqlerrors  # noqa: PLC0415 - loads duckdb's reading of queries

    if "Values were not provided for the following parameters" in str(error):
        return SqlError(f"{error}. `nbflow sql` binds none: write the values out.")
    missing = sqlerrors.find_missing(str(error))
    if not missing:
        return error
    name = _find_qualified(query, missing)
    if value := _find_value(run, name):
        return SqlError(
            f"{value} is a value, and SQL reads tables; in Python: "
            f'nbflow.Pipeline().find_run().read("{value}").'
        )
    if run.status in {"later", "unreadable"}:
        return SqlError(f"Run {run.id} cannot be read: {run.message}.")
    if gone := elsewhere.explain_removed(run, name):
        return SqlError(gone)
    tables = [f"{step}.{table}" for step, table in find_tables(run)]
    hint = sqlerrors.suggest_table(name, tables) if tables else ""
    other = elsewhere.suggest_run(project, run, name)
    if not tables:
        return SqlError(f"There is no table {name}: run {run.id} has none at all.{other}")
    return SqlError(f"Run {run.id} has no table {name}.{other or hint}")


def _find_qualified(query: str, name: str) -> str:
    """Return `step.table` as the query has it: DuckDB names the table alone."""
    from nbflow.store.statements import find_refs  # noqa: PLC0415 - loads duckdb

    refs = (f"{ref.step}.{ref.name}" for ref in find_refs(query) if ref.name == name)
    return next(refs, name)


def _find_value(run: Run, name: str) -> str:
    found = ((step, one) for step in run.steps for one in _read_outputs(run, step))
    values = (f"{step}.{one.name}" for step, one in found if one.kind != "table")
    return next((one for one in values if one.casefold() == name.casefold()), "")


def _guess_format(output: Path | None) -> str:
    suffix = output.suffix.lower().removeprefix(".") if output else "table"
    formats = {"txt": "table"} | {one: one for one in _FORMATS}
    if suffix not in formats:
        raise click.UsageError(
            f"What is {output} to hold? Its name should end in .csv, .json, .parquet or .txt; "
            "or say it with --format."
        )
    return formats[suffix]

"""`nbflow sql`: a query over the tables of a run."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click
from msgspec.structs import replace

from nbflow import app
from nbflow.app.answers import Queried
from nbflow.app.pipelines import find_folder
from nbflow.commands import completions, options
from nbflow.commands.command import Command

EXAMPLES = """
nbflow sql "from clean_flights.flights limit 5"
nbflow sql "select origin, count(*) n from clean_flights.flights group by 1" --format csv
nbflow sql --run baseline "summarize clean_flights.flights"
nbflow sql --run last,baseline "select run, count(*) from clean_flights.flights group by run"
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
    "--run",
    default="last",
    metavar="RUN",
    shell_complete=completions.runs,
    help="Default: last. RUN,RUN: several as one, with a first column run.",
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
@options.make_json_option("The same as --format json.", expose_value=True)
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
    text = sys.stdin.read() if query == "-" else query
    kind = kind or ("json" if as_json else _guess_format(output))
    asked = app.sql.query(find_folder(folder), text, run)
    return replace(asked, kind=kind, output=output, limit=limit)


def _guess_format(output: Path | None) -> str:
    suffix = output.suffix.lower().removeprefix(".") if output else "table"
    formats = {"txt": "table"} | {one: one for one in _FORMATS}
    if suffix not in formats:
        raise click.UsageError(
            f"What is {output} to hold? Its name should end in .csv, .json, .parquet or .txt; "
            "or say it with --format."
        )
    return formats[suffix]

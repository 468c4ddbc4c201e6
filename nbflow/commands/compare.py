"""`nbflow compare`: how a run differs from another one."""

from __future__ import annotations

import click

from nbflow import app
from nbflow.app.answers import Answer
from nbflow.app.pipelines import find_folder
from nbflow.commands import completions, options
from nbflow.commands.command import Command

EXAMPLES = """
nbflow compare                        the last run with the one before it
nbflow compare baseline               the last run with the one called baseline
nbflow compare 0412 0413              the second run with the first
nbflow compare --step train_model     one step of them
nbflow compare baseline -o what-differs.html    a page to send, with figures side by side
nbflow compare --table predict.forecasts --key flight,day    its rows, by their key
"""


@click.command("compare", cls=Command, examples=EXAMPLES)
@click.argument("before", metavar="[RUN_A]", default="", shell_complete=completions.runs)
@click.argument("after", metavar="[RUN_B]", default="", shell_complete=completions.runs)
@options.in_folder
@click.option(
    "--step",
    "steps",
    multiple=True,
    metavar="STEP",
    shell_complete=completions.steps,
    help="Only these steps: A,B, or one for each --step.",
)
@click.option("--table", default="", metavar="STEP.TABLE", help="Only this table or value.")
@click.option(
    "--key", default="", metavar="COLUMNS", help="The columns that tell its rows apart: A,B."
)
@click.option("--all", "every", is_flag=True, help="List also what does not differ.")
@click.option(
    "-o",
    "--output",
    default="",
    metavar="FILE",
    shell_complete=completions.files,
    help="Write an HTML page here, without secrets.",
)
@options.as_json
def command(
    *,
    before: str,
    after: str,
    folder: str | None,
    steps: tuple[str, ...],
    table: str,
    key: str,
    every: bool,
    output: str,
) -> Answer:
    """Say how a run differs from another one.

    Parameters, code, files, versions and times are compared, and what each step wrote. Only what
    differs is listed. RUN_B is the last run by default, and RUN_A the newest before it that was
    done; a single RUN is compared with the last one.
    """
    compared = app.compare.compare(
        find_folder(folder),
        before,
        after,
        steps=options.split_names(*steps),
        table=table,
        key=options.split_names(key),
        every=every,
    )
    return app.compare.write_page(compared, output) if output else compared

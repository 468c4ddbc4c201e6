"""`nbflow report`: a run as a page to send to others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nbflow import app
from nbflow.app.answers import Told
from nbflow.app.pipelines import find_folder
from nbflow.commands import completions, options
from nbflow.commands.command import Command
from nbflow.reports.facts import FORMS, Options

if TYPE_CHECKING:
    from nbflow.reports.facts import Form

EXAMPLES = """
nbflow report                               the last run, in this folder
nbflow report baseline -o baseline.html     the run called baseline
nbflow report --format pdf                  to print, by a Chromium that is here
nbflow report -o report.zip                 with a notebook of each step
nbflow report --to s3://bucket/reports/     through fsspec
nbflow report --no-code --redact "IBAN.*"   for readers who need no code
"""


@click.command("report", cls=Command, examples=EXAMPLES)
@options.run
@options.in_folder
@click.option(
    "-o",
    "--output",
    default="",
    metavar="FILE",
    shell_complete=completions.files,
    help="Write here; by default PIPELINE-RUN.html in this folder.",
)
@click.option(
    "--to", default="", metavar="PLACE", help="A folder or a URL to put it in: s3://, sftp:// …"
)
@click.option("--format", "form", type=click.Choice(FORMS), help="By default as FILE's name says.")
@click.option(
    "--steps",
    "steps",
    multiple=True,
    metavar="STEP",
    shell_complete=completions.steps,
    help="Only these steps: A,B, or one for each --steps.",
)
@click.option(
    "--title", default="", metavar="TEXT", help="Default: the first heading of the last step."
)
@click.option(
    "--logo", default="", metavar="FILE", shell_complete=completions.files, help="A picture."
)
@click.option("--no-code", is_flag=True, help="Leave out the notebooks' code.")
@click.option(
    "--scripts", is_flag=True, help="Let charts run their scripts, each in a closed frame."
)
@click.option(
    "--redact", multiple=True, metavar="PATTERN", help="Mask this too: a name, or texts that match."
)
@click.option("--who", is_flag=True, help="Name user, machine and home folder.")
@options.as_json
def command(
    *,
    run: str,
    folder: str | None,
    output: str,
    to: str,
    form: Form | None,
    no_code: bool,
    **asked: Any,
) -> Told:
    """Write a run as a page to send to others.

    The page is one file that needs no network and no server: what the pipeline says, then how it
    came about, step by step. Secrets, home folders, users and machines are left out, and counted.
    """
    if output and to:
        raise click.UsageError("-o names a file, --to a folder or a URL. Give one of them.")
    asked["steps"] = options.split_names(*asked["steps"])
    chosen = Options(code=not no_code, **asked)
    return app.report.report(
        find_folder(folder), run, chosen, to=output or _make_place(to), form=form
    )


def _make_place(to: str) -> str:
    """Return a place that is a folder, unless its name ends as a report's."""
    name = to.rstrip("/").rpartition("/")[2]
    return to if not to or "." in name else f"{to.rstrip('/')}/"

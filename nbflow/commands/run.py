"""`nbflow run`: execute the pipeline and show it live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from nbflow.commands import completions, options
from nbflow.commands.command import Command
from nbflow.commands.run_request import StartRun

EXAMPLES = """
nbflow run                              the pipeline at hand
nbflow run notebooks -p month 2         with a parameter
nbflow run -p report.title "February"   for one step only
nbflow run --to report -j 4             what report needs, four at a time
nbflow run --force-step clean_flights   though nothing changed
nbflow run --profile                    and where each step's time went
nbflow run --report delays.html         and write its report
nbflow run --json > events.jsonl        the events, for a program
"""


_HERE = "./"  # the current folder
_ENDS = (".html", ".htm", ".zip", ".md", ".markdown", ".ipynb", ".pdf", "/")


class _Run(Command):
    """A command whose `--report` takes the next word only if it names a report."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; FOLDER may follow a `--report` that stands alone."""
        return super().parse_args(ctx, [*_split_report(args)])


def _split_report(args: Sequence[str]) -> Iterator[str]:
    for word, following in zip(args, [*args, ""][1:], strict=True):
        alone = word == "--report" and not following.lower().endswith(_ENDS)
        yield f"--report={_HERE}" if alone and "://" not in following else word


@click.command("run", cls=_Run, examples=EXAMPLES)
@options.folder
@options.request
@options.log
@options.profile
@click.option(
    "--report",
    metavar="[FILE]",
    shell_complete=completions.files,
    help="Write the run's report when it is over, by default PIPELINE-RUN.html in this folder.",
)
@options.events_json
@options.wait
def command(
    *,
    folder: str | None,
    log: bool,
    profile: bool,
    report: str | None,
    wait: bool = False,
    **asked: Any,
) -> StartRun:
    """Run the pipeline; what has not changed is reused.

    FOLDER holds the notebooks. Parameters are papermill's: -b < -f < -y < -p < -r.
    """
    pipeline, scan = options.read_pipeline(folder)
    request = options.make_request(pipeline, scan, asked)
    request = replace(request, report=_make_place(report))
    return StartRun(pipeline, scan, request, log, profile, wait)


def _make_place(typed: str | None) -> str | None:
    """Return where the report goes, for a process that may be in another folder."""
    if typed is None or "://" in typed:
        return typed
    path = Path(typed).expanduser().absolute()
    return f"{path}/" if typed.endswith("/") else str(path)

"""`nbflow run`: execute the pipeline and show it live."""

from __future__ import annotations

from typing import Any

import click
from msgspec.structs import replace

from nbflow.cli import options
from nbflow.cli.answers import Executed
from nbflow.cli.command import Command
from nbflow.model import Request, Scan
from nbflow.project import Project
from nbflow.text import say_count

EXAMPLES = """
nbflow run                              the pipeline at hand
nbflow run notebooks -p month 2         with a parameter
nbflow run -p report.title "February"   for one step only
nbflow run --to report -j 4             what report needs, four at a time
nbflow run --force-step clean_flights   though nothing changed
nbflow run --profile                    and where each step's time went
nbflow run --json > events.jsonl        the events, for a program
"""


@click.command("run", cls=Command, examples=EXAMPLES)
@options.folder
@options.request
@click.option("--log", is_flag=True, help="Show what the notebooks print.")
@options.profile
@options.events_json
@options.starting
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    folder: str | None,
    log: bool,
    profile: bool,
    as_json: bool,
    run_id: str,
    **asked: Any,
) -> Executed:
    """Run the pipeline; what has not changed is reused.

    FOLDER holds the notebooks. Parameters are papermill's: -b < -f < -y < -p < -r.
    """
    project, scan = options.read_pipeline(folder)
    request = options.make_request(asked, scan.steps)
    executed = execute(project, scan, request, ctx, log=log, as_json=as_json, run_id=run_id)
    return replace(executed, profile=profile)


def execute(
    project: Project,
    scan: Scan,
    request: Request,
    ctx: click.Context,
    *,
    log: bool = False,
    as_json: bool = False,
    run_id: str = "",
) -> Executed:
    """Plan, run and show; the run stops at Ctrl-C, `kill` and a closed terminal."""
    from nbflow.cli.stopping import showing_cursor, stopping  # noqa: PLC0415 - `--help` must not wait for it
    from nbflow.cli.watching import watch  # noqa: PLC0415
    from nbflow.plan import make_plan  # noqa: PLC0415
    from nbflow.run import execute as execute_plan  # noqa: PLC0415

    plan = make_plan(project, scan, request)
    if scan.problems and not as_json:  # warnings: with errors there would be no plan
        count = say_count(len(scan.problems), "warning")
        click.secho(f"{count} in the notebooks; `nbflow check` shows them", fg="yellow", err=True)
    typed = tuple(ctx.find_root().meta.get("nbflow.command", ("nbflow",)))
    with watch(as_json=as_json, log=log) as view, stopping(view.stop) as stop, showing_cursor():
        run = execute_plan(plan, observe=view.observe, stop=stop, command=typed, run_id=run_id)
    return Executed(project, run, shown=as_json)

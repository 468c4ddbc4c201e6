"""`nbflow rerun`: a run's parameters and choice of steps again."""

from __future__ import annotations

import click
import msgspec

from nbflow.cli import options
from nbflow.cli.answers import Executed
from nbflow.cli.command import Command
from nbflow.errors import RunError
from nbflow.model import Frozen, Request
from nbflow.project import Project

EXAMPLES = """
nbflow rerun                   go on after a failure or Ctrl-C
nbflow rerun baseline          the run called baseline, with its parameters
nbflow rerun 20261123 --log    with what the notebooks print
"""


@click.command("rerun", cls=Command, examples=EXAMPLES)
@options.run
@options.in_folder
@click.option("--log", is_flag=True, help="Show what the notebooks print.")
@options.events_json
@options.starting
@click.pass_context
def command(
    ctx: click.Context, /, *, run: str, folder: str | None, log: bool, as_json: bool, run_id: str
) -> Executed:
    """Run again with a run's parameters.

    The notebooks are taken as they are now; what is finished and unchanged is reused.
    """
    from nbflow.cli.commands.run import execute  # noqa: PLC0415 - its imports are heavy
    from nbflow.runs.history import find_run  # noqa: PLC0415

    project, scan = options.read_pipeline(folder)
    request = read_request(project, find_run(project, run).id)
    return execute(project, scan, request, ctx, log=log, as_json=as_json, run_id=run_id)


def read_request(project: Project, run_id: str) -> Request:
    """Return what a run was asked for, less `--force`: what it finished is not run again."""
    try:
        text = (project.runs / run_id / "plan.json").read_bytes()
        request = msgspec.json.decode(text, type=_Asked).request
    except (OSError, ValueError, RecursionError) as error:  # ValueError: also msgspec's
        raise RunError(
            f"Run {run_id} does not say what it was asked for: {error}. "
            "`nbflow show` has its parameters; give them to `nbflow run`."
        ) from error
    return msgspec.structs.replace(request, force=False, force_steps=())


class _Asked(Frozen, frozen=True):
    request: Request

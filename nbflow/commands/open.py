"""`nbflow open`: an executed notebook where Jupyter opens it."""

from __future__ import annotations

from pathlib import Path

import click

from nbflow import app
from nbflow.app.answers import Told
from nbflow.app.jupyterlab import is_in_kernel
from nbflow.app.pipelines import find_folder
from nbflow.commands import completions, options
from nbflow.commands.command import Command

EXAMPLES = """
nbflow open report                 of the newest run that has it
nbflow open baseline report        of the run called baseline
nbflow open --lab clean_flights    and start JupyterLab there
"""


@click.command("open", cls=Command, examples=EXAMPLES)
@click.argument("words", nargs=-1, metavar="[RUN] STEP", shell_complete=completions.runs_and_steps)
@options.in_folder
@click.option("--lab", is_flag=True, help="Open it in JupyterLab.")
@options.as_json
def command(*, words: tuple[str, ...], folder: str | None, lab: bool) -> Told | None:
    """Copy an executed notebook to where Jupyter opens it.

    The copy lies in `nbflow-open/`, which git and nbflow ignore. In it, `nbflow.read` gives
    exactly what that run read. Your own notebook is not touched. In a notebook no server is
    started: the copy is shown as a link, which the JupyterLab that runs already opens.
    """
    if len(words) not in {1, 2}:
        raise click.UsageError("Name a step, or a run and a step: nbflow open [RUN] STEP.")
    *run, step = words
    told = app.open.open_executed(find_folder(folder), step, *run)
    if not lab or is_in_kernel():
        return told
    app.open.start_lab(Path(told.facts["path"]))
    return None

"""`nbflow open`: an executed notebook where Jupyter opens it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import click

from nbflow import authoring
from nbflow.cli import complete, options
from nbflow.cli.answers import Told
from nbflow.cli.command import Command
from nbflow.cli.lab import INSTALL, find_lab, is_in_kernel, suggest
from nbflow.errors import UnknownNameError
from nbflow.runs.history import find_run, find_run_with

EXAMPLES = """
nbflow open report                 of the newest run that has it
nbflow open baseline report        of the run called baseline
nbflow open --lab clean_flights    and start JupyterLab there
"""


@click.command("open", cls=Command, examples=EXAMPLES)
@click.argument("words", nargs=-1, metavar="[RUN] STEP", shell_complete=complete.runs_and_steps)
@options.in_folder
@click.option("--lab", is_flag=True, help="Open it in JupyterLab.")
@options.as_json
def command(*, words: tuple[str, ...], folder: str | None, lab: bool, as_json: bool) -> Told | None:
    """Copy an executed notebook to where Jupyter opens it.

    The copy lies in `nbflow-open/`, which git and nbflow ignore. In it, `nbflow.read` gives
    exactly what that run read. Your own notebook is not touched. In a notebook no server is
    started: the copy is shown as a link, which the JupyterLab that runs already opens.
    """
    del as_json
    if len(words) not in {1, 2}:
        raise click.UsageError("Name a step, or a run and a step: nbflow open [RUN] STEP.")
    from nbflow.cli.render.parts import say_where  # noqa: PLC0415 - rich only to show

    project = options.find_folder(folder)
    run = find_run(project, words[0] if len(words) == 2 else "last")  # noqa: PLR2004
    if len(words) == 1:
        run = find_run_with(project, words[0]) or run
    path = authoring.open_executed(project, run, words[-1])
    if lab and not is_in_kernel():
        _start_lab(path)
        return None
    command = " ".join(["nbflow open --lab", *words]) + say_where(project)
    told = {"path": str(path), "run": run.id, "step": words[-1]}
    return Told(str(path), told, suggest(command, "open it in JupyterLab"))


def _start_lab(path: Path) -> None:
    program = find_lab()
    if program is None:
        raise UnknownNameError(
            f"JupyterLab is not installed here: `{INSTALL}` adds it. The notebook is {path}."
        )
    subprocess.run([program, str(path)], check=False)

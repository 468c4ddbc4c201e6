"""The program behind `%nbflow`: the commands of the command line, and those of a notebook only."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import Any

import click
from IPython import get_ipython
from IPython.core.error import UsageError

import nbflow
from nbflow.commands.command import HELP, SECTIONS, Command, Context, Program
from nbflow.commands.run_request import StartRun
from nbflow.errors import NbflowError, PipelineError, RunError
from nbflow.magics.display import show, show_problems
from nbflow.magics.start_run import start
from nbflow.present.frontends import spelled_for

_HERE = {"use": "Choose what reads return, or which step this notebook is."}
EPILOG = """\
\b
%nbflow                     the controls of the pipeline at hand
%nbflow run -p month 2      start a run and watch it; this notebook stays free
view = %nbflow run          the run as an object: view.wait(), view.read("step.table")
%config NbflowMagics.folder = "notebooks"    the pipeline that is meant
%%step NAME                 make the notebook of a new step from a cell
"""


class NotebookProgram(Program):
    """The commands of the command line, and those that only a notebook has."""

    sections = {**SECTIONS, "In a notebook": _HERE}
    of_folder = ' The controls of another pipeline: nbflow.controls("FOLDER").'
    in_notebook = True

    def show(self, command: Command, ctx: Context) -> Any:
        """Show what a command answers; a run that it asks for is a process of its own."""
        answer = command.answer(ctx)
        if isinstance(answer, StartRun):
            return start(answer, get_ipython(), as_json=ctx.as_json)
        if answer is not None:
            show(answer, as_json=ctx.as_json)
        return None


@click.group("nbflow", cls=NotebookProgram, epilog=EPILOG, context_settings=HELP)
@click.version_option(nbflow.__version__, message="nbflow %(version)s")
def program() -> None:
    """Run the notebooks you already have as a pipeline, from a cell."""


def call(words: Sequence[str], folder: str = "") -> Any:
    """Call the command that these words mean, and show its answer; return the run it starts."""
    return parse(program, "%nbflow", words, folder, program.invoke)


@spelled_for("notebook")
def parse(
    command: click.Command,
    name: str,
    words: Sequence[str],
    folder: str,
    act: Callable[[click.Context], Any],
) -> Any:
    """Act on what the words say; `folder` stands where none is named.

    Raises UsageError for a line that cannot be meant, and NbflowError for what else is wrong;
    IPython shows either without a traceback.
    """
    try:
        with command.make_context(name, list(words), default_map=make_defaults(folder)) as ctx:
            return act(ctx)
    except click.exceptions.Exit:
        return None  # --help has been shown
    except click.Abort:
        raise shown_short(RunError("Interrupted.")) from None
    except click.ClickException as error:
        raise UsageError(error.format_message()) from None
    except PipelineError as error:
        show_problems(error.problems)
        raise shown_short(error) from None
    except NbflowError as error:
        raise shown_short(error) from None


def split(line: str) -> list[str]:
    """Return the words of a line, as a shell splits them."""
    try:
        return shlex.split(line)
    except ValueError as error:
        raise UsageError(f"{line}: {str(error).lower()}") from None


def shown_short(error: NbflowError) -> NbflowError:
    """Have IPython show an error's text alone: the traceback of a magic is all ours."""
    text = str(error)
    error.args = (text,)
    lines = [f"\x1b[31m{type(error).__name__}\x1b[39m: {text}"]
    error._render_traceback_ = lambda: lines  # type: ignore[method-assign]
    return error


def make_defaults(folder: str) -> dict[str, Any]:
    """Return the folder for commands that name none, in click's form."""
    chosen = {"folder": folder} if folder else {}
    return dict.fromkeys(program.texts, chosen) | chosen

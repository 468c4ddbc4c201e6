"""The command line's program as a notebook has it: the same commands, and a few of its own."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import click
from IPython.core.error import UsageError

from nbflow.cli import SECTIONS, Program
from nbflow.cli import program as terminal
from nbflow.errors import NbflowError, PipelineError, RunError
from nbflow.magics.shown import show_problems

Face = Callable[[Any, click.Context], Any]
_HERE = {"use": "Choose what reads return, or which step this notebook is."}
_COMMAND = re.compile(r"(?<=`)nbflow (?=[a-z-])")
EPILOG = """\
\b
%nbflow                     the controls of the pipeline at hand
%nbflow run -p month 2      start a run and watch it; this notebook stays free
view = %nbflow run          the run as an object: view.wait(), view.read("step.table")
%config NbflowMagics.folder = "notebooks"    the pipeline that is meant
%%step NAME                 make the notebook of a new step from a cell
"""


class NotebookProgram(Program):
    """Whatever the command line can do, and what only a notebook can."""

    sections = {**SECTIONS, "In a notebook": _HERE}
    of_folder = ' The controls of another pipeline: nbflow.controls("FOLDER").'

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _HERE:
            return super().get_command(ctx, cmd_name)
        command: click.Command = import_module(f"nbflow.magics.commands.{cmd_name}").command
        return command


program = NotebookProgram(
    "nbflow",
    help="Run the notebooks you already have as a pipeline, from a cell.",
    params=terminal.params,
    callback=terminal.callback,
    epilog=EPILOG,
    context_settings=terminal.context_settings,
)


def split(line: str) -> list[str]:
    """Return the words of a line, as a shell splits them."""
    try:
        return shlex.split(line)
    except ValueError as error:
        raise UsageError(f"{line}: {str(error).lower()}") from None


def call(
    command: click.Command, name: str, words: Sequence[str], face: Face, folder: str = ""
) -> Any:
    """Parse and call; `face` is given the command that was meant and shows its answer.

    `folder` stands where none is named. Raises UsageError for a line that cannot be meant, and
    NbflowError for what else is wrong; IPython shows either without a traceback.
    """
    try:
        found = command.main(
            list(words),
            prog_name=name,
            standalone_mode=False,
            obj=face,
            default_map=make_defaults(folder),
        )
    except click.Abort:
        raise shown_short(RunError("Interrupted.")) from None
    except click.ClickException as error:
        raise UsageError(say_here(error.format_message())) from None
    except PipelineError as error:
        show_problems(error.problems)
        raise shown_short(error) from None
    except NbflowError as error:
        raise shown_short(error) from None
    return None if isinstance(found, int) else found  # a number is how --help ends


def shown_short(error: NbflowError) -> NbflowError:
    """Have IPython show an error's text alone: the traceback of a magic is all ours."""
    text = say_here(str(error))
    error.args = (text,)
    lines = [f"\x1b[31m{type(error).__name__}\x1b[39m: {text}"]
    error._render_traceback_ = lambda: lines  # type: ignore[method-assign]
    return error


def make_defaults(folder: str) -> dict[str, Any]:
    """Return where each command takes its folder from that names none."""
    chosen = {"folder": folder} if folder else {}
    return dict.fromkeys(program.texts, chosen) | chosen


def say_here(text: str) -> str:
    """Return a text whose commands are written as in a cell."""
    return _COMMAND.sub("%nbflow ", text)

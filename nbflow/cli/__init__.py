"""The command line: commands are loaded when they are called."""

from __future__ import annotations

import sys
from typing import Any

import click

import nbflow
from nbflow.base.process import collect_seldom, leave, open_nothing
from nbflow.cli.other_nbflow import find_stranger
from nbflow.commands.command import HELP, SECTIONS, Command, Context, Program, find_words
from nbflow.errors import NbflowError

CANCELLED = 130
FAULT = 70  # sysexits.h: an error in the program itself
COMMANDS = {name: text for section in SECTIONS.values() for name, text in section.items()}


def main() -> None:
    """Be the program `nbflow`, and end its process."""
    collect_seldom()
    sys.stdout, sys.stderr = (one or open_nothing() for one in (sys.stdout, sys.stderr))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal without UTF-8 shows ? for ✓
            stream.reconfigure(errors="replace")
    if warning := find_stranger():
        click.secho(warning, fg="yellow", err=True)
    try:
        program(prog_name="nbflow")
    except SystemExit as end:
        leave(end.code)
        raise


class Terminal(Program):
    """The program `nbflow`: it shows answers on the terminal, and ends with their exit codes."""

    def show(self, command: Command, ctx: Context) -> None:
        """Call a command, show its answer or its error, and exit with what it means."""
        from nbflow.cli.run_or_remove import act  # noqa: PLC0415 - `--help` needs none of it

        try:
            answer = act(command.answer(ctx), as_json=ctx.as_json)
            if answer is not None:
                from nbflow.cli import output  # noqa: PLC0415 - rich is loaded only to show

                ctx.exit(output.show(answer, as_json=ctx.as_json))
        except NbflowError as error:
            if ctx.find_root().params.get("traceback"):
                raise
            from nbflow.cli import output  # noqa: PLC0415 - as above

            root = output.find_root(ctx.params.get("folder"))
            output.show_error(error, as_json=ctx.as_json, root=root)
            ctx.exit(output.WRONG)
        except (KeyboardInterrupt, click.Abort):
            click.echo("\nCancelled.", err=True)
            ctx.exit(CANCELLED)

    def invoke(self, ctx: click.Context) -> Any:
        """Exit as cancelled also where Ctrl-C comes while a command's module is loaded.

        An exception that nobody expected is told in a few lines, as the fault of nbflow that it is.
        """
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("\nCancelled.", err=True)
            ctx.exit(CANCELLED)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            if ctx.params.get("traceback"):
                raise
            from nbflow.cli.unexpected_errors import say_fault  # noqa: PLC0415 - only where one is

            click.echo(say_fault(error, find_words()), err=True)
            ctx.exit(FAULT)


_TRACEBACK = "Show the full Python traceback of an error."
EPILOG = """\
\b
Start here:
  nbflow demo                 a small example, run in a minute
  nbflow steps notebooks      what nbflow sees in a folder
  nbflow run notebooks        run it

\b
RUN is an id, the start of one, a name or `last`, which is the default.
Exit codes: 0 done, 1 a step failed, 2 pipeline or command wrong, 70 a fault of nbflow,
130 cancelled.

\b
Shell completion, for bash (or zsh, fish):
  eval "$(_NBFLOW_COMPLETE=bash_source nbflow)"
"""


@click.group(cls=Terminal, epilog=EPILOG, context_settings=HELP)
@click.version_option(nbflow.__version__, message="nbflow %(version)s")
@click.option("--traceback", is_flag=True, envvar="NBFLOW_TRACEBACK", help=_TRACEBACK)
def program(**_: bool) -> None:
    """Run the notebooks you already have as a pipeline."""

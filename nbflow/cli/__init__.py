"""The command line: commands are loaded when they are called."""

from __future__ import annotations

import difflib
import sys
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

import nbflow
from nbflow.cli.command import CANCELLED, FAULT
from nbflow.cli.stranger import find_stranger
from nbflow.process import collect_seldom, leave, open_nothing

SECTIONS: dict[str, dict[str, str]] = {
    "Run": {
        "run": "Run the pipeline; what has not changed is reused.",
        "plan": "Say what a run would do, and why.",
        "rerun": "Run again with a run's parameters.",
        "cancel": "Stop a run that is under way.",
        "clean": "Remove old results, after saying which.",
        "trust": "Trust all who write in a shared project.",
    },
    "Look": {
        "steps": "List the steps: parameters, inputs, outputs.",
        "check": "Report every problem at once.",
        "runs": "List the runs, newest first.",
        "show": "Show a run, or one step of it.",
        "sql": "Query the tables of a run.",
        "open": "Copy an executed notebook to where Jupyter opens it.",
    },
    "Write": {
        "new": "Make the notebook of a new step.",
        "tag": "Add a tag to a cell of a notebook.",
        "demo": "Copy and run a small example.",
    },
}
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


class Program(click.Group):
    """The commands by name; each stands in the module `nbflow.cli.commands.NAME`.

    Another face may add sections of its own, and where their modules stand.
    """

    sections = SECTIONS
    of_folder = ""  # what else a face has where -C stands alone

    @property
    def texts(self) -> dict[str, str]:
        """What each command does, in a line."""
        return {name: text for part in self.sections.values() for name, text in part.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.texts)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in self.texts:
            return None
        command: click.Command = import_module(f"nbflow.cli.commands.{cmd_name}").command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the commands without loading them."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        found = self.texts.items()
        return [
            CompletionItem(name, help=text) for name, text in found if name.startswith(incomplete)
        ]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without loading one."""
        del ctx
        for section, commands in self.sections.items():
            with formatter.section(section):
                formatter.write_dl(list(commands.items()), col_max=12)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        known = self.texts
        if name not in known and not name.startswith("-") and not ctx.resilient_parsing:
            near = difflib.get_close_matches(name, known, 1)
            meant = f"Did you mean `nbflow {near[0]}`?" if near else "`nbflow --help` lists them."
            raise click.UsageError(f"There is no command {name!r}. {meant}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Exit as cancelled also where Ctrl-C comes while a command's module is loaded.

        An exception that nobody expected is told in a few lines, as the fault of nbflow that it is.
        """
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            if ctx.obj is not None:
                raise
            click.echo("\nCancelled.", err=True)
            ctx.exit(CANCELLED)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            if ctx.obj is not None or ctx.params.get("traceback"):
                raise
            from nbflow.cli.faults import say_fault  # noqa: PLC0415 - only where one is

            click.echo(say_fault(error, ctx.meta["nbflow.command"]), err=True)
            ctx.exit(FAULT)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["nbflow.command"] = ("nbflow", *args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if error.option_name not in {"-C", "--folder"}:
                raise
            text = f"{error.option_name} goes after the command: `nbflow run -C FOLDER`."
            raise click.UsageError(text + self.of_folder, ctx) from None


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


@click.group(cls=Program, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(nbflow.__version__, message="nbflow %(version)s")
@click.option("--traceback", is_flag=True, envvar="NBFLOW_TRACEBACK", help=_TRACEBACK)
def program(**_: bool) -> None:
    """Run the notebooks you already have as a pipeline."""

"""The classes of commands for click. A program parses a command, calls it and shows its answer."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from nbflow.base.nearest import find_nearest
from nbflow.present.frontends import find_program

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
        "compare": "Say how a run differs from another one.",
        "report": "Write a run as a page to send to others.",
        "view": "Show a run in the browser.",
        "sql": "Query the tables of a run.",
        "open": "Copy an executed notebook to where Jupyter opens it.",
    },
    "Write": {
        "new": "Make the notebook of a new step.",
        "tag": "Add a tag to a cell of a notebook.",
        "demo": "Copy and run a small example.",
    },
}


HELP = {"help_option_names": ["-h", "--help"]}


class Context(click.Context):
    """A context that knows which words are parsed in it, and whether JSON is asked for."""

    words: tuple[str, ...] = ()
    as_json = False


def find_words() -> tuple[str, ...]:
    """Return the words that were typed, the program's name first."""
    context = click.get_current_context(silent=True)
    root = context.find_root() if context else None
    return ("nbflow", *root.words) if isinstance(root, Context) else ()


class Program(click.Group):
    """The commands by name; each stands in the module `nbflow.commands.NAME`.

    The terminal and the notebook each have a subclass. Its `show` calls a command and shows the
    answer.
    """

    context_class = Context
    sections: Mapping[str, Mapping[str, str]] = SECTIONS
    of_folder = ""  # what else a face has where -C stands alone
    in_notebook = False  # whether what only a notebook has is offered

    def show(self, command: Command, ctx: Context) -> Any:
        """Call a command and show its answer."""
        raise NotImplementedError

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
        command: click.Command = import_module(f"nbflow.commands.{cmd_name}").command
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
            near = find_nearest(name, known)
            every = f"`{find_program()} --help` lists them."
            meant = f"Did you mean `{find_program()} {near}`?" if near else every
            raise click.UsageError(f"There is no command {name!r}. {meant}", ctx)
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        _note(ctx, args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if error.option_name not in {"-C", "--folder"}:
                raise
            text = f"{error.option_name} goes after the command: `{find_program()} run -C FOLDER`."
            raise click.UsageError(text + self.of_folder, ctx) from None


class NotebookOption(click.Option):
    """An option that means something in a notebook only; a terminal does not have it."""


class Command(click.Command):
    """A command with examples, whose function returns an answer and prints nothing."""

    context_class = Context

    def __init__(self, *args: Any, examples: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.examples = [line.strip() for line in examples.strip().splitlines()]

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the options and arguments that the face has."""
        in_notebook = getattr(ctx.find_root().command, "in_notebook", False)
        found = super().get_params(ctx)
        return [one for one in found if in_notebook or not isinstance(one, NotebookOption)]

    def answer(self, ctx: click.Context) -> Any:
        """Call the function."""
        return super().invoke(ctx)

    def invoke(self, ctx: click.Context) -> Any:
        """Have the program that parsed this command call it and show its answer."""
        program = ctx.find_root().command
        if isinstance(program, Program) and isinstance(ctx, Context):
            return program.show(self, ctx)
        return self.answer(ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; while the shell completes, without the option that is being typed."""
        _note(ctx, args)
        if ctx.resilient_parsing:
            args = _drop_open_option(self, ctx, args)
        return super().parse_args(ctx, args)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        program = ctx.find_root().info_name or "nbflow"
        with formatter.section("Examples"):
            for line in self.examples:
                shown = line.replace("nbflow", program, 1)
                formatter.write(f"{'':>{formatter.current_indent}}{shown}\n")


def _note(ctx: click.Context, args: list[str]) -> None:
    if isinstance(ctx, Context):
        ctx.words = tuple(args)


def _drop_open_option(command: click.Command, ctx: click.Context, args: list[str]) -> list[str]:
    """Return the arguments less a last option whose values are not all there yet.

    The parser gives up on one, and FOLDER would be lost to completion with it.
    """
    values = {
        name: option.nargs
        for option in command.get_params(ctx)
        if isinstance(option, click.Option) and not option.is_flag
        for name in option.opts
    }
    for back in (1, 2):
        if len(args) >= back and values.get(args[-back], 0) >= back:
            return args[:-back]
    return args

"""The edge: a command returns an answer, which is shown here; errors are told once."""

from __future__ import annotations

from typing import Any

import click

from nbflow.errors import NbflowError

CANCELLED = 130
FAULT = 70  # sysexits.h: an error in the program itself
ROOT = "nbflow.root"  # of the project that a command has found, in click's `Context.meta`


class Command(click.Command):
    """A command with examples, whose function returns an `Answer` and prints nothing.

    Another face is `ctx.obj`: it is called with the command and its context, and shows the answer
    of `command.answer(ctx)` in its own way.
    """

    def __init__(self, *args: Any, examples: str, makes: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.makes = makes  # the folder that it makes where none is named
        self.examples = [line.strip() for line in examples.strip().splitlines()]

    def answer(self, ctx: click.Context) -> Any:
        """Call the function."""
        return super().invoke(ctx)

    def invoke(self, ctx: click.Context) -> Any:
        """Call the function and show its answer; exit with the answer's code."""
        if ctx.obj is not None:
            return ctx.obj(self, ctx)
        self._show(ctx)
        return None

    def _show(self, ctx: click.Context) -> None:
        as_json = ctx.params.get("as_json", False)
        try:
            answer = self.answer(ctx)
            if answer is not None:
                from nbflow.cli import output  # noqa: PLC0415 - rich is loaded only to show

                ctx.exit(output.show(answer, as_json=as_json))
        except NbflowError as error:
            if ctx.find_root().params.get("traceback"):
                raise
            from nbflow.cli import output  # noqa: PLC0415 - as above

            output.show_error(error, as_json=as_json, root=ctx.meta.get(ROOT))
            ctx.exit(output.WRONG)
        except (KeyboardInterrupt, click.Abort):
            click.echo("\nCancelled.", err=True)
            ctx.exit(CANCELLED)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; while the shell completes, without the option that is being typed."""
        if ctx.resilient_parsing:
            ctx.meta["nbflow.typed"] = tuple(args)
            args = _drop_open_option(self, ctx, args)
        return super().parse_args(ctx, args)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        program = ctx.find_root().info_name or "nbflow"
        with formatter.section("Examples"):
            for line in self.examples:
                shown = line.replace("nbflow", program, 1)
                formatter.write(f"{'':>{formatter.current_indent}}{shown}\n")


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

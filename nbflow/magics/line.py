"""`%nbflow` and `%%step` as IPython has magics."""

from __future__ import annotations

from typing import Any

import click
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand
from traitlets import Unicode

from nbflow.cli.command import Command
from nbflow.cli.options import STARTING
from nbflow.magics.commands.step import BODY
from nbflow.magics.commands.step import command as step_command
from nbflow.magics.program import call, program, split
from nbflow.magics.shown import has_front_end, show
from nbflow.magics.starting import show_controls, start


@magics_class
class NbflowMagics(Magics):  # type: ignore[misc]
    """`%config NbflowMagics.folder = "notebooks"` says which pipeline is meant."""

    folder = Unicode("", help="The folder of notebooks; by default the pipeline at hand.").tag(
        config=True
    )

    @no_var_expand  # type: ignore[untyped-decorator]
    @line_magic  # type: ignore[untyped-decorator]
    def nbflow(self, line: str) -> Any:
        """Run the pipeline and look at it: `%nbflow --help` lists the commands.

        Without a command, the controls of the pipeline.
        """
        words = split(line)
        if not words:
            return self._show_controls()
        return call(program, "%nbflow", words, self._show, self.folder)

    @no_var_expand  # type: ignore[untyped-decorator]
    @cell_magic  # type: ignore[untyped-decorator]
    def step(self, line: str, cell: str) -> None:
        """Make the notebook of a new step from this cell: `%%step NAME`."""

        def show_made(command: Command, ctx: click.Context) -> None:
            ctx.meta[BODY] = cell
            show(command.answer(ctx))

        call(step_command, "%%step", split(line), show_made, self.folder)

    def _show(self, command: Command, ctx: click.Context) -> Any:
        """Show what a command answers; one that runs notebooks is a process of its own."""
        if STARTING in ctx.params:
            return start(command, ctx, self.shell)
        answer = command.answer(ctx)
        if answer is not None:
            show(answer, as_json=bool(ctx.params.get("as_json")))
        return None

    def _show_controls(self) -> None:
        """Show the panel; a terminal shows what the pipeline is."""
        if has_front_end(self.shell):
            show_controls(self.folder or None)
        else:
            call(program, "%nbflow", ["steps"], self._show, self.folder)

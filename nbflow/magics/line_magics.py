"""The magics `%nbflow` and `%%step`."""

from __future__ import annotations

from typing import Any

import click
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand
from traitlets import Unicode

from nbflow import app
from nbflow.commands.step import command as step_command
from nbflow.magics.display import has_front_end, show
from nbflow.magics.program import call, parse, split
from nbflow.magics.start_run import show_controls
from nbflow.magics.step_cells import split_cell


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
        return call(words, self.folder)

    @no_var_expand  # type: ignore[untyped-decorator]
    @cell_magic  # type: ignore[untyped-decorator]
    def step(self, line: str, cell: str) -> None:
        """Make the notebook of a new step from this cell: `%%step NAME`."""

        def make(ctx: click.Context) -> None:
            pipeline, name = step_command.invoke(ctx)
            show(app.new.make_step(pipeline, name, split_cell(cell)))

        parse(step_command, "%%step", split(line), self.folder, make)

    def _show_controls(self) -> None:
        """Show the panel; a terminal shows what the pipeline is."""
        if has_front_end(self.shell):
            show_controls(self.folder or None)
        else:
            call(["steps"], self.folder)

"""The object that `%nbflow run` returns: a run by its id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbflow.base.text import say_seconds
from nbflow.errors import RunError
from nbflow.magics.display import has_front_end, make_run_bundle
from nbflow.present.states import say_state
from nbflow.runs.cancel import cancel
from nbflow.runs.fold import Run
from nbflow.runs.follow import follow
from nbflow.runs.history import read_run
from nbflow.workspace.pipeline_folder import PipelineFolder


class RunView:
    """A run by its id; `run` reads its state anew each time."""

    def __init__(self, pipeline: PipelineFolder, run_id: str, shown_at: int | None = None) -> None:
        self.pipeline = pipeline
        self.id = run_id
        self._shown_at = shown_at  # the cell whose output shows the run already

    @property
    def run(self) -> Run:
        return read_run(self.pipeline, self.id)

    def cancel(self) -> None:
        """Ask the run to stop; one that is over stays as it is."""
        try:
            cancel(self.pipeline, self.run)
        except RunError:
            if self.run.status == "running":
                raise

    def wait(self) -> Run:
        """Wait until the run is over and return it; an interrupt ends the waiting alone."""
        for _ in follow(self.pipeline, self.id):
            pass
        return self.run

    def read(self, ref: str, **options: Any) -> Any:
        """Return a table or value of the run, `view.read("clean_flights.flights")`."""
        return self.run.read(ref, **options)

    def report(self, to: str | Path = "", **options: Any) -> Path | str:
        """Write the run's report, and return where it is: see `Run.report`."""
        return self.run.report(to, **options)

    def __repr__(self) -> str:
        run = self.run
        took = f" in {say_seconds(run.seconds)}" if run.seconds is not None else ""
        return f"run {self.id}: {say_state(run.status)}{took}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return make_run_bundle(self.pipeline, self.run)

    def _ipython_display_(self) -> None:
        """Show the run, but not twice in the output of the cell that started it."""
        from IPython import get_ipython  # noqa: PLC0415 - a value to read elsewhere too
        from IPython.display import display  # noqa: PLC0415

        shell: Any = get_ipython()
        if shell is None or shell.execution_count != self._shown_at:
            display(self._repr_mimebundle_(), raw=True)
        elif not has_front_end(shell):
            print(repr(self))  # noqa: T201 - behind the Out[1] of a terminal

"""A pipeline from Python: its steps, its plan, and runs as processes of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from nbflow.model import Request, Step
from nbflow.notebook.scan import read_folder
from nbflow.plan import Plan, make_plan
from nbflow.project import Project, find_project
from nbflow.runs.cancel import cancel
from nbflow.runs.fold import Run
from nbflow.runs.follow import follow
from nbflow.runs.history import find_run, read_run


class Pipeline:
    """A folder of notebooks, read anew whenever something is asked of it.

    >>> pipeline = Pipeline("notebooks")
    >>> run = pipeline.run(month=2)
    >>> run.read("clean_flights.flights")
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.project: Project = find_project(folder)

    def __repr__(self) -> str:
        return f"Pipeline({str(self.project.folder)!r})"

    @property
    def steps(self) -> dict[str, Step]:
        return dict(read_folder(self.project).steps)

    def plan(self, request: Request | None = None, **parameters: Any) -> Plan:
        """Say what a run with these parameters would do, and why.

        `request` carries the options of `nbflow plan`, as `Request(to=("report",))`.
        Raises PipelineError, ParameterError, UnknownNameError.
        """
        asked = _join(request, parameters)
        return make_plan(self.project, read_folder(self.project), asked)

    def run(self, request: Request | None = None, **parameters: Any) -> Run:
        """Run the pipeline in a process of its own and wait for it; an interrupt cancels it.

        The run that comes back says how each step ended; a failed step raises nothing.
        """
        run_id = self.start(request, **parameters)
        try:
            for _ in follow(self.project, run_id):
                pass
        except KeyboardInterrupt:
            cancel(self.project, read_run(self.project, run_id))
            for _ in follow(self.project, run_id):
                pass
        return read_run(self.project, run_id)

    def start(self, request: Request | None = None, **parameters: Any) -> str:
        """Start a run as a process and return its id at once; it outlives this process."""
        plan = self.plan(request, **parameters)  # what is wrong is said here, where it was asked
        from nbflow.run.start import start_request, wait_for_log  # noqa: PLC0415 - a plan needs none

        started = start_request(self.project, plan.request)
        wait_for_log(self.project, started)
        return started.run_id

    def find_run(self, text: str = "last") -> Run:
        """Return a run by its id, a unique prefix of it, or its name."""
        return find_run(self.project, text)


def _join(request: Request | None, parameters: dict[str, Any]) -> Request:
    request = request or Request()
    joined = {**request.parameters, **parameters}
    return msgspec.structs.replace(request, parameters=joined)

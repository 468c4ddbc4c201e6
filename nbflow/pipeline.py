"""A pipeline from Python: its steps, its plan, and runs as processes of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbflow import app
from nbflow.analysis.contract.scan import read_folder
from nbflow.app.answers import Compared
from nbflow.model import Request, Scan, Step
from nbflow.planning import Plan
from nbflow.present.frontends import spelled_for
from nbflow.reports.comparison import Comparison
from nbflow.runs.cancel import cancel
from nbflow.runs.fold import Run
from nbflow.runs.follow import follow
from nbflow.runs.history import find_run, read_run
from nbflow.workspace.pipeline_folder import PipelineFolder, find_pipeline


class Pipeline:
    """A folder of notebooks, read anew whenever something is asked of it.

    >>> pipeline = Pipeline("notebooks")
    >>> run = pipeline.run(month=2)
    >>> run.read("clean_flights.flights")
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.location: PipelineFolder = find_pipeline(folder)

    def __repr__(self) -> str:
        return f"Pipeline({str(self.location.folder)!r})"

    @property
    def steps(self) -> dict[str, Step]:
        return dict(read_folder(self.location).steps)

    def plan(self, request: Request | None = None, **parameters: Any) -> Plan:
        """Say what a run with these parameters would do, and why.

        `request` carries the options of `nbflow plan`, as `Request(to=("report",))`.
        Raises PipelineError, ParameterError, UnknownNameError.
        """
        scan = read_folder(self.location)
        return app.plan.plan(self.location, scan, self._ask(scan, request, parameters)).plan

    def run(self, request: Request | None = None, **parameters: Any) -> Run:
        """Run the pipeline in a process of its own and wait for it; an interrupt cancels it.

        The run that comes back says how each step ended; a failed step raises nothing.
        """
        run_id = self.start(request, **parameters)
        try:
            for _ in follow(self.location, run_id):
                pass
        except KeyboardInterrupt:
            cancel(self.location, read_run(self.location, run_id))
            for _ in follow(self.location, run_id):
                pass
        app.run.wait_for_report(self.location, request or Request(), run_id)
        return read_run(self.location, run_id)

    def start(self, request: Request | None = None, **parameters: Any) -> str:
        """Start a run as a process and return its id; it outlives this process.

        Raises what `plan` raises.
        """
        asked = self._ask(read_folder(self.location), request, parameters)
        return app.run.start(self.location, asked)

    def find_run(self, text: str = "last") -> Run:
        """Return a run by its id, a unique prefix of it, or its name."""
        return find_run(self.location, text)

    def compare(self, before: str = "", after: str = "", **options: Any) -> RunComparison:
        """Say how a run differs from another one, as `nbflow.compare` does."""
        return RunComparison(app.compare.compare(self.location, before, after, **options))

    def _ask(self, scan: Scan, request: Request | None, parameters: dict[str, Any]) -> Request:
        options = request or Request()
        values = {**options.parameters, **parameters}
        return app.requests.make_request(self.location, scan, options, values)


class RunComparison:
    """How a run differs from another one: shown in a notebook, and as data in `facts`."""

    def __init__(self, compared: Compared) -> None:
        self.compared = compared

    @property
    def facts(self) -> Comparison:
        """What differs, as frozen values, as `facts.parameters`."""
        return self.compared.comparison

    def write(self, to: str | Path) -> str:
        """Write it as an HTML page to a file, a folder or a URL, without secrets; say where."""
        return str(app.compare.write_page(self.compared, str(to)).facts["path"])

    def __repr__(self) -> str:
        facts = self.facts
        differ = ", ".join(one.name for one in facts.steps) or "nothing"
        return f"<differs from {facts.before.id} to {facts.after.id}: {differ}>"

    @spelled_for("notebook")
    def _repr_html_(self) -> str:
        from nbflow.app.pages import make_page  # noqa: PLC0415 - loads what draws pages
        from nbflow.present import html  # noqa: PLC0415 - as above

        return html.draw_page(make_page(self.compared, still=True))


def compare(
    before: str = "", after: str = "", *, folder: str | Path | None = None, **options: Any
) -> RunComparison:
    """Say how a run differs from another one: `nbflow.compare("baseline", "last")`.

    Runs are ids, the starts of such, names or "last"; a single one is compared with the last run,
    and the last with the newest before it that was done. `folder` is the pipeline's, by default
    the one at hand. Options are `steps`, `table` with `key`, the columns that tell its rows apart,
    and `every`, to list also what does not differ. Raises UnknownNameError.
    """
    return Pipeline(folder).compare(before, after, **options)

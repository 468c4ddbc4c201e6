"""What a run would do, and why."""

from __future__ import annotations

from nbflow.app.answers import ShownPlan
from nbflow.model import Request, Scan
from nbflow.planning import make_plan, read_diff
from nbflow.workspace.pipeline_folder import PipelineFolder


def plan(
    pipeline: PipelineFolder,
    scan: Scan,
    request: Request,
    *,
    diff: bool = False,
    every: bool = False,
) -> ShownPlan:
    """Return the plan; with `diff`, also the changed lines of each step that runs.

    Raises PipelineError, ParameterError, UnknownNameError.
    """
    made = make_plan(pipeline, scan, request)
    changing = [name for name, planned in made.steps.items() if planned.action != "reuse"]
    found = {name: read_diff(made, name) for name in changing} if diff else {}
    return ShownPlan(made, {name: lines for name, lines in found.items() if lines}, every=every)

"""What differs between a failed step and its last success."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from nbflow.errors import PipelineError
from nbflow.model import Failure, Output, Result
from nbflow.plan import Prepared, find_changes, make_parts
from nbflow.plan.make import find_inputs
from nbflow.project import Project
from nbflow.store import results


def explain_failure(
    project: Project, ready: Prepared, latest: Mapping[str, Result | None], failure: Failure
) -> Failure:
    """Add to a failure what changed since the step's last success, in its inputs' columns too."""
    ids = results.read_result_ids(project, ready.step.name)
    last = results.find_result(project, ready.step.name, ids[0]) if ids else None
    if last is None:
        return failure
    inputs = find_inputs(ready.step, latest)
    changes = find_changes(last.parts, make_parts(ready, inputs))
    told = [_add_columns(project, change, last, inputs) for change in changes]
    same = "" if any(change.startswith("code") for change in changes) else "code unchanged"
    words = "; ".join([*told, same] if same else told) if changes else "nothing nbflow watches"
    hint = f"differs from its last success (run {last.run}): {words}"
    return msgspec.structs.replace(failure, hint=" ".join(filter(None, (failure.hint, hint))))


def _add_columns(
    project: Project, change: str, last: Result, inputs: Mapping[str, Output | None]
) -> str:
    ref = change.removeprefix("input ").removesuffix(" changed")
    new = inputs.get(ref)
    old = _find_old(project, ref, last.parts.inputs.get(ref, ""))
    if new is None or old is None:
        return change
    gone = sorted((old.columns or {}).keys() - (new.columns or {}).keys())
    added = sorted((new.columns or {}).keys() - (old.columns or {}).keys())
    parts = [f"column {name} gone" for name in gone] + [f"{name} new" for name in added]
    if not parts and old.rows != new.rows:
        parts = [f"{old.rows} → {new.rows} rows"]
    return f"input {ref}: {', '.join(parts)}" if parts else change


def _find_old(project: Project, ref: str, digest: str) -> Output | None:
    step, _, name = ref.partition(".")
    for result in results.read_results(project, step):
        output = result.outputs.get(name)
        if output is not None and output.hash == digest:
            return output
    return None


def make_refusal(error: Exception) -> Failure:
    """Return the failure of a step that could not be started."""
    problems = error.problems if isinstance(error, PipelineError) else ()
    place = problems[0].place if problems else None
    return Failure(
        cause="other",
        type=type(error).__name__,
        message="; ".join(one.what for one in problems) or str(error),
        cell=place.cell if place else None,
        line=place.line if place else None,
        hint=problems[0].hint if problems else "",
    )

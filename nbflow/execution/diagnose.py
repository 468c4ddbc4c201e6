"""Diagnoses a failure: what changed since the step last succeeded."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from nbflow.errors import PipelineError
from nbflow.model import Failure, Output, Reason, Result
from nbflow.model.refs import make_ref
from nbflow.planning import Prepared, find_changes, make_parts
from nbflow.planning.make import find_inputs
from nbflow.storage.results import result_index
from nbflow.workspace.pipeline_folder import PipelineFolder


def diagnose(
    pipeline: PipelineFolder, ready: Prepared, latest: Mapping[str, Result | None], failure: Failure
) -> Failure:
    """Return the failure with all changes since the last success, also of columns and rows."""
    ids = result_index.read_result_ids(pipeline, ready.step.name)
    last = result_index.Snapshot(pipeline).find_result(ready.step.name, ids[0]) if ids else None
    if last is None:
        return failure
    inputs = find_inputs(ready.step, latest)
    found = find_changes(last.parts, make_parts(ready, inputs))
    changes = tuple(_look_closer(pipeline, one, last, inputs) for one in found)
    return msgspec.structs.replace(failure, last_success=last.run, changes=changes)


def _look_closer(
    pipeline: PipelineFolder, change: Reason, last: Result, inputs: Mapping[str, Output | None]
) -> Reason:
    """Return a more exact reason for a changed table: its columns or its rows."""
    ref = change.subject
    new = inputs.get(ref) if change.code == "input-changed" else None
    old = _find_old(pipeline, ref, last.parts.inputs.get(ref, "")) if new else None
    if new is None or old is None:
        return change
    gone = sorted((old.columns or {}).keys() - (new.columns or {}).keys())
    added = sorted((new.columns or {}).keys() - (old.columns or {}).keys())
    if gone or added:
        return Reason("columns-changed", ref, gone, added)
    return Reason("rows-changed", ref, old.rows, new.rows) if old.rows != new.rows else change


def _find_old(pipeline: PipelineFolder, ref: str, digest: str) -> Output | None:
    step, name = make_ref(ref)
    for result in result_index.Snapshot(pipeline).read_all(step):
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
        message=str(error),
        cell=place.cell if place else None,
        line=place.line if place else None,
    )

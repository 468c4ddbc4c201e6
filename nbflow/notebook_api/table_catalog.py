"""The tables that can be read here, with their columns. DuckDB is not needed for that."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.errors import CallError
from nbflow.model.refs import make_ref
from nbflow.notebook_api import by_hand_store, run_choice, session
from nbflow.notebook_api.notebook_context import find_here
from nbflow.runs.finished import read_finished
from nbflow.runs.fold import Run
from nbflow.storage.results.outputs import read_outputs
from nbflow.storage.results.result_index import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbflow.model import Job, Output
    from nbflow.workspace.pipeline_folder import PipelineFolder

Known = dict[str, dict[str, tuple[str, ...]]]  # columns by table by step
_LOOKED_AT = 20  # runs


def read_known(run: str = "") -> Known:
    """Return the tables of a run; under a run those of its inputs; else the newest of each step."""
    under = session.current.find_job()
    if under is not None:
        return _read_inputs(under)
    pipeline = find_here().pipeline
    if pipeline is None:
        return {}
    found: Known = {}
    for finished in _choose(pipeline, run):
        for step, pin in finished.pins.items():
            if (
                step not in found
                and (result := Snapshot(pipeline).find_result(step, pin)) is not None
            ):
                found[step] = _read_tables(result.outputs)
    return found if run else _add_written(pipeline, found)


def read_run_names() -> list[str]:
    """Return the names and ids of runs."""
    pipeline = find_here().pipeline
    if pipeline is None:
        return []
    return ["last", *(one.name or one.id for one in islice(read_finished(pipeline), _LOOKED_AT))]


def _choose(pipeline: PipelineFolder, run: str) -> Iterator[Run]:
    if not run:
        yield from islice(read_finished(pipeline), _LOOKED_AT)
        return
    try:
        yield run_choice.choose_run(pipeline, run)
    except CallError:  # it is still being typed
        return


def _read_inputs(under: Job) -> Known:
    found: Known = {}
    for ref, given in under.inputs.items():
        output = read_outputs(Path(given.folder)).get(given.name)
        step, name = make_ref(ref)
        if output is not None and output.kind == "table":
            found.setdefault(step, {})[name] = tuple(output.columns or ())
    return found


def _read_tables(outputs: dict[str, Output]) -> dict[str, tuple[str, ...]]:
    return {one.name: tuple(one.columns or ()) for one in outputs.values() if one.kind == "table"}


def _add_written(pipeline: PipelineFolder, found: Known) -> Known:
    for step, name in by_hand_store.read_names(pipeline):
        written = by_hand_store.find_written(pipeline, step, name)
        if written is not None:
            found.setdefault(step, {}).update(_read_tables(read_outputs(written.folder)))
    return found

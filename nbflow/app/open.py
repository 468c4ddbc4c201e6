"""Copies an executed notebook to where Jupyter opens it."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

from nbflow.analysis.discover.folder import OPENED
from nbflow.app.answers import Told
from nbflow.app.jupyterlab import INSTALL, find_lab, suggest
from nbflow.app.notebook_files import make_ipynb, writing
from nbflow.app.pipelines import say_where
from nbflow.base.atomic_files import write_file
from nbflow.errors import UnknownNameError
from nbflow.model import Command
from nbflow.model.refs import make_ref
from nbflow.runs.fold import Run
from nbflow.runs.folder import read_inputs
from nbflow.runs.history import find_run, find_run_with
from nbflow.storage.results.result_index import Snapshot
from nbflow.storage.results.store import open_store
from nbflow.workspace.pipeline_folder import PipelineFolder


def open_executed(pipeline: PipelineFolder, step: str, run: str | None = None) -> Told:
    """Copy a step's executed notebook to `nbflow-open/`; by default of the newest run with it."""
    found = find_run(pipeline, run or "last")
    if run is None:
        found = find_run_with(pipeline, step) or found
    path = copy_executed(pipeline, found, step)
    again = Command("open", ("--lab", run or "", step, say_where(pipeline)))
    told = {"path": str(path), "run": found.id, "step": step}
    return Told("notebook-copied", told, suggest(again, "open it in JupyterLab"))


def start_lab(path: Path) -> None:
    """Open a notebook in JupyterLab and wait for its server; UnknownNameError where it is not."""
    program = find_lab()
    if program is None:
        raise UnknownNameError(
            f"JupyterLab is not installed here: `{INSTALL}` adds it. The notebook is {path}."
        )
    subprocess.run([program, str(path)], check=False)


def copy_executed(pipeline: PipelineFolder, run: Run, step: str) -> Path:
    """Copy a step's executed notebook of a run to a visible folder, and return the copy's path.

    In the copy, `nbflow.read` gives exactly what that run read. The copy's name holds the run's
    id, because a tab shows no more than the name. Raises UnknownNameError where the run did not
    execute the step.
    """
    executed = find_executed(run, step)
    notebook = json.loads(executed.read_bytes())
    ours = notebook["metadata"].setdefault("nbflow", {})
    before = ours.get("executed") or {}
    inputs = before.get("inputs", {}) | _find_inputs(pipeline, run, step)
    ours["executed"] = before | {"run": run.id, "step": step, "inputs": inputs}
    folder = pipeline.folder / OPENED / run.id
    path = folder / f"{step}-{run.id}.ipynb"
    with writing(path):
        folder.mkdir(parents=True, exist_ok=True)
        (folder.parent / ".gitignore").write_text("# copies that `nbflow open` makes\n*\n")
        write_file(path, make_ipynb(notebook))
    if _is_ours(executed):
        _sign(path)
    return path


def find_executed(run: Run, step: str) -> Path:
    """Return the notebook as it was executed, also of a failed step; raises UnknownNameError."""
    state = run.steps.get(step)
    if state is None:
        names = ", ".join(run.steps)
        raise UnknownNameError(f"Run {run.id} has no step {step!r}. It has: {names}.")
    attempt = run.find_attempt(state)
    candidates = [attempt.executed]
    if state.result:
        candidates.append(open_store(run.home).fetch(step, state.result) / "notebook.ipynb")
    candidates.append(attempt.notebook)
    found = next((path for path in candidates if path.is_file()), None)
    if found is None:
        if state.result:
            run.find_folder(step)  # raises where it was removed
        raise UnknownNameError(
            f"Run {run.id} has no executed notebook of {step}: it is {state.status}. ",
            Command("show", (run.id,)),
            " says more.",
        )
    return found


def _find_inputs(pipeline: PipelineFolder, run: Run, step: str) -> dict[str, str]:
    """Return the results that a step read in a run, by ref.

    A result that was removed since is replaced by the one of the same content that the run pins.
    """
    result = Snapshot(pipeline).find_result(step, run.steps[step].result)
    if result is None:
        return read_inputs(run.find_attempt(run.steps[step]))
    return {
        ref: _find_kept(pipeline, ref, one.result, run.pins) for ref, one in result.inputs.items()
    }


def _find_kept(pipeline: PipelineFolder, ref: str, result: str, pins: Mapping[str, str]) -> str:
    above = make_ref(ref).step
    kept = open_store(pipeline.home).has(above, result)
    return result if kept else pins.get(above, result)


def _is_ours(executed: Path) -> bool:
    """Tell whether this user executed a notebook, and nobody else could have changed it since."""
    if os.name != "posix":
        return False
    found = executed.stat()
    return found.st_uid == os.getuid() and not found.st_mode & stat.S_IWOTH


def _sign(path: Path) -> None:
    """Have Jupyter trust a notebook, so that it shows all outputs of what this user executed."""
    import nbformat  # noqa: PLC0415 - to open a copy only
    from jupyter_core.paths import jupyter_data_dir  # noqa: PLC0415
    from nbformat.sign import NotebookNotary  # noqa: PLC0415

    with contextlib.suppress(Exception):  # without a signature Jupyter shows less, and can be told
        Path(jupyter_data_dir()).mkdir(mode=0o700, parents=True, exist_ok=True)
        NotebookNotary().sign(nbformat.read(path, as_version=4))

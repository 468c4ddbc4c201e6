"""Executed notebooks: which run executed one, and whether its source has changed since."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from nbflow.model import Frozen, Job

EXECUTED = "executed"  # in metadata.nbflow, beside the step's options
_INJECTED = "injected-parameters"


class Executed(Frozen, frozen=True):
    """Which job executed a notebook, and which results it read: `step.name` to result id."""

    run: str
    step: str
    inputs: dict[str, str] = {}


class _Cell(Frozen, frozen=True):
    cell_type: str = ""
    source: str | list[str] = ""
    metadata: dict[str, Any] = {}


class _Metadata(Frozen, frozen=True):
    nbflow: dict[str, Any] = {}
    papermill: dict[str, Any] = {}


class _Notebook(Frozen, frozen=True):
    cells: list[_Cell] = []
    metadata: _Metadata = _Metadata()


def mark_executed(metadata: MutableMapping[str, Any], job: Job) -> None:
    """Write the job into an executed notebook's metadata, for reads by hand later."""
    inputs = {ref: found.result for ref, found in job.inputs.items()}
    mark = Executed(run=job.run, step=job.step, inputs=inputs)
    metadata.setdefault("nbflow", {})[EXECUTED] = msgspec.to_builtins(mark)


def read_executed(path: Path) -> Executed | None:
    """Return the job that executed this notebook, None where none did or it cannot be read."""
    notebook = _read(path)
    mark = notebook.metadata.nbflow.get(EXECUTED) if notebook else None
    try:
        return msgspec.convert(mark, Executed | None)
    except msgspec.ValidationError:  # somebody else's
        return None


def find_source(root: Path, path: Path) -> Path | None:
    """Return the author's notebook of the executed copy `path`, None where it is gone."""
    notebook = _read(path)
    told = notebook.metadata.papermill.get("input_path") if notebook else None
    source = root / told if isinstance(told, str) and told else None
    return source if source and source.is_file() else None


def find_changed(root: Path, result: Path, created: float) -> str:
    """Return the name of a result's notebook if its code has changed since, else "".

    The texts of the code cells are compared. For a jupytext notebook, the time of its last change
    counts: only jupytext can split it into cells.
    """
    executed = result / "notebook.ipynb"
    source = find_source(root, executed)
    if source is None:
        return ""
    if source.suffix != ".ipynb":
        return source.name if source.stat().st_mtime > created else ""
    now, then = _read(source), _read(executed)
    return source.name if now and then and _make_code(now) != _make_code(then) else ""


def _read(path: Path) -> _Notebook | None:
    if path.suffix != ".ipynb":
        return None
    try:
        return _decode(path, path.stat().st_mtime_ns)
    except (OSError, ValueError):  # ValueError: also msgspec's and json's
        return None


@lru_cache(maxsize=32)
def _decode(path: Path, _changed: int) -> _Notebook:
    text = path.read_bytes()
    try:
        return msgspec.json.decode(text, type=_Notebook)
    except msgspec.MsgspecError:  # NaN and lone surrogates, which Jupyter writes and reads
        return msgspec.convert(json.loads(text), _Notebook)


def _make_code(notebook: _Notebook) -> list[str]:
    code = (cell for cell in notebook.cells if cell.cell_type == "code")
    written = (cell for cell in code if _INJECTED not in cell.metadata.get("tags", ()))
    return [one if isinstance(one := cell.source, str) else "".join(one) for cell in written]

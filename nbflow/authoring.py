"""What helps to write a pipeline: new notebooks, tags, copies of executed ones, the example."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nbflow.errors import NotebookError, PipelineError, ProjectError, UnknownNameError
from nbflow.model import Command, Frozen
from nbflow.model.refs import make_ref
from nbflow.names import find_better, find_fault, make_name
from nbflow.notebook.folder import OPENED
from nbflow.notebook.scan import read_folder
from nbflow.notebook.source import read_notebook
from nbflow.project import Project
from nbflow.runs.fold import Run
from nbflow.runs.folder import read_inputs
from nbflow.runs.pins import read_pins
from nbflow.store.flushing import write_file
from nbflow.store.local import open_store
from nbflow.store.results import find_result, has_result

DEMO = Path(__file__).with_name("demo")
_ONLY_CODE = {"inputs", "parameters"}
_PYTHON = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class Tagged(Frozen, frozen=True):
    """A cell and the tags it has now."""

    tags: tuple[str, ...]
    first_line: str
    changed: bool


def make_step(
    project: Project, name: str, cells: Sequence[tuple[str, tuple[str, ...]]] = ()
) -> Path:
    """Write the notebook of a new step under the next free number, and return its path.

    `cells` are code cells, sources with tags; without any it has those to begin with.
    Raises PipelineError for a name that cannot be a step's or is taken.
    """
    _check_free(project, name)
    number = max(_read_numbers(project.folder), default=0) + 1
    path = project.folder / f"{number:02}_{name}.ipynb"
    content = _to_json(_make_notebook(name, cells))
    with _writing(path):
        try:
            file = path.open("xb")
        except FileExistsError as error:
            raise PipelineError(f"{path} exists already; nothing was changed.") from error
        with file:
            file.write(content)
    return path


def tag_cell(path: Path, cell: int, tag: str, *, remove: bool = False) -> Tagged:
    """Add a tag to the cell at this position from 1, or take it away; nothing else changes.

    Raises NotebookError, and UnknownNameError where there is no such cell.
    """
    cells = read_notebook(path)["cells"]
    if path.suffix != ".ipynb":
        raise NotebookError(
            f"{path} is a text notebook: write the tag into its cell's line, "
            f'as `# %% tags=["{tag}"]`.'
        )
    if not 1 <= cell <= len(cells):
        raise UnknownNameError(f"{path.name} has no cell {cell}. It has:\n{_list_cells(cells)}")
    if tag in _ONLY_CODE and not remove and cells[cell - 1]["cell_type"] != "code":
        raise NotebookError(
            f"Cell {cell} of {path.name} is {cells[cell - 1]['cell_type']}, and only code cells "
            f"can be {tag}. There are:\n{_list_cells(cells)}"
        )
    before = list(cells[cell - 1]["metadata"].get("tags", ()))
    after = _change(before, tag, remove=remove)
    if after != before:
        _write_tags(path, cell, after)
    return Tagged(tuple(after), _first_line(cells[cell - 1]), after != before)


def open_executed(project: Project, run: Run, step: str) -> Path:
    """Copy a step's executed notebook of a run to a visible folder, and return the copy's path.

    In it `nbflow.read` gives exactly what that run read. Its name says which run it is of, as a
    tab shows no more of it. Raises UnknownNameError where the run did not execute it.
    """
    executed = find_executed(run, step)
    notebook = json.loads(executed.read_bytes())
    ours = notebook["metadata"].setdefault("nbflow", {})
    before = ours.get("executed") or {}
    inputs = before.get("inputs", {}) | _find_inputs(project, run, step)
    ours["executed"] = before | {"run": run.id, "step": step, "inputs": inputs}
    folder = project.folder / OPENED / run.id
    path = folder / f"{step}-{run.id}.ipynb"
    with _writing(path):
        folder.mkdir(parents=True, exist_ok=True)
        (folder.parent / ".gitignore").write_text("# copies that `nbflow open` makes\n*\n")
        write_file(path, _to_json(notebook))
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


def _is_ours(executed: Path) -> bool:
    """Tell whether this user executed a notebook, and nobody else could have changed it since."""
    if os.name != "posix":
        return False
    found = executed.stat()
    return found.st_uid == os.getuid() and not found.st_mode & stat.S_IWOTH


def _sign(path: Path) -> None:
    """Have Jupyter trust a notebook: what this user executed is shown as it was given out."""
    import nbformat  # noqa: PLC0415 - to open a copy only
    from jupyter_core.paths import jupyter_data_dir  # noqa: PLC0415
    from nbformat.sign import NotebookNotary  # noqa: PLC0415

    with contextlib.suppress(Exception):  # without a signature Jupyter shows less, and can be told
        Path(jupyter_data_dir()).mkdir(mode=0o700, parents=True, exist_ok=True)
        NotebookNotary().sign(nbformat.read(path, as_version=4))


def copy_demo(folder: Path) -> None:
    """Copy the example to a new or empty folder."""
    if folder.is_dir() and any(folder.iterdir()):
        demo = Command("demo", ("first-look",))
        raise ProjectError(f"{folder} is not empty. Name a new folder: ", demo, ".")
    with _writing(folder):
        shutil.copytree(DEMO, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__*"))


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Say in words why a file or folder cannot be written."""
    try:
        yield
    except OSError as error:
        raise ProjectError(
            f"{path} cannot be written: {error.strerror or error}. Let your user write in "
            f"{path.absolute().parent}, or work in a copy of the project."
        ) from error


def _check_free(project: Project, name: str) -> None:
    if make_name(name) != name or (fault := find_fault(name, name)):
        wanted = make_name(name)
        better = wanted if wanted and not find_fault(wanted, name) else find_better(name)
        plain = "lower case letters, digits and _ make a name."
        reason = fault if make_name(name) == name else plain
        raise PipelineError(f"A step cannot be called {name!r}: {reason} Call it {better}.")
    taken = read_folder(project).steps.get(name)
    if taken:
        raise PipelineError(f"{name} is a step already: {taken.path}. Choose another name.")


def _read_numbers(folder: Path) -> list[int]:
    found = (re.match(r"(\d+)[ _.-]", path.name) for path in folder.glob("*.ipynb"))
    return [int(match[1]) for match in found if match]


def _make_notebook(name: str, given: Sequence[tuple[str, tuple[str, ...]]]) -> dict[str, Any]:
    title = name.replace("_", " ").capitalize()
    head = _make_cell("markdown", f"# {title}\n\nWhat this step makes, and of what.")
    cells = [_make_cell("code", source, *tags) for source, tags in given] or _make_first_cells()
    return {"cells": [head, *cells], "metadata": _PYTHON, "nbformat": 4, "nbformat_minor": 5}


def _make_first_cells() -> list[dict[str, Any]]:
    return [
        _make_cell(
            "code", "# month: int = 1  # each parameter with its type and a help text", "parameters"
        ),
        _make_cell("code", 'import nbflow\n\n# table = nbflow.read("step.table")', "inputs"),
        _make_cell("code", '# nbflow.write("table", table)'),
    ]


def _make_cell(kind: str, source: str, *tags: str) -> dict[str, Any]:
    cell = {
        "cell_type": kind,
        "id": secrets.token_hex(4),
        "metadata": {"tags": list(tags)} if tags else {},
        "source": source.splitlines(keepends=True),
    }
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _write_tags(path: Path, cell: int, tags: list[str]) -> None:
    notebook = json.loads(path.read_bytes())
    metadata = notebook["cells"][cell - 1].setdefault("metadata", {})
    if tags:
        metadata["tags"] = tags
    else:
        del metadata["tags"]
    with _writing(path):
        write_file(path, _to_json(notebook))


def _change(tags: list[str], tag: str, *, remove: bool) -> list[str]:
    if remove:
        return [one for one in tags if one != tag]
    return tags if tag in tags else [*tags, tag]


def _to_json(notebook: dict[str, Any]) -> bytes:
    """Return a notebook as Jupyter writes it; half a character stays the escape that it was."""
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    return text.encode("utf-8", errors="backslashreplace")


def _list_cells(cells: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"  {number}  {cell['cell_type']}  {_first_line(cell)}"
        for number, cell in enumerate(cells, 1)
    )


def _first_line(cell: dict[str, Any]) -> str:
    lines = [line for line in cell["source"].splitlines() if line.strip()]
    return lines[0] if lines else "(empty)"


def _find_inputs(project: Project, run: Run, step: str) -> dict[str, str]:
    """Return the results that a step read in a run, by ref.

    Of one that was removed since, its successor of the same content is taken, which the run used.
    """
    result = find_result(project, step, run.steps[step].result)
    if result is None:
        return read_inputs(run.find_attempt(run.steps[step]))
    pins = read_pins(project, run.id)
    return {ref: _find_kept(project, ref, one.result, pins) for ref, one in result.inputs.items()}


def _find_kept(project: Project, ref: str, result: str, pins: Mapping[str, str]) -> str:
    above = make_ref(ref).step
    kept = has_result(open_store(project.home).fetch(above, result))
    return result if kept else pins.get(above, result)

"""A pipeline is a folder of notebooks: which one is meant, and where its results are kept."""

from __future__ import annotations

import functools
import os
from pathlib import Path

from msgspec.structs import replace

from nbflow.errors import ProjectError
from nbflow.model import Frozen
from nbflow.workspace.pathnames import is_text, make_problem
from nbflow.workspace.project import ROOT, Project, find_homes, find_project
from nbflow.workspace.stores import HOME, find_store, make_store


class _Place:
    """A folder in a pipeline's home."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, owner: PipelineFolder, _: type) -> Path:
        project = owner.project
        return _make_place(project.root, owner.folder, project.settings.store, self._name)


class PipelineFolder(Frozen, frozen=True):
    """A folder of notebooks in a project, and the place that keeps its results."""

    project: Project
    folder: Path

    home = _Place("")  # where the pipeline's results, runs and other files are kept
    by_hand = _Place("by-hand")
    runs = _Place("runs")
    cache = _Place("cache")

    @property
    def name(self) -> str:
        """The pipeline: its folder relative to the root, with forward slashes."""
        return self.folder.relative_to(self.project.root).as_posix()


@functools.lru_cache(maxsize=64)
def _make_place(root: Path, folder: Path, store: str, what: str) -> Path:
    """Return a place in a pipeline's home: made once, since each step asks for some."""
    name = folder.relative_to(root).as_posix()
    return find_store(root, store) / (ROOT if name == "." else name) / what


def find_pipeline(folder: Path | str | None = None) -> PipelineFolder:
    """Return the pipeline of a folder of notebooks; None: the pipeline at hand.

    The pipeline at hand is the nearest folder up that was run before, else the only one of the
    project (or of a folder right below) that was, else the current folder. Raises ProjectError.
    """
    if folder is None:
        return find_pipeline_at_hand(Path.cwd())
    start = Path(folder).expanduser().absolute()
    if not is_text(start):
        raise ProjectError(problems=[make_problem(start)])
    if not start.exists():
        raise ProjectError(f"{folder} does not exist. Name a folder that holds notebooks.")
    if not start.is_dir():
        raise ProjectError(f"{folder} is a file. Name the folder that holds the notebooks.")
    start = Path(os.path.realpath(start))
    return PipelineFolder(find_project(start), start)


def find_pipeline_at_hand(start: Path) -> PipelineFolder:
    """Return the pipeline that holds `start`: see `find_pipeline`."""
    pipeline = find_pipeline(start)
    known = [at for at in (start, *start.parents) if at.is_relative_to(pipeline.project.root)]
    for folder in known:
        candidate = replace(pipeline, folder=folder)
        if candidate.runs.is_dir():
            return candidate
    below = read_pipelines(pipeline.project) or _read_below(start)
    return below[0] if len(below) == 1 else pipeline


def read_pipelines(project: Project) -> list[PipelineFolder]:
    """Return the project's pipelines that were run before, sorted by name."""
    store = project.store
    names = [home.relative_to(store).as_posix() for home in find_homes(store)]
    folders = [project.root if name == ROOT else project.root / name for name in names]
    return [PipelineFolder(project, at) for at in folders if at.is_dir()]


def _read_below(folder: Path) -> list[PipelineFolder]:
    """Return the pipelines of projects right below: `nbflow run notebooks` makes such a one.

    None where the folder has notebooks itself: `nbflow demo` among them must not take over.
    """
    if any(folder.glob("*.ipynb")):
        return []
    roots = sorted(at.parent for at in folder.glob(f"*/{HOME}") if at.is_dir())
    return [
        one for root in roots for one in read_pipelines(find_project(Path(os.path.realpath(root))))
    ]


def make_home(pipeline: PipelineFolder) -> None:
    """Create the store, with a .gitignore that hides it and a file that names its owner."""
    make_store(pipeline.project.root, pipeline.project.settings.store)
    pipeline.home.mkdir(parents=True, exist_ok=True)

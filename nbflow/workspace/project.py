"""Where a project lies, and every path under `.nbflow/`."""

from __future__ import annotations

import functools
import os
from pathlib import Path

import msgspec

from nbflow.errors import ProjectError
from nbflow.model import Frozen
from nbflow.workspace.pathnames import is_text, make_problem
from nbflow.workspace.settings import Settings, has_settings, read_settings
from nbflow.workspace.stores import HOME, check_store, find_store, make_store

_ROOT = "_root"  # the pipeline that is the root itself: a renamed project keeps its results
_INSIDE = {"by-hand", "cache", "damaged", "keys", "results", "runs"}  # of a pipeline's home


class _Place:
    """A folder in a pipeline's home."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, owner: Project, _: type) -> Path:
        return _make_place(owner.root, owner.folder, owner.settings.store, self._name)


class Project(Frozen, frozen=True):
    """One pipeline: a folder of notebooks under a root, and the place that keeps its results."""

    root: Path
    folder: Path
    settings: Settings = Settings()
    rivals: tuple[Path, ...] = ()  # other roots further up, which were not taken

    home = _Place("")  # where the pipeline's results, runs and other files are kept
    by_hand = _Place("by-hand")
    runs = _Place("runs")
    cache = _Place("cache")

    @property
    def name(self) -> str:
        """The pipeline: its folder relative to the root, with forward slashes."""
        return self.folder.relative_to(self.root).as_posix()

    @property
    def store(self) -> Path:
        """The folder of all of the project's pipelines: `.nbflow/`, or the setting `store`."""
        return find_store(self.root, self.settings.store)

    def relative(self, path: Path) -> str:
        """Return the path relative to the root, with forward slashes; as it is if outside."""
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return path.as_posix()


@functools.lru_cache(maxsize=64)
def _make_place(root: Path, folder: Path, store: str, what: str) -> Path:
    """Return a place in a pipeline's home: made once, since each step asks for some."""
    name = folder.relative_to(root).as_posix()
    return find_store(root, store) / (_ROOT if name == "." else name) / what


def find_project(folder: Path | str | None = None) -> Project:
    """Return the project of a folder of notebooks; None: the pipeline at hand.

    The root is the nearest folder up with `.nbflow/`, `nbflow.toml` or `[tool.nbflow]` in
    pyproject.toml, else the folder itself; one with nothing but what was written by hand gives way
    to others further up. The pipeline at hand is the nearest folder up that
    was run before, else the only one of the project (or of a folder right below) that was, else
    the current folder.
    """
    if folder is None:
        return find_pipeline(Path.cwd())
    start = Path(folder).expanduser().absolute()
    if not is_text(start):
        raise ProjectError(problems=[make_problem(start)])
    if not start.exists():
        raise ProjectError(f"{folder} does not exist. Name a folder that holds notebooks.")
    if not start.is_dir():
        raise ProjectError(f"{folder} is a file. Name the folder that holds the notebooks.")
    start = Path(os.path.realpath(start))
    roots = [at for at in (start, *start.parents) if is_root(at)]
    root = _choose_root(roots) if roots else start
    settings = read_settings(root)
    check_store(root, start, settings.store)
    rivals = tuple(at for at in roots[roots.index(root) + 1 :]) if roots else ()
    return Project(root=root, folder=start, settings=settings, rivals=rivals)


def _choose_root(roots: list[Path]) -> Path:
    """Return the nearest of these; one where authors only wrote by hand gives way to others."""
    if len(roots) == 1:
        return roots[0]
    return next((at for at in roots if has_settings(at) or _find_homes(at / HOME)), roots[0])


def find_pipeline(start: Path) -> Project:
    """Return the pipeline that holds `start`: see `find_project`."""
    project = find_project(start)
    known = [at for at in (start, *start.parents) if at.is_relative_to(project.root)]
    for folder in known:
        candidate = msgspec.structs.replace(project, folder=folder)
        if candidate.runs.is_dir():
            return candidate
    below = read_pipelines(project) or _read_below(start)
    return below[0] if len(below) == 1 else project


def read_pipelines(project: Project) -> list[Project]:
    """Return the project's pipelines that were run before, sorted by name."""
    names = [home.relative_to(project.store).as_posix() for home in _find_homes(project.store)]
    folders = [project.root if name == _ROOT else project.root / name for name in names]
    return [msgspec.structs.replace(project, folder=at) for at in folders if at.is_dir()]


def _read_below(folder: Path) -> list[Project]:
    """Return the pipelines of projects right below: `nbflow run notebooks` makes such a one.

    None where the folder has notebooks itself: `nbflow demo` among them must not take over.
    """
    if any(folder.glob("*.ipynb")):
        return []
    roots = sorted(at.parent for at in folder.glob(f"*/{HOME}") if at.is_dir())
    return [one for root in roots for one in read_pipelines(find_project(root))]


def _find_homes(folder: Path) -> list[Path]:
    inner = sorted(at for at in folder.glob("*") if at.is_dir() and at.name not in _INSIDE)
    here = [folder] if (folder / "runs").is_dir() else []
    return here + [home for at in inner for home in _find_homes(at)]


def make_home(project: Project) -> None:
    """Create the store, with a .gitignore that hides it and a file that names its owner."""
    make_store(project.root, project.settings.store)
    project.home.mkdir(parents=True, exist_ok=True)


def is_root(folder: Path) -> bool:
    """Tell whether a folder holds `.nbflow/` or settings, and so is a root."""
    return (folder / HOME).is_dir() or has_settings(folder)

"""Which project a folder belongs to: the root that has the settings and the results."""

from __future__ import annotations

import glob
from pathlib import Path

from nbflow.model import Frozen
from nbflow.workspace.settings import Settings, has_settings, read_settings
from nbflow.workspace.stores import HOME, check_store, find_store

ROOT = "_root"  # the pipeline that is the root itself: a renamed project keeps its results
_INSIDE = {"by-hand", "cache", "damaged", "keys", "results", "runs"}  # of a pipeline's home


class Project(Frozen, frozen=True):
    """A root folder with its settings. It holds pipelines, and a store for what they make."""

    root: Path
    settings: Settings = Settings()
    rivals: tuple[Path, ...] = ()  # other roots further up, which were not taken

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


def find_project(start: Path) -> Project:
    """Return the project of a folder that exists and whose links are followed.

    The root is the nearest folder up with `.nbflow/`, `nbflow.toml` or `[tool.nbflow]` in
    pyproject.toml, else the folder itself. One with nothing but what was written by hand gives way
    to others further up.
    """
    roots = [at for at in (start, *start.parents) if is_root(at)]
    root = _choose_root(roots) if roots else start
    settings = read_settings(root)
    check_store(root, start, settings.store)
    rivals = tuple(roots[roots.index(root) + 1 :]) if roots else ()
    return Project(root=root, settings=settings, rivals=rivals)


def is_root(folder: Path) -> bool:
    """Tell whether a folder holds `.nbflow/` or settings, and so is a root."""
    return (folder / HOME).is_dir() or has_settings(folder)


def _choose_root(roots: list[Path]) -> Path:
    """Return the nearest of these; one where authors only wrote by hand gives way to others."""
    if len(roots) == 1:
        return roots[0]
    return next((at for at in roots if has_settings(at) or find_homes(at / HOME)), roots[0])


def find_homes(folder: Path) -> list[Path]:
    """Return the folders below a store in which pipelines keep their runs.

    A folder may vanish meanwhile, which Path.glob does not bear.
    """
    names = glob.glob("*", root_dir=folder, include_hidden=True)  # noqa: PTH207 - see above
    inner = sorted(folder / name for name in names if name not in _INSIDE)
    inner = [at for at in inner if at.is_dir()]
    here = [folder] if (folder / "runs").is_dir() else []
    return here + [home for at in inner for home in find_homes(at)]

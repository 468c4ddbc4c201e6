"""Lists the files of a folder that may be steps, and why others are skipped."""

from __future__ import annotations

import functools
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec.structs import replace

from nbflow.analysis.discover.ipynb import read_bytes
from nbflow.analysis.discover.jupytext import SUFFIXES, is_text_notebook
from nbflow.errors import NotebookError
from nbflow.model import Frozen, Place, Problem, Skipped, SkippedCode
from nbflow.workspace.pathnames import is_text, make_problem, show
from nbflow.workspace.stores import is_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pathspec import GitIgnoreSpec

    from nbflow.base.stat_cache import FileCache, Trail
    from nbflow.workspace.pipeline_folder import PipelineFolder

OPENED = "nbflow-open"  # folders of copies that `nbflow open` makes
REPORTS = "nbflow-reports"  # the folder of reports that the setting `report` makes
REPORT_MARK = "nbflow-report.json"  # in a folder that is a report
_NOTEBOOK = ".ipynb"
_COPY = re.compile(r"-Copy\d+$")


class Listing(Frozen, frozen=True):
    """The files that may be steps, sorted, what was left out, and names that are no text."""

    paths: tuple[Path, ...]
    skipped: tuple[Skipped, ...]
    problems: tuple[Problem, ...] = ()


class _Entry(NamedTuple):
    path: Path
    folder: bool
    link: bool


def read_listing(pipeline: PipelineFolder, texts: FileCache[bool]) -> Listing:
    """List what may be a step in the pipeline's folder and those below.

    `texts` remembers which texts are notebooks.
    """
    paths: list[Path] = []
    skipped: list[Skipped] = []
    problems: list[Problem] = []
    for path in _walk(pipeline, skipped):
        if path.suffix != _NOTEBOOK and not texts.get(str(path), _reader(path)):
            continue
        if (why := _find_reason(pipeline, path)) is not None:
            skipped.append(why)
        elif is_text(path):
            paths.append(path)
        else:
            relative = pipeline.project.relative(path)
            problems.append(make_problem(relative, Place(show(relative))))
    told = (replace(item, path=show(item.path)) for item in skipped)
    ordered = tuple(sorted(told, key=lambda item: item.path))
    return Listing(tuple(sorted(paths)), ordered, tuple(problems))


def _walk(pipeline: PipelineFolder, skipped: list[Skipped]) -> Iterator[Path]:
    """Yield the files; links to folders are followed behind the real ones, each folder once."""
    todo, links = [pipeline.folder], list[Path]()
    seen: set[str] = set()
    while todo or links:
        folder = todo.pop() if todo else links.pop(0)
        real = os.path.realpath(folder)
        if real in seen:
            continue
        seen.add(real)
        entries = _read_entries(folder)
        if entries is None:
            skipped.append(Skipped(pipeline.project.relative(folder), "unreadable-folder"))
        for entry in entries or ():
            if not entry.folder:
                yield entry.path
            elif (why := _find_folder_reason(pipeline, entry.path)) is None:
                (links if entry.link else todo).append(entry.path)
            elif why:
                skipped.append(why)


def _read_entries(folder: Path) -> list[_Entry] | None:
    """Return the folders and what may be notebooks, sorted; None where that cannot be read."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(filter(_matters, entries), key=lambda entry: entry.name)
            return [_make_entry(entry) for entry in found]
    except OSError:
        return None


def _matters(entry: os.DirEntry[str]) -> bool:
    suffix = os.path.splitext(entry.name)[1]  # noqa: PTH122 - of each file, data too
    return suffix == _NOTEBOOK or suffix.lower() in SUFFIXES or _is_folder(entry)


def _make_entry(entry: os.DirEntry[str]) -> _Entry:
    return _Entry(Path(entry.path), _is_folder(entry), entry.is_symlink())


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _find_folder_reason(pipeline: PipelineFolder, path: Path) -> Skipped | Literal[False] | None:
    """Return why a folder is skipped; False to skip it without a word, None to look into it."""
    if path == pipeline.project.store or path.name == "__pycache__":
        return False
    if path.name.startswith("."):
        code = _describe_hidden(path)
        return Skipped(pipeline.project.relative(path), code) if code else False
    if (code := _find_foreign(path)) is not None:
        return Skipped(pipeline.project.relative(path), code)
    return _find_exclude(pipeline, path, "/")


def _find_foreign(path: Path) -> SkippedCode | None:
    """Return what a folder is that holds no sources."""
    if path.name.startswith(OPENED):
        return "opened-copies"
    if path.name == REPORTS or os.path.exists(path / REPORT_MARK):  # noqa: PTH110 - as below
        return "report"
    if is_store(path):
        return "results"
    if os.path.exists(path / "nbflow.toml"):  # noqa: PTH110 - False where that cannot be read
        return "own-project"
    return "environment" if path.name == "node_modules" or _is_environment(path) else None


def _describe_hidden(path: Path) -> SkippedCode | None:
    if not any(entry.path.suffix == _NOTEBOOK for entry in _read_entries(path) or ()):
        return None
    return "checkpoints" if path.name == ".ipynb_checkpoints" else "hidden"


def _is_environment(path: Path) -> bool:
    # Of os.path: False where that cannot be read.
    return os.path.exists(path / "pyvenv.cfg") or os.path.isdir(path / "conda-meta")  # noqa: PTH110, PTH112


def _reader(path: Path) -> Callable[[Trail], bool]:
    return lambda _: _holds_step(path)


def _holds_step(path: Path) -> bool:
    try:
        return is_text_notebook(path, read_bytes(path).decode("utf-8"))
    except NotebookError:
        return False  # a text that is no notebook for all we know


def _find_reason(pipeline: PipelineFolder, path: Path) -> Skipped | None:
    if path.name.startswith("."):
        return Skipped(pipeline.project.relative(path), "hidden")
    if _COPY.search(path.stem):
        return Skipped(pipeline.project.relative(path), "jupyter-copy")
    return _find_exclude(pipeline, path)


def _find_exclude(pipeline: PipelineFolder, path: Path, end: str = "") -> Skipped | None:
    """Return the pattern that leaves out this path; `end` is the slash of a folder.

    The rules are those of gitignore: the last pattern that matches decides. A path counts from
    the project's root and from the pipeline's folder.
    """
    patterns = pipeline.project.settings.exclude
    if not patterns:
        return None
    spec = _read_patterns(patterns)
    names = (pipeline.project.relative(path), path.relative_to(pipeline.folder).as_posix())
    results = (spec.check_file(name + end) for name in names)
    found = {one.index: one.include for one in results if one.index is not None}
    last = max(found, default=None)
    if last is None or not found[last]:
        return None
    facts = {"glob": patterns[last], "file": pipeline.project.settings.file}
    return Skipped(pipeline.project.relative(path), "excluded", facts)


@functools.cache
def _read_patterns(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - few projects exclude something

    return GitIgnoreSpec.from_lines(one.removeprefix("./") for one in patterns)

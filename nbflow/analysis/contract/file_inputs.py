"""The files, folders and globs that a notebook declares by `nbflow.file`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from nbflow.analysis.parameters import make_objects
from nbflow.base import globs
from nbflow.base.hashing import hash_bytes, hash_file
from nbflow.base.nearest import find_nearest
from nbflow.errors import PipelineError
from nbflow.model import FileInput, Frozen, Parameter, Problem, ProblemCode
from nbflow.workspace.pathnames import is_text, make_problem


class Pattern(Frozen, frozen=True):
    """A declared pattern with the parameters' values in it; `folder` is its notebook's."""

    text: str
    folder: Path
    watched: FileInput
    shape: globs.Shape


class Overlay(Frozen, frozen=True):
    """How files will be when a step starts: put back from a result, or taken away, by real path."""

    hashes: dict[str, str] = {}
    gone: frozenset[str] = frozenset()


_AS_IT_IS = Overlay()


class Found(Frozen, frozen=True):
    """What patterns name: by key the content hashes and the paths.

    `missing` are problems that a step above may solve, the `wrong` ones stay.
    """

    hashes: dict[str, str] = {}
    paths: dict[str, str] = {}
    missing: tuple[Problem, ...] = ()
    wrong: tuple[Problem, ...] = ()


def make_patterns(
    watched: Sequence[FileInput],
    values: Mapping[str, Any],
    folder: Path,
    parameters: Iterable[Parameter] = (),
) -> tuple[list[Pattern], list[Problem]]:
    """Return the patterns with the parameters' values in them, and what is wrong with others.

    `values` are the parameters' JSON forms. They are formatted into the patterns as the cell would
    do it with its Python objects (`{day:%Y-%m}`). Patterns start at `folder`, the notebook's.
    """
    objects = _make_values(values, parameters) if watched else {}
    patterns: list[Pattern] = []
    problems: list[Problem] = []
    for one in watched:
        try:
            patterns.append(make_pattern(_format(one, objects), folder, one))
        except PipelineError as error:
            problems += error.problems
    return patterns, problems


def make_pattern(text: str, folder: Path, watched: FileInput) -> Pattern:
    return Pattern(text, folder, watched, globs.make_shape(text, folder))


def find_files(
    patterns: Iterable[Pattern],
    root: Path,
    *,
    overlay: Overlay = _AS_IT_IS,
    read_hash: Callable[[Path], str] = hash_file,
) -> Found:
    """Find and hash what patterns name, as it will be by `overlay`."""
    hashes: dict[str, str] = {}
    paths: dict[str, str] = {}
    missing: list[Problem] = []
    wrong: list[Problem] = []
    for one in patterns:
        found = _find(one, overlay)
        if found is None:
            missing.append(_make_missing(one))
        try:
            for path, digest in (found or {}).items():
                if not is_text(path):
                    wrong.append(make_problem(path, one.watched.place))
                    continue
                key = make_key(path, one, root)
                hashes[key] = digest or _read_hash(path, read_hash)
                paths[key] = path
        except OSError as error:
            facts = {"file": one.text, "error": str(error)}
            wrong.append(Problem("unreadable-file", one.watched.place, facts))
    return Found(dict(sorted(hashes.items())), paths, tuple(missing), tuple(wrong))


def refuse(problems: Sequence[Problem]) -> None:
    """Raise PipelineError with these problems, if there are any."""
    if problems:
        raise PipelineError(problems=problems)


def make_key(path: str, pattern: Pattern, root: Path) -> str:
    """Return what names a file in a result: its path relative to the root.

    Outside the root it is relative to the notebook's folder, and begins with `..`, so that a tree
    that is moved keeps its keys; but a file that is declared by an absolute path keeps that path.
    """
    inside = _make_relative(path, root)
    if inside is not None:
        return inside
    if os.path.isabs(os.path.expanduser(pattern.text)):  # noqa: PTH111, PTH117
        return Path(path).as_posix()
    return Path(os.path.relpath(_collapse(path), pattern.folder)).as_posix()


def find_path(key: str, folder: Path, root: Path) -> Path:
    """Return the path of a key; `folder` is that of the notebook that has it."""
    return (folder if key.startswith("../") else root) / key


def name_path(real: str, folder: Path, root: Path) -> str:
    """Return the key of a real path: see `make_key`; outside the root's parent it is absolute."""
    inside = _make_relative(real, root)
    if inside is not None:
        return inside
    if not globs.is_within(real, str(root.parent)) or root.parent == Path(root.anchor):
        return Path(real).as_posix()
    return Path(os.path.relpath(real, os.path.realpath(folder))).as_posix()


def _make_relative(path: str, root: Path) -> str | None:
    collapsed = _collapse(path)
    if not collapsed.startswith(os.path.join(root, "")):  # noqa: PTH118
        return None
    return Path(collapsed).relative_to(root).as_posix()


def _collapse(path: str) -> str:
    """Take `..` out of a path, unless a link before it makes that another file."""
    normal = os.path.normpath(path)
    if ".." in Path(path).parts and os.path.realpath(normal) != os.path.realpath(path):
        return path
    return normal


def _find(pattern: Pattern, overlay: Overlay) -> dict[str, str] | None:
    """Return the files of a pattern, with the hashes that are known already."""
    found = globs.find_files(pattern.text, pattern.folder)
    if not overlay.hashes and not overlay.gone:
        return None if found is None else dict.fromkeys(map(str, found), "")
    files = {}
    for path in map(str, found or ()):
        real = os.path.realpath(path)
        if real not in overlay.gone:
            files[path] = overlay.hashes.get(real, "")
    for real, digest in overlay.hashes.items():
        place = globs.find_place(pattern.text, pattern.folder, real)
        if place is not None and digest not in (files.get(place), files.get(real)):
            files[place] = digest
    return None if found is None and not files else files


def _read_hash(path: str, read_hash: Callable[[Path], str]) -> str:
    if not os.path.isdir(path):  # noqa: PTH112
        return read_hash(Path(path))
    leads = os.path.relpath(os.path.realpath(path), os.path.realpath(os.path.dirname(path)))  # noqa: PTH120
    return hash_bytes(f"a link to {leads}")


def _make_missing(pattern: Pattern) -> Problem:
    text, folder = pattern.text, pattern.folder
    glob = globs.is_glob(text)
    nearest = "" if glob else _find_nearest(globs.locate(text, folder))
    facts = {"pattern": text, "folder": str(folder), "glob": glob, "nearest": nearest}
    return Problem("missing-file", pattern.watched.place, facts)


def _make_values(values: Mapping[str, Any], parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Return the Python objects; what has no literal default, {"source": …}, is left out."""
    known = {one.name: one for one in parameters}
    none = (one for one in known.values() if one.value is None and one.asked is None)
    unknown = {one.name for one in none if one.default != "None"}
    asked = {one.name: one.asked for one in known.values() if _is_asked(values.get(one.name))}
    forms = {name: form for name, form in values.items() if not _is_open(form)} | asked
    forms = {name: form for name, form in forms.items() if form is not None or name not in unknown}
    typed = {name: form for name, form in forms.items() if name in known}
    return forms | make_objects(known.values(), typed)


def _is_asked(form: Any) -> bool:
    return isinstance(form, dict) and form.keys() == {"source", "hash"}


def _is_open(form: Any) -> bool:
    return isinstance(form, dict) and form.keys() == {"source"}


def _format(one: FileInput, objects: Mapping[str, Any]) -> str:
    try:
        text = os.path.join(*(part.format_map(objects) for part in one.parts or (one.pattern,)))  # noqa: PTH118
    except KeyError as error:
        raise _refuse("unknown-value", one, parameter=error.args[0]) from error
    except (ValueError, IndexError, AttributeError, TypeError) as error:
        raise _refuse("bad-pattern", one, error=str(error)) from error
    if globs.is_url(text):
        raise _refuse("file-url", one, call=f"nbflow.file({text!r})")
    return text


def _find_nearest(at: Path) -> str:
    """Return the nearest file in the nearest folder that exists; "" where there is none."""
    folder = next((one for one in at.parents if one.is_dir()), at.parent)
    missing = at.relative_to(folder).parts[0]
    names = [one.name for one in folder.iterdir() if not one.name.startswith(".")]
    return find_nearest(missing, names)


def _refuse(code: ProblemCode, one: FileInput, **facts: str) -> PipelineError:
    problem = Problem(code, one.place, {"pattern": one.pattern, **facts})
    return PipelineError(problems=[problem])

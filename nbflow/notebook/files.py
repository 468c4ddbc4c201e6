"""The files, folders and globs that a notebook declares by `nbflow.file`."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from nbflow.errors import PipelineError
from nbflow.model import Parameter, Problem, Watched
from nbflow.notebook.parameters import make_objects
from nbflow.store.hashing import hash_file

_LEFT_OUT = {"__pycache__"}  # as are hidden files and folders, .ipynb_checkpoints among them
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_GLOB = re.compile(r"[*?\[]")


def read_files(
    watched: Sequence[Watched],
    values: Mapping[str, Any],
    folder: Path,
    root: Path,
    parameters: Iterable[Parameter] = (),
    *,
    read_hash: Callable[[Path], str] = hash_file,
) -> dict[str, str]:
    """Return the hash of each declared file, by its path relative to `root`.

    `values` are the parameters' JSON forms, and formatted into the patterns as Python objects
    would be (`{day:%Y-%m}`) if their `parameters` are given. Patterns are relative to `folder`,
    the notebook's. `read_hash` may remember files. Raises PipelineError with one problem for
    each that names nothing.
    """
    objects = _make_values(values, parameters) if watched else {}
    hashes: dict[str, str] = {}
    problems: list[Problem] = []
    for one in watched:
        try:
            for file in find_files(one, objects, folder):
                hashes[_make_key(file, root)] = read_hash(file)
        except PipelineError as error:
            problems += error.problems
        except OSError as error:
            problems.append(Problem(f"{one.pattern!r} cannot be read: {error}", one.place))
    if problems:
        text = "\n".join(f"{_name(one)}: {one.what}. {one.hint}".rstrip() for one in problems)
        raise PipelineError(text, tuple(problems))
    return dict(sorted(hashes.items()))


def find_missing(
    watched: Sequence[Watched],
    values: Mapping[str, Any],
    folder: Path,
    parameters: Iterable[Parameter],
) -> Iterator[Problem]:
    """Find the patterns that name nothing here; those whose values are not known are left out."""
    objects = _make_values(values, parameters) if watched else {}
    for one in watched:
        try:
            find_files(one, objects, folder)
        except PipelineError as error:
            if not isinstance(error.__cause__, KeyError):
                yield from (replace(problem, severity="warning") for problem in error.problems)
        except OSError as error:
            what = f"nbflow.file({one.pattern!r}) cannot be read: {error.strerror}"
            yield Problem(what, one.place, "Let your user read it.", "warning")


def find_files(one: Watched, objects: Mapping[str, Any], folder: Path) -> list[Path]:
    """Return the files that a pattern names, sorted; raises PipelineError if there are none."""
    pattern = _format(one, objects)
    if _URL.match(pattern):
        hint = 'Leave it out, and say how long a result holds by the option cache, as cache = "6h".'
        raise _refuse(one, f"nbflow.file({pattern!r}) is a URL, which cannot be watched", hint)
    at = folder / Path(pattern).expanduser()
    if at.is_file():
        return [at]
    if at.is_dir():
        return sorted(_walk(at))
    if _GLOB.search(pattern):
        return _glob(one, pattern, folder)
    raise _refuse(one, f"nbflow.file({pattern!r}) does not exist in {folder}", _find_nearest(at))


def _make_values(values: Mapping[str, Any], parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Return the Python objects; what has no literal default, {"source": …}, is left out."""
    known = {one.name: one for one in parameters}
    unknown = {one.name for one in known.values() if one.value is None and one.default != "None"}
    forms = {name: form for name, form in values.items() if not _is_open(form)}
    forms = {name: form for name, form in forms.items() if form is not None or name not in unknown}
    typed = {name: form for name, form in forms.items() if name in known}
    return forms | make_objects(known.values(), typed)


def _is_open(form: Any) -> bool:
    return isinstance(form, dict) and form.keys() == {"source"}


def _format(one: Watched, objects: Mapping[str, Any]) -> str:
    try:
        return one.pattern.format_map(objects)
    except KeyError as error:
        name = error.args[0]
        what = f"nbflow.file({one.pattern!r}) needs the parameter {name}, whose value is not known"
        hint = f"Give it with -p {name} VALUE, or set a literal default."
        raise _refuse(one, what, hint) from error
    except (ValueError, IndexError, AttributeError, TypeError) as error:
        what = f"nbflow.file({one.pattern!r}) cannot be formatted: {error}"
        raise _refuse(
            one, what, "Braces that are no parameter are written twice: {{ }}."
        ) from error


def _walk(folder: Path) -> Iterator[Path]:
    for at, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_left_out(name))
        yield from (Path(at, name) for name in files if not _is_left_out(name))


def _is_left_out(name: str) -> bool:
    return name.startswith(".") or name in _LEFT_OUT


def _glob(one: Watched, pattern: str, folder: Path) -> list[Path]:
    at = Path(pattern).expanduser()
    start = Path(at.anchor) if at.is_absolute() else folder
    matches = start.glob(str(at.relative_to(at.anchor)) if at.is_absolute() else pattern)
    kept = [
        match for match in matches if not any(map(_is_left_out, match.relative_to(start).parts))
    ]
    files = {file for match in kept for file in ([match] if match.is_file() else _walk(match))}
    if not files:
        raise _refuse(one, f"nbflow.file({pattern!r}) matches no file in {folder}", "")
    return sorted(files)


def _find_nearest(at: Path) -> str:
    """Return a hint with the nearest file in the nearest folder that exists."""
    folder = next((one for one in at.parents if one.is_dir()), at.parent)
    missing = at.relative_to(folder).parts[0]
    names = [one.name for one in folder.iterdir() if not _is_left_out(one.name)]
    near = difflib.get_close_matches(missing, names, 1)
    return f"Did you mean {near[0]}?" if near else "Paths are relative to the notebook's folder."


def _refuse(one: Watched, what: str, hint: str) -> PipelineError:
    return PipelineError(what, (Problem(what, one.place, hint),))


def _name(problem: Problem) -> str:
    place = problem.place
    return f"{place.notebook}, cell {place.cell}" if place else ""


def _make_key(file: Path, root: Path) -> str:
    path = Path(os.path.normpath(file))
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()

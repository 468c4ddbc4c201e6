"""A step's options, from the notebook's metadata and the project's settings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from nbflow.analysis.contract.project_parameters import find_wrong_parameters
from nbflow.base import globs
from nbflow.base.nearest import find_nearest
from nbflow.base.text import parse_size
from nbflow.model import Edit, Options, Place, Problem
from nbflow.notebook_api.executed_notebooks import EXECUTED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from nbflow.model import Step
    from nbflow.workspace.settings import Settings

_TYPES = {field.name: field.type for field in msgspec.structs.fields(Options)}
_AGE = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def make_options(
    step: str, metadata: Any, settings: Settings, notebook: str
) -> tuple[Options, list[Problem]]:
    """Return the options of one step; the notebook's and `[steps.NAME]` go before `[defaults]`."""
    place = Place(notebook)
    where = f"{notebook}, metadata.nbflow"
    own, problems = _check(metadata, where, place)
    given, more = _check(settings.steps.get(step, {}), f"{settings.file}, [steps.{step}]", None)
    problems += more
    for name in sorted(own.keys() & given.keys()):
        facts = {"option": name, "step": step, "file": settings.file}
        problems.append(Problem("option-twice", place, facts))
    defaults, _ = _check(settings.defaults, "", None)
    return Options(**(defaults | given | own)), problems


def find_problems(
    settings: Settings, steps: Mapping[str, Step], broken: Collection[str] = ()
) -> Iterator[Problem]:
    """Find what is wrong in `[defaults]`, and settings for what does not exist.

    Which parameters notebooks that could not be read, the `broken`, declare is not known.
    """
    yield from _check(settings.defaults, f"{settings.file}, [defaults]", None)[1]
    yield from find_wrong_parameters(settings, steps, broken)
    for name in settings.steps:
        if name not in steps:
            near = find_nearest(name, steps)
            edit = Edit(f"[steps.{near}]") if near else None
            facts = {"file": settings.file, "step": name}
            yield Problem("unknown-step-setting", None, facts, edit, "warning")


def _check(table: Any, where: str, place: Place | None) -> tuple[dict[str, Any], list[Problem]]:
    """Return the options that are right, and what is wrong with the others."""
    if not isinstance(table, dict):
        return {}, [Problem("not-options", place, {"where": where, "given": repr(table)})]
    good: dict[str, Any] = {}
    problems = []
    for name, value in table.items():
        if name == EXECUTED:  # an executed notebook that was saved as a source
            continue
        if name not in _TYPES:
            problems.append(_make_unknown(name, where, place))
            continue
        try:
            good[name] = _convert(name, value)
        except ValueError:  # msgspec's too
            facts = {"where": where, "option": name, "given": repr(value)}
            problems.append(Problem("bad-option", place, facts))
    return good, problems


def _convert(name: str, value: Any) -> Any:
    if name == "cache":
        return value if isinstance(value, bool) else _read_age(value)
    if name == "max_output" and isinstance(value, str):
        value = parse_size(value)
    made = msgspec.convert(value, _TYPES[name])
    right: dict[str, Callable[[], Any]] = {
        "after": lambda: all(step.isidentifier() for step in made),
        "cell_timeout": lambda: made is None or made > 0,
        "makes": lambda: all(path.strip() and not globs.is_url(path) for path in made),
        "max_output": lambda: made is None or made > 0,
        "timeout": lambda: made is None or made > 0,
        "writes": lambda: all(written.isidentifier() for written in made),
    }
    if name in right and not right[name]():
        raise ValueError(name)
    return made


def _read_age(age: Any) -> float:
    """Return the seconds that an age says, as "6h"; ValueError where it says none."""
    if not isinstance(age, str) or (found := _AGE.fullmatch(age.strip())) is None:
        raise ValueError(age)
    return float(found[1]) * _SECONDS[found[2]]


def _make_unknown(name: str, where: str, place: Place | None) -> Problem:
    near = find_nearest(name, _TYPES)
    facts = {"where": where, "option": name, "known": sorted(_TYPES)}
    return Problem("unknown-option", place, facts, Edit(near, place) if near else None)

"""A project's settings: `nbflow.toml`, or `[tool.nbflow]` of pyproject.toml."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from nbflow.base.names import make_name
from nbflow.base.nearest import say_nearest
from nbflow.base.text import parse_size
from nbflow.errors import ProjectError
from nbflow.model import Frozen

OWN, SHARED = "nbflow.toml", "pyproject.toml"


class Cache(Frozen, frozen=True, forbid_unknown_fields=True):
    """`[cache]`: how many bytes of files that can be made again are kept; `arrow = "10 GB"`."""

    arrow: str = "10 GB"

    @property
    def limit(self) -> int:
        """The bytes that Arrow files may take; raises ProjectError."""
        try:
            return parse_size(self.arrow)
        except ValueError as error:
            raise ProjectError(
                f'[cache] arrow = "{self.arrow}" is no size. Write a number and kB, MB, GB or TB, '
                'as in "10 GB"; "0 B" keeps no Arrow files.'
            ) from error


class Settings(Frozen, frozen=True):
    """What the settings say; `file` is where they stand."""

    file: str = ""
    cache: Cache = Cache()
    defaults: dict[str, Any] = {}
    exclude: tuple[str, ...] = ()
    executor: str = "local"
    keep: int = 5  # results of each step, at least 1
    parameters: dict[str, Any] = {}
    report: bool | str = False  # whether each run writes one, or where: see `app/run.py`
    steps: dict[str, dict[str, Any]] = {}
    store: str = ""
    warm: float = 10.0  # minutes that fork servers stay ready for the next run; 0: not at all


_TYPES = {field.name: field.type for field in msgspec.structs.fields(Settings)}
_KNOWN = _TYPES.keys() - {"file"}
_EXAMPLES = {
    "cache": 'a table, as in [cache] and below it arrow = "10 GB"',
    "defaults": "a table of options, as in [defaults] and below it timeout = 60",
    "exclude": 'a list of patterns, as in exclude = ["drafts/**"]',
    "executor": 'a name, as in executor = "local"',
    "keep": "a whole number from 1, as in keep = 5",
    "parameters": "a table of values, as in [parameters] and below it month = 3",
    "report": 'true, or a file or a folder, as in report = "reports/"',
    "steps": "a table of options for each step, as in [steps.load] and below it timeout = 60",
    "store": 'a folder, as in store = "~/results"',
    "warm": "minutes from 0, as in warm = 10",
}


def read_settings(root: Path) -> Settings:
    """Return the settings of the project at `root`; raises ProjectError if they are wrong."""
    own, shared = root / OWN, root / SHARED
    if own.exists():
        return _make_settings(_read_toml(own), own)
    if shared.exists():
        return _make_settings(_find_table(shared), shared)
    return Settings()


def has_settings(folder: Path) -> bool:
    """Say whether settings of a project lie in this folder."""
    if (folder / OWN).exists():
        return True
    shared = folder / SHARED
    return shared.exists() and "nbflow" in _read_toml(shared).get("tool", {})


def _find_table(shared: Path) -> dict[str, Any]:
    table = _read_toml(shared).get("tool", {}).get("nbflow", {})
    if not isinstance(table, dict):
        raise ProjectError(f"{shared}: tool.nbflow is {table!r}. Write a table, [tool.nbflow].")
    return table


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProjectError(f"{path} is not valid TOML: {error}.") from error


def _make_settings(table: dict[str, Any], path: Path) -> Settings:
    for name, value in table.items():
        _check(name, value, path.name)
    settings = msgspec.convert({**table, "file": path.name}, Settings)
    _ = settings.cache.limit  # raises if it is not a size
    for step in settings.steps:
        _check_step(step, path.name)
    return settings


def _check(name: str, value: Any, file: str) -> None:
    """Refuse a setting that is unknown, of another type, or out of range."""
    if name not in _KNOWN:
        raise ProjectError(f"{file}: unknown setting {name!r}. {say_nearest(name, _KNOWN)}")
    try:
        fits = _is_in_range(name, msgspec.convert(value, _TYPES[name]))
    except msgspec.ValidationError:
        fits = False
    if not fits:
        raise ProjectError(f"{file}: the setting `{name}` is {value!r}. Write {_EXAMPLES[name]}.")


def _is_in_range(name: str, value: Any) -> bool:
    if name == "keep":
        return bool(value >= 1)  # 0 would remove the results of the run that just ended
    if name == "warm":
        return bool(0 <= value < math.inf)
    return bool(name not in {"store", "report"} or value in {True, False} or "\0" not in value)


def _check_step(step: str, file: str) -> None:
    """Refuse a name that no step can have, and name the step that may be meant."""
    if step.isidentifier():
        return
    near = make_name(Path(step).stem)
    meant = f"Did you mean [steps.{near}]?" if near.isidentifier() else "Remove it."
    raise ProjectError(
        f"{file}: [steps.{step!r}] names no step: a step has the name of its notebook's file, "
        f"without leading digits, as in [steps.load]. {meant}"
    )

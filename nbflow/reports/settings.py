"""Compares the parameters of a run with the defaults that its notebooks have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from nbflow.analysis.code.cells import make_code_cells
from nbflow.analysis.parameters import find_parameters
from nbflow.model import Frozen, Parameter
from nbflow.reports.facts import ReportCell, Setting

TAG = "parameters"


class Declared(Frozen, frozen=True):
    """A parameter of one step: its value in the run, and how its notebook declares it."""

    step: str
    name: str
    value: Any
    default: Any = None
    differs: bool = False


def find_parameters_of(
    cells: Iterable[ReportCell], folder: Path, language: str = "python"
) -> list[Parameter]:
    """Return the parameters that cells declare; `folder` is that of their notebook."""
    tagged = [one for one in cells if TAG in one.tags and one.kind == "code"]
    if language != "python" or not tagged:
        return []
    forms = [
        {"cell_type": "code", "source": one.source, "metadata": {"tags": [TAG]}} for one in tagged
    ]
    code = make_code_cells({"cells": forms}, language)
    sources = [(one.number, one.plain) for one in code if one.tree is not None]
    return find_parameters(sources, "", folder)[0]


def find_declared(
    step: str, parameters: Iterable[Parameter], values: Mapping[str, Any]
) -> tuple[Declared, ...]:
    """Return the parameters of a step that have these values, in JSON forms.

    Where a default is not literal, a value differs that the run was given.
    """
    declared = {one.name: one for one in parameters}
    return tuple(
        _compare(step, name, value, declared.get(name)) for name, value in sorted(values.items())
    )


def make_settings(declared: Iterable[Declared]) -> tuple[Setting, ...]:
    """Return each parameter once; one that has several values or defaults is named by step."""
    by_name: dict[str, list[Declared]] = {}
    for one in declared:
        by_name.setdefault(one.name, []).append(one)
    return tuple(setting for name in sorted(by_name) for setting in _merge(name, by_name[name]))


def _compare(step: str, name: str, value: Any, declared: Parameter | None) -> Declared:
    if isinstance(value, dict) and "source" in value and not _is_literal(declared):
        source = value["source"]  # only running tells its value, or it may be a secret
        return Declared(step, name, source, source)
    if declared is None or not declared.literal:
        default = declared.default if declared else None
        return Declared(step, name, value, default, declared is not None)
    return Declared(step, name, value, declared.value, value != declared.value)


def _is_literal(declared: Parameter | None) -> bool:
    return declared is not None and declared.literal and declared.asked is None


def _merge(name: str, declared: list[Declared]) -> list[Setting]:
    groups: dict[bytes, list[Declared]] = {}
    for one in declared:
        groups.setdefault(msgspec.json.encode((one.value, one.default)), []).append(one)
    if len(groups) == 1:
        return [_make_setting(name, declared)]
    named = [
        (f"{group[0].step}.{name}" if len(group) == 1 else name, group) for group in groups.values()
    ]
    return [_make_setting(called, group) for called, group in named]


def _make_setting(name: str, declared: list[Declared]) -> Setting:
    first = declared[0]
    steps = tuple(one.step for one in declared)
    return Setting(name, first.value, first.default, first.differs, steps)

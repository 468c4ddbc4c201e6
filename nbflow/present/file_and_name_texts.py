"""Why a file is no notebook, and why a step or a run cannot be called so."""

from __future__ import annotations

from nbflow.present.sentence_templates import Facts, fill

_FAULTS = {
    "empty": 'no name is left of "{stem}" without its leading digits.',
    "no-identifier": '"{name}" is not an identifier.',
    "sql": '"{name}" is a reserved word of SQL, so {name}.table is no query.',
    "duckdb": '"{name}" is a schema or catalog of DuckDB itself.',
    "device": '"{name}" is the name of a device on Windows.',
    "spelling": "lower case letters, digits and _ make a name.",
}


def say_name_fault(facts: Facts) -> str:
    """Return why a step cannot have a name: see `base.names.find_fault`."""
    return fill(_FAULTS[facts["why"]], facts)


def say_bad_name(facts: Facts) -> str:
    return fill("{file} cannot be a step: ", facts) + say_name_fault(facts)


def say_unusable_name(facts: Facts) -> str:
    return fill("A step cannot be called {name!r}: ", facts) + say_name_fault(facts)


_RUN_FAULTS = {
    "newest": "it stands for the newest run.",
    "id": "this is how ids of runs look, and an id goes before a name.",
    "option": "what begins with - is an option.",
    "blank": "it begins or ends with a blank, or holds what cannot be typed.",
}


def say_unusable_run_name(facts: Facts) -> str:
    return fill("A run cannot be called {name!r}: ", facts) + _RUN_FAULTS[facts["why"]]


_UNREADABLE: dict[str, tuple[str, str]] = {
    "dead-link": ("{file} is a link to a file that is not there.", ""),
    "missing": ("{file} does not exist.", ""),
    "refused": ("{file} cannot be read: {error}.", ""),
    "jupytext": ("{file} cannot be read by jupytext: {error}", ""),
    "empty": ("{file} is empty.", "Delete it, or restore it from your backup or git."),
    "no-json": ("{file} is not a notebook: it is not valid JSON ({error}).", ""),
    "no-nbformat": ("{file} is JSON but not a notebook: it has no nbformat.", ""),
    "no-cells": ("{file} is not a notebook: it has no list of cells.", ""),
    "no-source": ("{file} is damaged: cell {cell} has no source text.", ""),
    "no-cell-type": ("{file} is damaged: cell {cell} has no cell_type.", ""),
    "conflict": (
        "{file} has git conflict markers, the first in line {line}.",
        (
            "Resolve the conflict, for example with `git mergetool` or `nbdime mergetool`, or "
            "take one side with `git checkout --ours` or `--theirs`."
        ),
    ),
    "no-utf-8": ("{file} is not UTF-8 text: byte {byte} in line {line}.", "Save it as UTF-8."),
    "byte-order-mark": (
        "{file} begins with a byte order mark, which Jupyter cannot read.",
        "Save it as UTF-8 without one.",
    ),
    "newer": ("{file} has nbformat {version}; nbflow reads nbformat 4.", ""),
    "older": (
        "{file} has nbformat {version}; nbflow reads nbformat 4.",
        "Convert it: `jupyter nbconvert --to notebook --nbformat 4 --inplace {file}`.",
    ),
}


def say_unreadable(facts: Facts) -> str:
    return fill(_UNREADABLE[facts["why"]][0], facts)


def say_unreadable_hint(facts: Facts) -> str:
    return fill(_UNREADABLE[facts["why"]][1], facts)

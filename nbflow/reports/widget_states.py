"""Finds what is known of the widgets that a cell shows, in the state that a notebook keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

VIEW = "application/vnd.jupyter.widget-view+json"
_STATE = "application/vnd.jupyter.widget-state+json"
_POINTER = "IPY_MODEL_"  # before the id of another model
_MOST = 200_000  # bytes of the states of one cell

States = dict[str, dict[str, Any]]


def read_states(metadata: Mapping[str, Any]) -> States:
    """Return the models that a notebook's metadata hold, by their ids."""
    found = metadata.get("widgets")
    kept = found.get(_STATE) if isinstance(found, dict) else None
    models = kept.get("state") if isinstance(kept, dict) else None
    if not isinstance(models, dict):
        return {}
    return {name: one for name, one in models.items() if isinstance(one, dict)}


def find_states(outputs: Iterable[Mapping[str, Any]], models: States) -> States:
    """Return the models of the widgets in these outputs, and those that they consist of.

    Return nothing where these are too large for a page.
    """
    found: States = {}
    todo = list(_find_shown(outputs))
    while todo:
        name = todo.pop()
        if name in models and name not in found:
            found[name] = models[name]
            todo += _find_pointers(models[name].get("state"))
    return found if len(msgspec.json.encode(found)) <= _MOST else {}


def _find_shown(outputs: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for output in outputs:
        data = output.get("data")
        view = data.get(VIEW) if isinstance(data, dict) else None
        if isinstance(view, dict):
            yield str(view.get("model_id"))


def _find_pointers(value: Any) -> Iterator[str]:
    """Yield the ids that a state refers to, wherever they stand in it."""
    if isinstance(value, str) and value.startswith(_POINTER):
        yield value.removeprefix(_POINTER)
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _find_pointers(part)

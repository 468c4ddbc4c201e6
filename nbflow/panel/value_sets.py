"""Named sets of values of a pipeline's parameters, kept in one small file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from nbflow.base.atomic_files import write_file
from nbflow.errors import StoreError
from nbflow.model import Frozen, formats
from nbflow.storage.results.store import open_store
from nbflow.workspace.pipeline_folder import PipelineFolder, make_home

FILE = "values.json"


class ValueSets(Frozen, frozen=True):
    """The content of `values.json`: by name, JSON forms by `month` or `report.title`."""

    sets: dict[str, dict[str, Any]] = {}
    format: int = formats.VALUES


def read_sets(pipeline: PipelineFolder) -> dict[str, dict[str, Any]]:
    """Return the sets by name; raises StoreError if the file cannot be read."""
    path = pipeline.home / FILE
    try:
        found = msgspec.json.decode(path.read_bytes(), type=ValueSets)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:  # ValueError: also msgspec's
        raise StoreError(f"{path} cannot be read: {error}. Mend it, or remove it.") from error
    if found.format > formats.VALUES:
        raise StoreError(f"{path} was written by a later version of nbflow. Upgrade nbflow.")
    return dict(sorted(found.sets.items()))


def save_set(pipeline: PipelineFolder, name: str, forms: Mapping[str, Any]) -> None:
    """Save these values under a name; a set of that name is replaced."""
    _change(pipeline, lambda sets: sets | {name: dict(forms)})


def remove_set(pipeline: PipelineFolder, name: str) -> None:
    _change(pipeline, lambda sets: {one: forms for one, forms in sets.items() if one != name})


def _change(pipeline: PipelineFolder, change: Any) -> None:
    make_home(pipeline)
    with open_store(pipeline.home).lock():
        sets = ValueSets(change(read_sets(pipeline)))
        content = msgspec.json.format(msgspec.json.encode(sets), indent=1)
        try:
            write_file(pipeline.home / FILE, content)
        except OSError as error:
            raise StoreError(
                f"{pipeline.home / FILE} cannot be written: {error.strerror}."
            ) from error

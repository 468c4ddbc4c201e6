"""Makes notebooks valid for nbformat, whatever wrote them: what is executed is to be opened."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import nbformat
from nbformat.validator import iter_validate

MINOR = 5  # of nbformat 4: its cells have ids
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_OF_CODE = ("outputs", "execution_count")
_CELL = ("id", "cell_type", "metadata", "source")


def complete(notebook: dict[str, Any]) -> dict[str, Any]:
    """Add to a notebook's JSON what nbformat insists on, and take out what it does not allow."""
    for cell in notebook.get("cells", ()):
        if not isinstance(cell.get("metadata"), dict):
            cell["metadata"] = {}
        if cell.get("cell_type") == "code":
            cell["outputs"] = cell.get("outputs") or []
            cell.setdefault("execution_count", None)
        allowed = (*_CELL, *(_OF_CODE if cell.get("cell_type") == "code" else ("attachments",)))
        for name in cell.keys() - set(allowed):
            del cell[name]
    if not isinstance(notebook.get("metadata"), dict):
        notebook["metadata"] = {}
    if not isinstance(notebook.get("nbformat_minor"), int):
        identified = any("id" in cell for cell in notebook.get("cells", ()))
        notebook["nbformat_minor"] = MINOR if identified else MINOR - 1
    return notebook


def identify(cells: list[Any], *, keep: bool) -> None:
    """Give each cell an id: its own if that is right, and `keep`; else one by its place."""
    seen: set[str] = set()
    for number, cell in enumerate(cells, 1):
        identity = cell.get("id") if keep else None
        if not isinstance(identity, str) or not _ID.fullmatch(identity) or identity in seen:
            identity = f"cell-{number}"
            while identity in seen:
                identity += "-again"
        cell.id = identity
        seen.add(identity)


def write(notebook: Any) -> bytes:
    """Return the notebook's JSON; what in it is wrong is made right, in the notebook too."""
    if next(iter(iter_validate(notebook)), None) is not None:
        _mend(notebook)
    try:
        text = str(nbformat.v4.writes(notebook, allow_nan=False))
    except ValueError:  # NaN, which JSON has not
        text = str(nbformat.v4.writes(_name_floats(notebook), allow_nan=False))
    # A lone surrogate, which a cell may print, is an escape in JSON but not valid UTF-8.
    return text.encode("utf-8", "backslashreplace")


def _mend(notebook: Any) -> None:
    """Take out or replace the smallest parts that nbformat does not allow."""
    _take_out(notebook, "notebook", ("cells",))
    for cell in notebook.cells:
        _take_out(cell, f"{cell.cell_type}_cell", ("outputs",))
        for at, output in enumerate(cell.get("outputs", ())):
            if any(_find_wrong(output, output.get("output_type", "output"))):
                cell["outputs"][at] = _show(output)


def _take_out(part: Any, kind: str, besides: tuple[str, ...]) -> None:
    """Take out of a part's own fields and of its metadata what is wrong."""
    for error in list(_find_wrong(part, kind)):
        path = list(error.absolute_path)
        if path[:1] and path[0] in besides:
            continue
        if path[:1] == ["metadata"] and len(path) > 1:
            part["metadata"].pop(path[1], None)
        elif error.validator == "additionalProperties":
            for name in part.keys() - error.schema.get("properties", {}).keys():
                del part[name]


def _find_wrong(part: Any, kind: str) -> Iterator[Any]:
    """Yield what is wrong with a notebook, a cell or an output."""
    ref = None if kind == "notebook" else kind
    yield from iter_validate(part, ref=ref, version=4, version_minor=MINOR)


def _show(output: Any) -> Any:
    """Return what an output holds as text."""
    text = json.dumps(output, default=str)
    data = {"text/plain": text}
    return nbformat.from_dict({"output_type": "display_data", "metadata": {}, "data": data})


def _name_floats(value: Any) -> Any:
    """Return a value of JSON with NaN and infinities as texts."""
    if isinstance(value, dict):
        return type(value)({name: _name_floats(one) for name, one in value.items()})
    if isinstance(value, list):
        return list(map(_name_floats, value))
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value

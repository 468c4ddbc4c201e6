"""The key of a result, and what changed between two of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from nbflow.base.hashing import hash_bytes
from nbflow.model import Cell, Parts, Reason
from nbflow.model.reasons import Code


def make_key(step: str, parts: Parts) -> str:
    """Return the hash of everything that a result of this step depends on.

    A cell's position and first line are for people and do not count.
    """
    code = [(cell.digest, cell.tags) for cell in parts.code]
    body = (
        step,
        code,
        parts.parameters,
        parts.inputs,
        parts.files,
        parts.modules,
        parts.environment,
    )
    return hash_bytes(msgspec.json.encode(body, order="deterministic"))


def find_changes(old: Parts, new: Parts) -> list[Reason]:
    """Return what differs, part by part."""
    return [
        *_code_changes(old.code, new.code),
        *_changes("parameter", old.parameters, new.parameters, values=True),
        *_changes("input", old.inputs, new.inputs),
        *_changes("file", old.files, new.files),
        *_changes("module", old.modules, new.modules),
        *_version_changes(old.environment, new.environment),
    ]


_NAMED_CELLS = 3  # changed cells that are named one by one
_Part = Literal["parameter", "input", "file", "module"]
_CODES: dict[_Part, tuple[Code, Code, Code]] = {
    "parameter": ("parameter-added", "parameter-removed", "parameter-changed"),
    "input": ("input-added", "input-removed", "input-changed"),
    "file": ("file-added", "file-removed", "file-changed"),
    "module": ("module-added", "module-removed", "module-changed"),
}


def _code_changes(old: tuple[Cell, ...], new: tuple[Cell, ...]) -> Iterator[Reason]:
    before = [(cell.digest, cell.tags) for cell in old]
    after = [(cell.digest, cell.tags) for cell in new]
    if before == after:
        return
    changed = [cell for cell in new if (cell.digest, cell.tags) not in before]
    for cell in changed[:_NAMED_CELLS]:
        yield Reason("cell-changed", cell.first_line, after=cell.number)
    if len(changed) > _NAMED_CELLS:
        yield Reason("more-cells-changed", after=len(changed) - _NAMED_CELLS)
    gone = [cell for cell in old if (cell.digest, cell.tags) not in after]
    if not changed and gone:
        yield Reason("cell-removed", gone[0].first_line, before=gone[0].number)
    elif not changed:
        yield Reason("cells-reordered")


def _changes(
    part: _Part, old: Mapping[str, Any], new: Mapping[str, Any], *, values: bool = False
) -> Iterator[Reason]:
    added, removed, changed = _CODES[part]
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield Reason(added, name)
        elif name not in new:
            yield Reason(removed, name)
        elif old[name] != new[name]:
            yield Reason(changed, name, old[name], new[name]) if values else Reason(changed, name)


def _version_changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Reason]:
    for name in sorted(old.keys() & new.keys()):
        if old[name] != new[name]:
            yield Reason("version-changed", name, old[name], new[name])

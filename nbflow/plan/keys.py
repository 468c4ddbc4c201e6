"""The key of a result, and what changed between two of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from nbflow.model import Cell, Parts
from nbflow.store.hashing import hash_bytes


def make_key(step: str, parts: Parts) -> str:
    """Return the hash of all that a result of this step depends on.

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


def find_changes(old: Parts, new: Parts) -> list[str]:
    """Say what differs, part by part: `parameter month: 1 → 2`."""
    return [
        *_code_changes(old.code, new.code),
        *_changes("parameter", old.parameters, new.parameters, values=True),
        *_changes("input", old.inputs, new.inputs),
        *_changes("file", old.files, new.files),
        *_changes("module", old.modules, new.modules),
        *_version_changes(old.environment, new.environment),
    ]


_NAMED_CELLS = 3  # changed cells that are named one by one
_LONGEST = 40  # characters of a value shown


def _code_changes(old: tuple[Cell, ...], new: tuple[Cell, ...]) -> Iterator[str]:
    before = [(cell.digest, cell.tags) for cell in old]
    after = [(cell.digest, cell.tags) for cell in new]
    if before == after:
        return
    changed = [cell for cell in new if (cell.digest, cell.tags) not in before]
    for cell in changed[:_NAMED_CELLS]:
        yield f"code: cell {cell.number} (`{cell.first_line}`)"
    if len(changed) > _NAMED_CELLS:
        yield f"code: {len(changed) - _NAMED_CELLS} more cells"
    gone = [cell for cell in old if (cell.digest, cell.tags) not in after]
    if not changed and gone:
        yield f"code: cell removed (`{gone[0].first_line}`)"
    elif not changed:
        yield "code: cells in another order"


def _changes(
    what: str, old: Mapping[str, Any], new: Mapping[str, Any], *, values: bool = False
) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        if name not in old or name not in new:
            yield f"{what} {name} {'added' if name in new else 'gone'}"
        elif old[name] != new[name]:
            shown = f": {_show(old[name])} → {_show(new[name])}" if values else " changed"
            yield f"{what} {name}{shown}"


def _version_changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(old.keys() & new.keys()):
        if old[name] != new[name]:
            yield f"{old[name]} → {new[name]}"


def _show(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

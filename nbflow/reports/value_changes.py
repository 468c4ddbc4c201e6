"""Finds the parts of two JSON values that differ, each by the path that leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbflow.reports.comparison import ValueChange

_NAMES = ("label", "name", "id", "key")  # by which an entry of a list is told from the others


def find_value_changes(before: Any, after: Any, path: str = "") -> Iterator[ValueChange]:
    """Yield the parts that differ, the outer ones whole where only one of the values has them.

    The path of a value itself is "". Entries of a list are told apart by their label, name, id or
    key where each has one, else by their position from 0.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _compare_dicts(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _compare_lists(before, after, path)
    elif not _is_same(before, after):
        yield ValueChange(path, "changed", before, after)


def _is_same(before: Any, after: Any) -> bool:
    if before != before and after != after:  # noqa: PLR0124 - both are NaN
        return True
    return type(before) is type(after) and bool(before == after)


def _compare_dicts(
    before: dict[str, Any], after: dict[str, Any], path: str
) -> Iterator[ValueChange]:
    for name in [*before, *(one for one in after if one not in before)]:
        at = f"{path}.{name}" if path else str(name)
        if name not in after:
            yield ValueChange(at, "removed", before[name])
        elif name not in before:
            yield ValueChange(at, "added", after=after[name])
        else:
            yield from find_value_changes(before[name], after[name], at)


def _compare_lists(before: list[Any], after: list[Any], path: str) -> Iterator[ValueChange]:
    old, new = (_find_names(before), _find_names(after))
    if old is None or new is None:
        old, new = ({str(at): one for at, one in enumerate(side)} for side in (before, after))
    for name in [*old, *(one for one in new if one not in old)]:
        at = f"{path}[{name}]"
        if name not in new:
            yield ValueChange(at, "removed", old[name])
        elif name not in old:
            yield ValueChange(at, "added", after=new[name])
        else:
            yield from find_value_changes(old[name], new[name], at)


def _find_names(entries: list[Any]) -> dict[str, Any] | None:
    """Return the entries by a name that each of them has for itself, None where none has."""
    for field in _NAMES:
        names = [one.get(field) if isinstance(one, dict) else None for one in entries]
        if all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            return dict(zip(map(str, names), entries, strict=True))
    return None

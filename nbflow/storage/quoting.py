"""Names from users, made safe for SQL and for paths: the one place that quotes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import quote as quote_url

from nbflow.base.hashing import hash_bytes

ARROW = "arrow"  # a folder in a result, which may be dropped once DuckDB's file has its tables
_LONGEST = 80


def quote(name: str) -> str:
    """Return an identifier as SQL."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Return a string literal as SQL, for the places where `?` is not allowed."""
    return "'" + text.replace("'", "''") + "'"


def make_path(folder: Path, name: str, suffix: str, among: str = "files") -> Path:
    """Return the path in a result's folder of the value or table called `name`."""
    safe = quote_url(name, safe="").replace(".", "%2E").replace("~", "%7E")
    if len(safe) > _LONGEST:
        safe = f"{safe[:_LONGEST]}~{hash_bytes(name)[:8]}"
    return folder / among / f"{safe}{suffix}"


def make_unique(names: Iterable[str]) -> list[str]:
    """Return names that SQL can tell apart: none is empty, and they differ by more than case."""
    wanted = [name or f"column_{number}" for number, name in enumerate(names, 1)]
    return make_different(wanted, str.casefold)


def make_different(names: list[str], fold: Callable[[str], str] = str) -> list[str]:
    """Return names that differ after `fold`: of two `id`, the second is `id_2`."""
    taken = set(map(fold, names))
    if len(taken) == len(names):
        return names
    seen: set[str] = set()
    return [_find_free(name, seen, taken, fold) for name in names]


def _find_free(name: str, seen: set[str], taken: set[str], fold: Callable[[str], str]) -> str:
    free, number = name, 1
    while fold(free) in seen or (number > 1 and fold(free) in taken):
        number += 1
        free = f"{name}_{number}"
    seen.add(fold(free))
    return free

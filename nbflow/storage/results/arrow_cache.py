"""The cache of Arrow files, whose tables DuckDB's files hold too: the oldest are dropped first."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from contextlib import suppress
from pathlib import Path

from nbflow.model import Frozen
from nbflow.storage.quoting import ARROW
from nbflow.storage.results.store import TABLES, Store, find_folders, read_names


class Cached(Frozen, frozen=True):
    """The Arrow files of one result."""

    folder: Path
    step: str
    result: str
    bytes: int


def find_droppable(
    store: Store, limit: int, read_pinned: Callable[[], Container[tuple[str, str]]]
) -> list[Cached]:
    """Return what must go to stay within `limit` bytes, the oldest first.

    Results that a live run uses (`read_pinned`) stay, and those that are not in DuckDB yet.
    """
    cached = sorted(_read_cached(store), key=lambda one: one.result)  # ids sort by time
    excess = sum(one.bytes for one in cached) - limit
    pinned = read_pinned() if excess > 0 else ()
    found = []
    for one in cached:
        if excess <= 0:
            break
        if (one.step, one.result) not in pinned and (one.folder.parent / TABLES).exists():
            found.append(one)
            excess -= one.bytes
    return found


def _read_cached(store: Store) -> Iterator[Cached]:
    for folder in find_folders(store):
        if sizes := list(_read_sizes(folder / ARROW)):
            yield Cached(folder / ARROW, folder.parent.name, folder.name, sum(sizes))


def _read_sizes(folder: Path) -> Iterator[int]:
    for name in read_names(str(folder)):
        with suppress(FileNotFoundError):  # another run has dropped it since
            yield (folder / name).stat().st_size

"""What the pattern of a declared file means: the same for planning, kernel, check and clean."""

from __future__ import annotations

import fnmatch
import functools
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

LEFT_OUT = frozenset({".DS_Store", ".git", ".ipynb_checkpoints", ".nbflow", "__pycache__"})
STORE_MARK = "nbflow-store.json"  # lies in a folder that holds results
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_WILD = re.compile(r"[*?\[]")


def is_url(pattern: str) -> bool:
    return _URL.match(pattern) is not None


def find(pattern: str, folder: Path) -> Path | list[Path]:
    """Return the file or folder that a pattern names, or the sorted list of what a glob matches.

    A pattern is a path, relative to `folder` or absolute, `~` is the user's home. What exists
    under the very text is meant, else `*`, `?`, `[…]` and `**` match names that do not begin with
    a dot, unless the pattern's part does. `**` enters linked folders, each folder once.
    A path that does not exist is returned, a glob that matches nothing gives an empty list.
    """
    at = locate(pattern, folder)
    if not is_glob(pattern) or os.path.exists(at):  # noqa: PTH110 - False for a link to itself
        return at
    start, parts = _split(pattern, folder)
    return sorted({Path(match) for match in _expand(start, parts)})


def find_files(pattern: str, folder: Path) -> list[Path] | None:
    """Return all files that a pattern names, and all below the folders that it names, sorted.

    None where it names nothing. A link to a folder that is found in another place too stands for
    itself, so that it counts where the link leads.
    """
    found = find(pattern, folder)
    matches = [found] if isinstance(found, Path) else found
    files: set[Path] = set()
    walked: list[str] = []
    for match in matches:
        text = str(match)
        if os.path.isfile(text):  # noqa: PTH113 - called often
            files.add(match)
        elif not any(text.startswith(f"{above}{os.sep}") for above in walked):
            files.update(map(Path, walk(text)))
            walked.append(text)
    exists = bool(matches) and os.path.exists(matches[0])  # noqa: PTH110
    return sorted(files) if exists else None


def locate(pattern: str, folder: Path) -> Path:
    """Return the absolute path of a pattern's text."""
    return folder / os.path.expanduser(pattern)  # noqa: PTH111 - pathlib's raises for ~nobody


def is_glob(pattern: str) -> bool:
    return _WILD.search(pattern) is not None


def walk(folder: str) -> Iterator[str]:
    """Yield the files below a folder, hidden ones too; what tools keep for themselves is left out.

    Linked folders are entered behind the real ones, each folder once: a link to one that was
    entered already is yielded itself.
    """
    for at in _enter(folder, hidden=True):
        if at.entries is None:
            yield at.path
        else:
            yield from (entry.path for entry in at.entries if _is_file(entry))


class Shape(NamedTuple):
    """A pattern as real paths have it: its fixed part, resolved, and the parts with wildcards."""

    start: str
    parts: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Tell whether the pattern names a real path, or a folder that it lies in."""
        return is_within(path, self.start) and _match(_find_names(path, self.start), self.parts)

    def may_hold(self, path: str) -> bool:
        """Tell the same, or whether the pattern may name something in a folder of this path."""
        if is_within(path, self.start):
            return _may_hold(_find_names(path, self.start), self.parts)
        return is_within(self.start, path)


def make_shape(pattern: str, folder: Path) -> Shape:
    """Return a pattern's shape; what does not exist is resolved as far as it does."""
    start, parts = _split(pattern, folder)
    if not is_glob(pattern):
        start, parts = os.path.join(start, *parts), ()  # noqa: PTH118
    return Shape(os.path.realpath(start), parts)


def overlap(one: Shape, other: Shape) -> bool:
    """Tell whether two patterns may name the same file, or one a folder of the other's.

    Of two globs that is said when their fixed parts and their endings allow it.
    """
    if not one.parts:
        return other.may_hold(one.start)
    if not other.parts:
        return one.may_hold(other.start)
    ends = [re.split(r"[*?\]]", shape.parts[-1])[-1] for shape in (one, other)]
    nested = is_within(one.start, other.start) or is_within(other.start, one.start)
    return nested and (ends[0].endswith(ends[1]) or ends[1].endswith(ends[0]))


def is_within(path: str, folder: str) -> bool:
    """Tell whether a path is a folder's or lies in it."""
    return path == folder or path.startswith(os.path.join(folder, ""))  # noqa: PTH118


def find_place(pattern: str, folder: Path, path: str) -> str | None:
    """Return the path under which a pattern finds a real path, which need not exist.

    None where the pattern names neither the path nor a folder that it lies in.
    """
    shape = make_shape(pattern, folder)
    if not shape.holds(path):
        return None
    start, parts = _split(pattern, folder)
    whole = os.path.join(start, *parts) if not shape.parts else start  # noqa: PTH118
    return f"{whole}{path[len(shape.start) :]}"


# --- folders ----------------------------------------------------------------------------------


class _Folder(NamedTuple):
    """A folder and what is in it; None for a link to one that was entered already."""

    path: str
    entries: list[os.DirEntry[str]] | None


def _enter(folder: str, *, hidden: bool) -> Iterator[_Folder]:
    todo, links = [folder], list[str]()
    seen: set[str] = set()
    while todo or links:
        at = todo.pop() if todo else links.pop(0)
        real = os.path.realpath(at)
        if real in seen:
            yield _Folder(at, None)
            continue
        seen.add(real)
        entries = _scan(at)
        if at != folder and any(one.name == STORE_MARK for one in entries):
            continue
        yield _Folder(at, entries)
        below = [one for one in entries if _is_folder(one)]
        below = [one for one in below if hidden or not one.name.startswith(".")]
        links += sorted(one.path for one in below if one.is_symlink())
        todo += sorted((one.path for one in below if not one.is_symlink()), reverse=True)


def _scan(folder: str) -> list[os.DirEntry[str]]:
    """Return what is in a folder, none where it cannot be read: a cell finds nothing there."""
    try:
        with os.scandir(folder) as entries:
            return [one for one in entries if one.name not in LEFT_OUT]
    except OSError:
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()  # no pipe or socket: to read one is to wait
    except OSError:
        return False


# --- globs ------------------------------------------------------------------------------------


def _split(pattern: str, folder: Path) -> tuple[str, tuple[str, ...]]:
    """Return where a pattern starts, and its parts below that."""
    path = Path(os.path.expanduser(pattern))  # noqa: PTH111
    parts = path.parts[1:] if path.is_absolute() else path.parts
    start = path.anchor if path.is_absolute() else str(folder)
    fixed = next((at for at, part in enumerate(parts) if is_glob(part)), len(parts))
    return os.path.join(start, *parts[:fixed]), parts[fixed:]  # noqa: PTH118


def _expand(at: str, parts: Sequence[str]) -> Iterator[str]:
    """Yield what exists below a path under the rest of a pattern."""
    if not parts:
        if os.path.exists(at):  # noqa: PTH110 - not a broken link
            yield at
        return
    first, rest = parts[0], parts[1:]
    if first == "**":
        yield from _expand_all(at, rest)
    elif is_glob(first):
        names = (one.name for one in _scan(at) if _fits(one.name, first))
        yield from (found for name in names for found in _expand(f"{at}{os.sep}{name}", rest))
    elif os.path.exists(below := os.path.join(at, first)):  # noqa: PTH110, PTH118
        yield from _expand(below, rest)


def _expand_all(at: str, rest: Sequence[str]) -> Iterator[str]:
    for folder in _enter(at, hidden=False):
        if folder.entries is None:
            continue
        yield from _expand(folder.path, rest)
        if not rest:
            below = (one for one in folder.entries if _fits(one.name, "*"))
            yield from (one.path for one in below if _is_file(one))


def _find_names(path: str, start: str) -> list[str]:
    return path[len(start) :].strip("/").split("/") if path != start else []


def _match(names: Sequence[str], parts: Sequence[str]) -> bool:
    """Tell whether a path's names fit a pattern, or what is above them does."""
    if not parts:
        return True
    if parts[0] == "**":
        visible = next((at for at, name in enumerate(names) if name.startswith(".")), len(names))
        return any(_match(names[at:], parts[1:]) for at in range(visible + 1))
    return bool(names) and _fits(names[0], parts[0]) and _match(names[1:], parts[1:])


def _may_hold(names: Sequence[str], parts: Sequence[str]) -> bool:
    """Tell whether a path's names fit a pattern, or a folder of these names may hold a match."""
    if not names or not parts or parts[0] == "**":
        return True
    return _fits(names[0], parts[0]) and _may_hold(names[1:], parts[1:])


def _fits(name: str, part: str) -> bool:
    if not is_glob(part):
        return name == part
    hidden = name.startswith(".") and not part.startswith(".")
    return not hidden and _compile(part).match(name) is not None


@functools.lru_cache(maxsize=256)
def _compile(part: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(part))

"""What was found in files, kept on disk for as long as the files stay as they were."""

from __future__ import annotations

import contextlib
import functools
import os
import stat
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

import nbflow
from nbflow.base.atomic_files import write_file
from nbflow.base.hashing import hash_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbflow.workspace.pipeline_folder import PipelineFolder

T = TypeVar("T")
Stamp = tuple[int, int, int, int, int]  # device, inode, bytes, ns of content, ns of any change
GRAIN = 2_000_000_000  # ns: FAT's clock ticks every 2 s, and no other's more slowly
_CHECK = 32  # characters of a hash


def read_stamp(path: str | Path) -> Stamp | None:
    """Return what changes whenever a file does; None where there is no regular file."""
    try:
        found = os.stat(path)  # noqa: PTH116 - called often, Path is slow
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


class Trail:
    """The files that an answer rests on, absent ones too, as they were before they were read."""

    def __init__(self) -> None:
        self.began = time.time_ns()
        self.stamps: dict[str, Stamp | None] = {}

    def look(self, path: str | Path) -> Stamp | None:
        """Return a file's stamp, and note that the answer rests on it."""
        return self.stamps.setdefault(str(path), read_stamp(path))

    @property
    def settled(self) -> bool:
        return all(is_settled(one, self.began) for one in self.stamps.values() if one)


def is_settled(stamp: Stamp, now: int) -> bool:
    """Tell whether any change of a file from `now` on, in ns, must show in its stamp.

    One that was changed just before can change again within the same tick of its clock, at the
    same size, and look the same.
    """
    return max(stamp[3:]) + GRAIN < now


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    stamps: dict[str, Stamp | None]
    value: msgspec.Raw


class FileCache(Generic[T]):
    """Answers about files by path, in one file that may be dropped at any time.

    `key` names all that an answer depends on besides files: under another key, or damaged, the
    cache is empty. What msgpack does not give back exactly as it was is not kept. Each file is
    looked at once in a cache's life, which is therefore a moment's: that of one plan.
    """

    def __init__(self, file: Path, key: str, kind: type[T]) -> None:
        self._file, self._key = file, key
        self._decoder = msgspec.msgpack.Decoder(kind)
        self._written = _read_kept(file, key)
        self._kept = self._written or _homeless.pop((file, key), {})
        self._used: dict[str, _Kept] = {}
        self._stamps: dict[str, Stamp | None] = {}

    def find(self, path: str) -> T | None:
        """Return what was found in a file, None where it, or what it rests on, has changed."""
        kept = self._used.get(path) or self._kept.get(path)
        if kept is None or any(self._look(at) != stamp for at, stamp in kept.stamps.items()):
            return None
        try:
            value = self._decoder.decode(kept.value)
        except (msgspec.MsgspecError, RecursionError):
            return None
        self._used[path] = kept
        return value

    def add(self, path: str, trail: Trail, value: T) -> None:
        """Keep what was found, unless a change of the file might go unseen."""
        self._used.pop(path, None)
        if trail.stamps.get(path) is None or not trail.settled:
            return
        try:
            raw = msgspec.msgpack.encode(value)
            exact = self._decoder.decode(raw) == value
        except (msgspec.MsgspecError, ValueError, TypeError, OverflowError, RecursionError):
            return
        if exact:
            self._used[path] = _Kept(trail.stamps, msgspec.Raw(raw))

    def get(self, path: str, read: Callable[[Trail], T]) -> T:
        """Return what was found in a file, reading it where that is not known any more."""
        value = self.find(path)
        if value is None:
            trail = Trail()
            trail.look(path)
            value = read(trail)
            self.add(path, trail, value)
        return value

    def look_again(self) -> None:
        """Begin another moment: each file is looked at anew."""
        self._stamps.clear()

    def save(self, *, spare: int = 0) -> None:
        """Write what was used, and `spare` others; a cache that cannot be written is no loss."""
        others = [item for item in self._kept.items() if item[0] not in self._used]
        kept = dict(others[-spare:] if spare else []) | self._used
        old = self._written
        if kept.keys() != old.keys() or any(old[at] is not kept[at] for at in kept):
            _write_kept(self._file, self._key, kept)
            self._kept = self._written = kept

    def hold(self) -> None:
        """Keep what was used for this process's next cache of the same answers."""
        _homeless[self._file, self._key] = self._used

    def _look(self, path: str) -> Stamp | None:
        if path not in self._stamps:
            self._stamps[path] = read_stamp(path)
        return self._stamps[path]


_homeless: dict[tuple[Path, str], dict[str, _Kept]] = {}  # until a first run makes a home


@contextlib.contextmanager
def keep_answers(
    pipeline: PipelineFolder, name: str, kind: type[T], *, spare: int = 0
) -> Iterator[FileCache[T]]:
    """Give a project's cache of this name, saved in the end where the pipeline has a home.

    Looking at a folder leaves nothing there: only planning and running make a home.
    """
    key = (nbflow.__version__, _read_code(), sys.version, pipeline)
    cache = FileCache(pipeline.cache / f"{name}.msgpack", _make_key(key), kind)
    yield cache
    if pipeline.home.is_dir():
        cache.save(spare=spare)
    else:
        cache.hold()


def _make_key(parts: object) -> str:
    return hash_bytes(repr(parts).encode("utf-8", "surrogatepass"))


@functools.cache
def _read_code() -> list[tuple[str, Stamp | None]]:
    """Return the stamps of the modules that answer, since nbflow may be under development."""
    package = Path(nbflow.__file__).parent
    rooms = ("analysis", "base", "model")
    files = [file for room in rooms for file in (package / room).rglob("*.py")]
    files += [package / "notebook_api/sql_cell.py", package / "storage/duckdb/statements.py"]
    return sorted((str(file), read_stamp(file)) for file in files)


def _read_kept(file: Path, key: str) -> dict[str, _Kept]:
    try:
        data = file.read_bytes()
        if data[:_CHECK] != hash_bytes(data[_CHECK:]).encode():  # cut off, or never on the disk
            return {}
        found, body = msgspec.msgpack.decode(data[_CHECK:], type=tuple[str, msgspec.Raw])
        return msgspec.msgpack.decode(body, type=dict[str, _Kept]) if found == key else {}
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return {}


def _write_kept(file: Path, key: str, kept: dict[str, _Kept]) -> None:
    """Write without waiting for the disk: the hash tells if the content got there."""
    with contextlib.suppress(OSError, ValueError):  # a full or read-only disk; names of no encoding
        body = msgspec.msgpack.encode((key, kept))
        file.parent.mkdir(parents=True, exist_ok=True)
        write_file(file, hash_bytes(body).encode() + body, durable=False)

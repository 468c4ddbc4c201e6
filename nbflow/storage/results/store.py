"""Where a pipeline's results lie: published by one move, fetched as local folders.

Every other room uses `Store`, and works on the content of a result in the folder that `fetch`
returns. Planning asks for lists, records and pointers only: a store in another place can answer
these without fetching results.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
from collections.abc import Iterator
from pathlib import Path

from nbflow.base.atomic_files import write_file
from nbflow.base.ids import make_next_id
from nbflow.base.locks import hold
from nbflow.errors import StoreError

RESULT = "result.json"
TABLES = "tables.duckdb"
PREVIEWS = "cache/previews"  # what is known of tables, in a folder for each result
PENDING = "pending.json"  # the same, of a result that is not flushed to the disk yet


class Store:
    """Keeps results by step and id, and pointers to them by step and key, in the folder `home`."""

    def __init__(self, home: Path) -> None:
        self._home, self._results, self._keys = home, f"{home}/results", f"{home}/keys"

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the pipeline's lock: to pin results that a run uses, and to remove results."""
        self._home.mkdir(parents=True, exist_ok=True)
        with hold(self._home / "lock"):
            yield

    def list_steps(self) -> list[str]:
        """Return the steps that have results, sorted."""
        return sorted(read_names(self._results))

    def list_ids(self, step: str) -> list[str]:
        """Return the ids of a step's results, the newest first."""
        return read_names(f"{self._results}/{step}")

    def make_id(self, step: str) -> str:
        """Return an id for a new result, later than each that the step has."""
        return make_next_id(Path(self._results, step))

    def publish(self, making: Path, step: str, result_id: str, record: bytes) -> Path:
        """Move a finished folder into place in one step, with the record that makes it a result.

        Return its new path. Raises StoreError.
        """
        folder = self.fetch(step, result_id)
        try:
            (making / PENDING).write_bytes(record)
            folder.parent.mkdir(parents=True, exist_ok=True)
            return making.rename(folder)
        except OSError as error:
            raise StoreError(
                f"The result of {step} could not be kept in {folder}: {error.strerror}. "
                "Make room or fix the permissions, then run again."
            ) from error

    def has(self, step: str, result_id: str) -> bool:
        """Tell whether there is this result, complete or pending."""
        complete = os.path.exists(f"{self._results}/{step}/{result_id}/{RESULT}")  # noqa: PTH110 - called often
        return complete or self.is_pending(step, result_id)

    def is_pending(self, step: str, result_id: str) -> bool:
        """Tell whether a result is not flushed to the disk yet: its run goes on, or was killed."""
        return os.path.exists(f"{self._results}/{step}/{result_id}/{PENDING}")  # noqa: PTH110 - called often

    def read_record(self, step: str, result_id: str) -> tuple[bytes, bool]:
        """Return a result's record, empty for none, and whether the result is pending."""
        for name in (RESULT, PENDING, RESULT):  # again: it may have been completed meanwhile
            if found := read_content(f"{self._results}/{step}/{result_id}/{name}"):
                return found, name == PENDING
        return b"", False

    def find_local(self, step: str, result_id: str) -> str | None:
        """Return the folder of a result that is on this machine, None where `fetch` would bring it.

        Only results on this machine are checked for damage and filled into DuckDB.
        """
        return f"{self._results}/{step}/{result_id}"  # a Path takes ten times as long

    def fetch(self, step: str, result_id: str) -> Path:
        """Return a local folder with the result, which does not exist where there is no result."""
        return Path(f"{self._results}/{step}/{result_id}")

    def remove(self, step: str, result_id: str) -> None:
        """Remove a result: first its record, then its content."""
        import shutil  # noqa: PLC0415 - planning removes nothing

        folder = self.fetch(step, result_id)
        for name in (RESULT, PENDING):
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(self._home / PREVIEWS / result_id, ignore_errors=True)

    def read_pointer(self, step: str, key: str) -> bytes | None:
        """Return the id of the result that a key leads to, None for none; raises StoreError."""
        return read_content(f"{self._keys}/{step}/{key}")

    def write_pointer(self, step: str, key: str, result_id: str) -> None:
        """Let a key lead to a result."""
        path = self.find_pointers(step) / key
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, result_id.encode())

    def find_pointers(self, step: str) -> Path:
        """Return the folder of a step's pointers."""
        return Path(self._keys, step)


@functools.lru_cache(maxsize=64)
def open_store(home: Path | str) -> Store:
    """Return the store of a pipeline with this home."""
    return Store(Path(home))


def find_folders(store: Store) -> Iterator[Path]:
    """Yield the folders of all results, sorted by step and id."""
    for step in store.list_steps():
        for result_id in reversed(store.list_ids(step)):
            yield store.fetch(step, result_id)


def read_names(folder: str) -> list[str]:
    """Return the names in a folder, the newest id first; none where there is no folder."""
    try:
        return sorted(os.listdir(folder), reverse=True)  # noqa: PTH208 - called often
    except (FileNotFoundError, NotADirectoryError):
        return []


def read_content(path: str) -> bytes | None:
    """Return what a file holds, None where there is none; raises StoreError."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - called often
            return file.read()
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: of a NUL in the path
        return None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # of a damaged pointer
            return None
        raise StoreError(
            f"{path} cannot be read: {error.strerror}. Mend its permissions."
        ) from error

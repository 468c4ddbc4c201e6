"""Finds results: by id, by key, the newest of a step; and says which are damaged."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from nbflow.base.hashing import hash_file
from nbflow.model import Result, formats
from nbflow.model.refs import make_ref
from nbflow.storage.results.damage import Damage, read_notes, write_note
from nbflow.storage.results.integrity import find_damage
from nbflow.storage.results.store import open_store

if TYPE_CHECKING:
    from nbflow.workspace.pipeline_folder import PipelineFolder


_RESULTS = msgspec.json.Decoder(Result)


class Snapshot:
    """A pipeline's results at one moment: each is read at most once."""

    def __init__(
        self,
        pipeline: PipelineFolder,
        is_lost: Callable[[str], bool] = lambda _: False,
        read_hash: Callable[[Path], str] = hash_file,
    ) -> None:
        """`is_lost` tells whether a run died before it finished; only `is_damaged` needs it."""
        self._pipeline, self._read_hash = pipeline, read_hash
        self._is_lost = functools.cache(is_lost)
        self._store = open_store(pipeline.home)
        self._found: dict[tuple[str, str], Result | None] = {}
        self._pending: set[tuple[str, str]] = set()  # whose content the disk need not have kept
        self._sound: set[tuple[str, str]] = set()

    def find_newest(self, step: str) -> Result | None:
        """Return a step's newest complete result."""
        return next(self._read(step), None)

    def find_sound(self, step: str) -> Result | None:
        """Return a step's newest complete result that is not damaged."""
        return next((one for one in self._read(step) if not self.is_damaged(step, one.id)), None)

    def read_all(self, step: str) -> list[Result]:
        """Return a step's complete results, newest first."""
        return list(self._read(step))

    def _read(self, step: str) -> Iterator[Result]:
        found = (self.find_result(step, name) for name in self._store.list_ids(step))
        return filter(None, found)

    def find_result(self, step: str, result_id: str) -> Result | None:
        """Return the result, None where there is none or it is known to be damaged."""
        at = (step, result_id)
        if at in self.notes:
            return None
        if at not in self._found:
            record, pending = self._store.read_record(step, result_id)
            found = _decode(record)
            if pending:
                self._pending.add(at)
            # A backup or a tool that copies may have put another result in its place.
            same = found is not None and (found.step, found.id) == at
            self._found[at] = found if same else None
        return self._found[at]

    @functools.cached_property
    def notes(self) -> dict[tuple[str, str], Damage]:
        """The damages that are known, by step and result."""
        return read_notes(self._pipeline.home)

    def is_damaged(self, step: str, result_id: str) -> bool:
        """Tell whether a result is damaged, and note that; a result that is gone is not damaged."""
        at = (step, result_id)
        result = None if at in self._sound else self.find_result(*at)
        if result is not None and (folder := self._store.find_local(*at)):
            lost = functools.partial(self._is_lost, result.run)
            doubt = at in self._pending and lost()
            name, why = find_damage(folder, result, self._read_hash, lost, doubt=doubt)
            if why:
                self.notes[at] = _note(Path(folder), name, why)
            else:
                self._sound.add(at)
        return at in self.notes

    def find_doubtful(self, result: Result) -> tuple[str, ...]:
        """Return the refs of the results that this one was made from and that are damaged now."""
        inputs = ((ref, make_ref(ref).step, one.result) for ref, one in result.inputs.items())
        return tuple(ref for ref, step, read in inputs if self.is_damaged(step, read))

    def find_by_key(self, step: str, key: str) -> Result | None:
        """Return the result that a key leads to, None where it is gone, or is another key's.

        A pending result has no pointer yet: it is found among all results of the step.
        """
        if found := self._follow_pointer(step, key):
            return found
        ids = (one for one in self._store.list_ids(step) if self._store.is_pending(step, one))
        pending = filter(None, (self.find_result(step, one) for one in ids))
        found = next((one for one in pending if one.key == key and one.reusable), None)
        return found or self._follow_pointer(step, key)  # it was completed meanwhile

    def _follow_pointer(self, step: str, key: str) -> Result | None:
        result_id = (self._store.read_pointer(step, key) or b"").decode(errors="replace")
        result = self.find_result(step, result_id) if result_id else None
        return result if result is not None and result.key == key else None


def _note(folder: Path, name: str, why: str) -> Damage:
    """Note a damage where this user may write, and return it."""
    with contextlib.suppress(OSError):
        return write_note(folder, name, why)
    return Damage(folder.parent.name, folder.name, name, why)


def keep_result(pipeline: PipelineFolder, making: Path, result: Result) -> Path:
    """Publish the result made in `making`, to be read from here on; raises StoreError.

    It is pending until `durability.complete` has flushed it; then its key may lead to it.
    """
    record = encode_result(result)
    return open_store(pipeline.home).publish(making, result.step, result.id, record)


def encode_result(result: Result) -> bytes:
    return msgspec.json.format(msgspec.json.encode(result), indent=1)


def read_result_ids(pipeline: PipelineFolder, step: str) -> list[str]:
    """Return the ids of a step's complete results, newest first."""
    store = open_store(pipeline.home)
    return [one for one in store.list_ids(step) if store.has(step, one)]


def _decode(record: bytes) -> Result | None:
    """Return the result of a record, None for one that this version of nbflow cannot read."""
    try:
        found = _RESULTS.decode(record) if record else None
    except (ValueError, RecursionError):  # ValueError: also msgspec's
        return None
    return found if found is not None and found.format <= formats.RESULT else None

"""Compares all results with what was written, and repairs what can be repaired."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.errors import NbflowError, StoreError
from nbflow.model import Command, Frozen, Result
from nbflow.storage.duckdb.database_file import find_fault
from nbflow.storage.results.damage import set_aside, write_note
from nbflow.storage.results.file_marks import GONE
from nbflow.storage.results.integrity import find_first_damage, is_dropped
from nbflow.storage.results.outputs import read_written
from nbflow.storage.results.result_index import Snapshot
from nbflow.storage.results.store import RESULT, TABLES, find_folders, open_store

if TYPE_CHECKING:
    from nbflow.workspace.pipeline_folder import PipelineFolder


class Fault(Frozen, frozen=True):
    """A file that is not what was written; `derived` where it can be made from another."""

    step: str
    result: str
    file: str
    why: str
    derived: bool = False
    repaired: bool = False


class Report(Frozen, frozen=True):
    """What was looked at, and what was wrong with it."""

    results: int
    bytes: int
    faults: tuple[Fault, ...]


def check_results(pipeline: PipelineFolder, *, repair: bool = False) -> Report:
    """Compare the content of every file of every result with what was written.

    A damage is noted, and no run uses that result any more. With `repair`, damaged results are set
    aside, and damaged DuckDB files are filled again from the Arrow files.
    """
    snapshot, count, size, faults = Snapshot(pipeline), 0, 0, list[Fault]()
    for folder in filter(Path.is_dir, find_folders(open_store(pipeline.home))):
        count += 1
        size += sum(at.stat().st_size for at in folder.rglob("*") if at.is_file())
        faults += _check(snapshot, folder)
    if repair and faults:
        faults = _repair(pipeline, faults)
    return Report(count, size, tuple(faults))


def _check(snapshot: Snapshot, folder: Path) -> Iterator[Fault]:
    step, name = folder.parent.name, folder.name
    if known := snapshot.notes.get((step, name)):
        yield Fault(step, name, known.file, known.why)
        return
    result = snapshot.find_result(step, name)
    file, why = _find_damage(folder, result) if result else (RESULT, "it cannot be read")
    if why:
        with contextlib.suppress(OSError):  # another user's result: it is reported at least
            write_note(folder, file, why)
        yield Fault(step, name, file, why)
    elif (folder / TABLES).exists() and (why := find_fault(folder, whole=True)):
        yield Fault(step, name, TABLES, why, derived=True)


def _find_damage(folder: Path, result: Result) -> tuple[str, str]:
    """Return the first file whose content is not what was written, and why."""
    try:
        marks = read_written(folder).files | result.files
    except StoreError as error:
        return "outputs.json", str(error)
    name, why = find_first_damage(folder, marks, result.outputs, lambda *_: True)
    dropped = next((one for one in marks if is_dropped(folder, one)), "")
    if not why and dropped and find_fault(folder, whole=True):  # there is no other copy
        return dropped, GONE
    return name, why


def _repair(pipeline: PipelineFolder, faults: list[Fault]) -> list[Fault]:
    try:
        with open_store(pipeline.home).lock():
            moved = {(one.step, one.result) for one in set_aside(pipeline)}
    except OSError as error:
        raise StoreError(
            f"Nothing can be set aside in {pipeline.home}: {error.strerror}. Ask whose it is to "
            "run this: ",
            Command("check", ("--results", "--repair")),
        ) from error
    return [
        Fault(one.step, one.result, one.file, one.why, one.derived, repaired=True)
        if (one.step, one.result) in moved or (one.derived and _fill(pipeline, one))
        else one
        for one in faults
    ]


def _fill(pipeline: PipelineFolder, fault: Fault) -> bool:
    from nbflow.storage.duckdb.filling import fill  # noqa: PLC0415 - loads duckdb

    try:
        fill(open_store(pipeline.home).fetch(fault.step, fault.result), again=True)
    except NbflowError:
        return False
    return True

"""Damaged results: they are noted, not used any more, and set aside by the next run."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from nbflow.base.atomic_files import write_file
from nbflow.errors import DamageError
from nbflow.model import Command, Frozen, formats
from nbflow.storage.results.file_marks import GONE
from nbflow.storage.results.store import PENDING, RESULT, Store, open_store

if TYPE_CHECKING:
    from nbflow.workspace.pipeline_folder import PipelineFolder

FOLDER = "damaged"  # in a pipeline's home: notes, and the results that were set aside


class Damage(Frozen, frozen=True):
    """The first file of a result that was found damaged, and how it differs."""

    step: str
    result: str
    file: str
    why: str
    key: str = ""  # the result's
    time: float = 0.0  # of the discovery, in seconds since the epoch
    format: int = formats.DAMAGE

    def __str__(self) -> str:
        return f"{self.file}: {self.why}"


class _Keyed(Frozen, frozen=True):
    key: str = ""


def note(folder: Path, name: str, why: str) -> DamageError:
    """Note that a file of a result is damaged, and return the error that says so."""
    path = folder / name
    said = f"{path} is gone." if why == GONE else f"{path} is damaged: {why}."
    if not any(
        (folder / one).exists() for one in (RESULT, PENDING)
    ):  # written by hand, or by a failed step
        return DamageError(f"{said} Write it again.")
    try:
        write_note(folder, name, why)
    except OSError as error:
        return DamageError(
            f"{said} That cannot be noted in {folder.parents[2]}: {error.strerror}. Ask "
            "whose it is to run ",
            Command("check", ("--results", "--repair")),
            ".",
        )
    return DamageError(
        f"{said} The result is not used any more: ",
        Command("run"),
        " makes it again, and what was made from it.",
    )


def write_note(folder: Path, name: str, why: str) -> Damage:
    """Note a damage of the result in this folder; raises OSError."""
    step, result, home = folder.parent.name, folder.name, folder.parents[2]
    found = Damage(step, result, name, why, _read_key(open_store(home), step, result), time.time())
    place = home / FOLDER / step
    place.mkdir(parents=True, exist_ok=True)
    write_file(place / f"{result}.json", msgspec.json.encode(found), durable=False)
    return found


def read_notes(home: Path) -> dict[tuple[str, str], Damage]:
    """Return all damages that were noted, by step and result."""
    found = {}
    for path in (home / FOLDER).glob("*/*.json"):
        try:
            one = msgspec.json.decode(path.read_bytes(), type=Damage)
        except (OSError, ValueError):  # the path names the result
            one = Damage(path.parent.name, path.stem, "a file", "a note of it cannot be read")
        found[path.parent.name, path.stem] = one
    return found


def set_aside(pipeline: PipelineFolder) -> list[Damage]:
    """Move damaged results out of the way; the caller holds the pipeline's lock."""
    moved = []
    for (step, result), found in read_notes(pipeline.home).items():
        folder = open_store(pipeline.home).fetch(step, result)
        with contextlib.suppress(OSError):  # another user's: the note must be enough
            if folder.exists():
                folder.rename(find_aside(pipeline, found))
                moved.append(found)
    return moved


def find_aside(pipeline: PipelineFolder, found: Damage) -> Path:
    """Return where a damaged result lies once it is set aside."""
    return pipeline.home / FOLDER / found.step / found.result


def _read_key(store: Store, step: str, result: str) -> str:
    try:
        return msgspec.json.decode(store.read_record(step, result)[0], type=_Keyed).key
    except ValueError:  # also msgspec's
        return ""

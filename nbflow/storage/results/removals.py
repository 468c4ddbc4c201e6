"""The log of removed results: when each was removed, and by what."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from nbflow.base.atomic_files import write_file
from nbflow.model import Command, Frozen, Problem, make_warning
from nbflow.storage.results.damage import read_notes

FILE = "removed.jsonl"  # in a pipeline's home
_LONGEST = 1 << 20  # bytes: of a longer log the older half is dropped


class Removed(Frozen, frozen=True):
    """One removal; `by` is who asked for it: "clean", the command, or a setting as `keep = 2`."""

    step: str
    result: str
    time: float  # seconds since the epoch
    by: str


def note_removed(home: Path, results: Iterable[tuple[str, str]], by: str) -> None:
    """Note what is removed now; the caller holds the pipeline's lock."""
    now = time.time()
    lines = [
        msgspec.json.encode(Removed(step, result, now, by)) + b"\n" for step, result in results
    ]
    with contextlib.suppress(OSError):  # a full disk: freeing room matters more
        with (home / FILE).open("ab") as file:
            file.write(b"".join(lines))
        if (home / FILE).stat().st_size > _LONGEST:
            _forget_half(home / FILE)


def find_removed(home: Path, step: str, result: str) -> Removed | None:
    """Return the removal of a result, None where none is known."""
    try:
        lines = (home / FILE).read_bytes().splitlines()
    except OSError:
        return None
    wanted = result.encode()
    for line in reversed(lines):
        if wanted in line:
            with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                found = msgspec.json.decode(line, type=Removed)
                if (found.step, found.result) == (step, result):
                    return found
    return None


def explain_removed(home: Path, step: str, result: str, run: str, ref: str = "") -> Problem:
    """Return why a result of a run is there no more; `ref` is what was to be read of it."""
    found = find_removed(home, step, result)
    damage = None if found else read_notes(home).get((step, result))
    facts = {
        "removed": {"by": found.by, "time": found.time} if found else None,
        "damaged": {"file": damage.file, "why": damage.why} if damage else None,
    }
    command = Command("rerun", (run,))
    return make_warning("removed-result", command, step=step, run=run, ref=ref, **facts)


def _forget_half(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    write_file(path, b"".join(lines[len(lines) // 2 :]), durable=False)

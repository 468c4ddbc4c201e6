"""Which results were removed, when and by what: told to whoever asks for one."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from nbflow.base.text import say_when
from nbflow.model import Frozen
from nbflow.storage.results.damage import read_notes

FILE = "removed.jsonl"  # in a pipeline's home
_LONGEST = 1 << 20  # bytes: of more, the older half is forgotten


class Removed(Frozen, frozen=True):
    """One removal; `by` is the setting or command that asked for it."""

    step: str
    result: str
    time: float  # seconds since the epoch
    by: str


def note_removed(home: Path, results: Iterable[tuple[str, str]], by: str) -> None:
    """Note what is removed now; whoever removes holds the pipeline's lock."""
    now = time.time()
    lines = [
        msgspec.json.encode(Removed(step, result, now, by)) + b"\n" for step, result in results
    ]
    with contextlib.suppress(OSError):  # a full disk: the room is what counts
        with (home / FILE).open("ab") as file:
            file.write(b"".join(lines))
        if (home / FILE).stat().st_size > _LONGEST:
            _forget_half(home / FILE)


def find_removed(home: Path, step: str, result: str) -> Removed | None:
    """Return the removal of a result, None where nothing tells of one."""
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


def explain_removed(home: Path, step: str, result: str, run: str, command: str = "") -> str:
    """Return the sentence for a result of a run that is there no more.

    `command` is how the command is typed that makes it again.
    """
    command = command or f"`nbflow rerun {run}`"
    return (
        f"What {step} made in run {run} {_say_how(home, step, result)}; {command} makes it again."
    )


def _say_how(home: Path, step: str, result: str) -> str:
    if found := find_removed(home, step, result):
        return f"was removed by {found.by} on {say_when(found.time)}"
    damage = read_notes(home).get((step, result))
    return f"was damaged ({damage}) and set aside" if damage else "is gone"


def _forget_half(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(b"".join(lines[len(lines) // 2 :]))
    part.replace(path)

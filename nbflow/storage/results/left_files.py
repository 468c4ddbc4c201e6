"""How steps left files of the project: the hashes of all that each step ever made or wrote."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from nbflow.model import Frozen
from nbflow.storage.results.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from nbflow.workspace.project import Project


class Left(Frozen, frozen=True, omit_defaults=True):
    """A file as a step left it once; `made`: the step's result has or had a copy."""

    key: str
    hash: str
    made: bool = False


def read_left(project: Project, step: str) -> set[Left]:
    """Return all notes of a step; a line that is not complete yet does not count."""
    found = set()
    with contextlib.suppress(FileNotFoundError):
        for line in _find_file(project, step).read_bytes().splitlines():
            with contextlib.suppress(msgspec.MsgspecError):
                found.add(msgspec.json.decode(line, type=Left))
    return found


def add_left(project: Project, step: str, left: Iterable[Left]) -> None:
    """Note how a step left files; what is noted already is not noted again."""
    new = set(left) - read_left(project, step)
    if not new:
        return
    file = _find_file(project, step)
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = sorted(msgspec.json.encode(one) + b"\n" for one in new)
    with file.open("ab") as opened:
        opened.write(b"".join(lines))


def _find_file(project: Project, step: str) -> Path:
    return open_store(project.home).find_pointers(".left") / f"{step}.jsonl"

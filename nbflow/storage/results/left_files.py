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

    from nbflow.workspace.pipeline_folder import PipelineFolder


class Left(Frozen, frozen=True, omit_defaults=True):
    """A file as a step left it once; `made`: the step's result has or had a copy."""

    key: str
    hash: str
    made: bool = False


def read_left(pipeline: PipelineFolder, step: str) -> set[Left]:
    """Return all notes of a step; a line that is not complete yet does not count."""
    found = set()
    with contextlib.suppress(FileNotFoundError):
        for line in _find_file(pipeline, step).read_bytes().splitlines():
            with contextlib.suppress(msgspec.MsgspecError):
                found.add(msgspec.json.decode(line, type=Left))
    return found


def add_left(pipeline: PipelineFolder, step: str, left: Iterable[Left]) -> None:
    """Note how a step left files; what is noted already is not noted again."""
    new = set(left) - read_left(pipeline, step)
    if not new:
        return
    file = _find_file(pipeline, step)
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = sorted(msgspec.json.encode(one) + b"\n" for one in new)
    with file.open("ab") as opened:
        opened.write(b"".join(lines))


def _find_file(pipeline: PipelineFolder, step: str) -> Path:
    return open_store(pipeline.home).find_pointers(".left") / f"{step}.jsonl"

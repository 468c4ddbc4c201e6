"""The request and the plan of a run, as files in its folder."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from nbflow.base.atomic_files import write_file
from nbflow.errors import RunError
from nbflow.model import Command, Frozen, Planned, Request, formats
from nbflow.runs.folder import RunFolder, find_folder
from nbflow.workspace.pipeline_folder import PipelineFolder

_Kept = TypeVar("_Kept")


class KeptPlan(Frozen, frozen=True):
    """What a run was going to do; `outside` are the steps that are read and not selected."""

    steps: dict[str, Planned]
    outside: dict[str, Planned] = {}


class _Format(Frozen, frozen=True):
    format: int


def write_request(folder: RunFolder, request: Request) -> None:
    """Write the request of a run."""
    _write(folder.request, request, formats.REQUEST)


def write_plan(folder: RunFolder, plan: KeptPlan) -> None:
    """Write the plan of a run."""
    _write(folder.plan, plan, formats.PLAN)


def read_request(pipeline: PipelineFolder, run_id: str) -> Request:
    """Return the request of a run; raise RunError if it cannot be read."""
    try:
        return _read(find_folder(pipeline, run_id).request, Request, formats.REQUEST)
    except (OSError, ValueError, RecursionError) as error:  # ValueError: also msgspec's
        raise RunError(
            f"Run {run_id} does not say what it was asked for: {error}. ",
            Command("show"),
            " has its parameters; give them to ",
            Command("run"),
            ".",
        ) from error


def read_plan(folder: RunFolder) -> KeptPlan:
    """Return the plan of a run; an empty one if it cannot be read, or is not there yet."""
    try:
        return _read(folder.plan, KeptPlan, formats.PLAN)
    except (OSError, ValueError, RecursionError):
        return KeptPlan({})


def _write(path: Path, kept: Frozen, number: int) -> None:
    body = {"format": number, **msgspec.to_builtins(kept)}
    write_file(path, msgspec.json.format(msgspec.json.encode(body), indent=1))


def _read(path: Path, kind: type[_Kept], known: int) -> _Kept:
    text = path.read_bytes()
    if msgspec.json.decode(text, type=_Format).format > known:
        raise ValueError(f"a later version of nbflow wrote {path.name}; an upgrade reads it")
    return msgspec.json.decode(text, type=kind)

"""What a user wrote by hand: each write is a new folder; the last few of a name are kept."""

from __future__ import annotations

import contextlib
import getpass
import glob
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.base.atomic_files import replacing
from nbflow.base.ids import find_last_id, make_next_id, read_time
from nbflow.model import Frozen, Output
from nbflow.storage.results.left_files import Left, add_left
from nbflow.storage.results.outputs import read_written
from nbflow.workspace.pipeline_folder import make_home

if TYPE_CHECKING:
    from nbflow.workspace.pipeline_folder import PipelineFolder

KEPT = 3  # writes of one name
_AFTER = "after.txt"  # the newest run at that time: clocks may be set back


class Written(Frozen, frozen=True):
    """One write by hand; `time` is in seconds since the epoch.

    `after` is the newest run that had finished then, "" for none.
    """

    folder: Path
    time: float
    after: str


def write(pipeline: PipelineFolder, step: str, name: str, value: Any, after: str = "") -> Output:
    """Write a value; `after` is the newest run that has finished."""
    from nbflow.storage import output_io  # noqa: PLC0415 - importing nbflow must not load duckdb

    make_home(pipeline)
    folder = _folder(pipeline, step, name)
    write_id = make_next_id(folder)
    with replacing(folder / write_id) as part:
        part.mkdir(parents=True)
        output = output_io.write(part, name, value)
        _note_made(pipeline, step, part)
        (part / _AFTER).write_text(after, encoding="utf-8")
    _drop_old(folder)
    return output


def _note_made(pipeline: PipelineFolder, step: str, folder: Path) -> None:
    """Note how the author left files of the project: a run may overwrite these."""
    made = read_written(folder).made
    left = [
        Left(pipeline.project.relative(Path(real)), one.hash, made=True)
        for real, one in made.items()
    ]
    with contextlib.suppress(OSError):  # another user's project
        add_left(pipeline, step, left)


def find_written(pipeline: PipelineFolder, step: str, name: str) -> Written | None:
    """Return this user's newest write of a name."""
    folder = _folder(pipeline, step, name)
    if not (newest := find_last_id(folder)):
        return None
    after = (folder / newest / _AFTER).read_text(encoding="utf-8")
    return Written(folder / newest, read_time(newest) or 0.0, after)


def read_names(pipeline: PipelineFolder) -> list[tuple[str, str]]:
    """Return the step and the name of each value that this user wrote by hand."""
    folder = _user_folder(pipeline)
    # Another kernel may drop some meanwhile, which Path.glob does not bear.
    found = glob.glob("*/*", root_dir=folder, include_hidden=True)  # noqa: PTH207 - as said
    return sorted((at.parent.name, at.name) for at in map(Path, found))


def has_step(pipeline: PipelineFolder, step: str) -> bool:
    return (_user_folder(pipeline) / step).is_dir()


def _folder(pipeline: PipelineFolder, step: str, name: str) -> Path:
    return _user_folder(pipeline) / step / name


def _user_folder(pipeline: PipelineFolder) -> Path:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        user = "user"
    return pipeline.by_hand / (re.sub(r"[^\w-]", "_", user) or "user")


def _drop_old(folder: Path) -> None:
    """Remove all but the last writes; a reader that holds one open on POSIX keeps it."""
    for write in sorted(at for at in folder.iterdir() if read_time(at.name))[:-KEPT]:
        shutil.rmtree(write, ignore_errors=True)

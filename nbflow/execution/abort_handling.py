"""The end of a run that broke off: its log says so, and leaves no step running."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.errors import RunError
from nbflow.model import STATES
from nbflow.model.events import Event, RunFinished, StepCancelled
from nbflow.runs.fold import Run, fold
from nbflow.runs.folder import RunFolder
from nbflow.runs.log import Log, find_beginning, read_lines

if TYPE_CHECKING:
    from nbflow.workspace.pipeline_folder import PipelineFolder


@contextlib.contextmanager
def ending(log: Log, path: Path) -> Iterator[None]:
    """Write the end of a run that an error or a second Ctrl-C breaks off, if there is room."""
    started = time.monotonic()
    try:
        yield
    except BaseException as error:
        with contextlib.suppress(OSError):
            run = fold(read_lines(path))
            for event in _make_end(run, error, time.monotonic() - started):
                log.append(event)
        raise


@contextlib.contextmanager
def beginning(folder: RunFolder) -> Iterator[None]:
    """Make a run's folder, and take it away where an error comes before the run has begun."""
    folder.path.mkdir(parents=True)
    try:
        yield
    except BaseException:
        if find_beginning(folder.log) != "begun":
            shutil.rmtree(folder.path, ignore_errors=True)
        raise


@contextlib.contextmanager
def explaining(pipeline: PipelineFolder) -> Iterator[None]:
    """Raise a RunError that explains an OSError: no room, no permission, a missing folder."""
    try:
        yield
    except OSError as error:
        where = error.filename2 or error.filename
        raise RunError(
            f"The run stops: {error.strerror or error}{f' ({where})' if where else ''}. "
            "What is finished is kept. "
            f"Make room or fix the permissions of {pipeline.home}, then run again; "
            "the setting `store` keeps results elsewhere."
        ) from error


def _make_end(run: Run, error: BaseException, seconds: float) -> Iterator[Event]:
    if not run.id:  # it has not begun
        return
    open_ = (name for name, step in run.steps.items() if not STATES[step.status].ended)
    yield from map(StepCancelled, open_)
    if isinstance(error, KeyboardInterrupt):
        yield RunFinished("cancelled", seconds)
    else:
        yield RunFinished("failed", seconds, str(error) or type(error).__name__)
